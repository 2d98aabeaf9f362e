//! The key table: dispatch, footer, help overlay, README and man page are all made from it. Key codes are named here and
//! nowhere else.

mod read;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::theme::Glyphs;
pub use read::{KeyRow, dispatch, entries, name_of, rows};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says in words what each does")]
pub enum Action {
    Down,
    Up,
    First,
    Last,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    Pane,
    Open,
    Back,
    Unchanged,
    Style,
    TimeFormat,
    Timeline,
    Earlier,
    Later,
    Mark,
    Zoom,
    Copy,
    CopyEvent,
    Restore,
    Export,
    Bell,
    NextField,
    PreviousField,
    Left,
    Right,
    Write,
    Filter,
    Lift,
    NextMatch,
    PreviousMatch,
    Keep,
    Take,
    OtherLines,
    Help,
    Quit,
    Detach,
    Interrupt,
}

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The list of changes.
    List,
    /// The detail of a change.
    Detail,
    /// The life of one client.
    Timeline,
    /// The help overlay.
    Help,
    /// The restore call.
    Restore,
    /// The form that writes a file.
    Export,
    /// The line that a filter is typed into; what is no key of its own is typed.
    FilterLine,
    /// The overlay of lines that are no events.
    OtherLines,
    /// The deployment or teardown.
    Progress,
}

/// One key, with or without Ctrl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
}

const fn key(code: KeyCode) -> Key {
    Key { code, ctrl: false }
}

const fn char(character: char) -> Key {
    key(KeyCode::Char(character))
}

const fn ctrl(character: char) -> Key {
    Key { code: KeyCode::Char(character), ctrl: true }
}

impl Key {
    fn is(self, event: KeyEvent) -> bool {
        // Shift is part of a character already (`G`), and terminals differ in whether they also report it.
        let modifiers = event.modifiers - KeyModifiers::SHIFT;
        let wanted = if self.ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
        self.code == event.code && modifiers == wanted
    }

    fn name(self, glyphs: &Glyphs) -> String {
        let name = match self.code {
            KeyCode::Char(character) => character.to_string(),
            KeyCode::Enter => glyphs.enter.into(),
            KeyCode::Up => glyphs.up.into(),
            KeyCode::Down => glyphs.down_key.into(),
            KeyCode::PageUp => "PgUp".into(),
            KeyCode::PageDown => "PgDn".into(),
            KeyCode::Left => glyphs.left.into(),
            KeyCode::Right => glyphs.right.into(),
            KeyCode::BackTab => "Shift-Tab".into(),
            other => format!("{other:?}"),
        };
        if self.ctrl { format!("Ctrl-{}", name.to_uppercase()) } else { name }
    }
}

/// One line of the table: actions that belong together, each with its keys, the one to be shown first.
#[derive(Debug)]
pub struct Entry {
    /// The actions and their keys.
    pub actions: &'static [(Action, &'static [Key])],
    /// Where they are valid.
    pub places: &'static [Place],
    /// A word for the footer; empty if it does not stand there.
    pub word: &'static str,
    /// A sentence for the help.
    pub does: &'static str,
}

use Place::{Detail, Export, FilterLine, Help, List, OtherLines, Progress, Restore, Timeline};

/// Where there is something to scroll.
const EVERYWHERE: &[Place] = &[List, Detail, Timeline, Help, Restore, OtherLines, Progress];

/// The table. Its order is the order in the footer and in the help.
pub const TABLE: &[Entry] = &[
    Entry {
        actions: &[(Action::Down, &[char('j'), key(KeyCode::Down)]), (Action::Up, &[char('k'), key(KeyCode::Up)])],
        places: &[List, Timeline],
        word: "move",
        does: "to the next, the previous change",
    },
    Entry {
        actions: &[(Action::Down, &[char('j'), key(KeyCode::Down)]), (Action::Up, &[char('k'), key(KeyCode::Up)])],
        places: &[Detail],
        word: "move",
        does: "to the next, the previous value, through those that are long",
    },
    Entry {
        actions: &[(Action::Down, &[char('j'), key(KeyCode::Down)]), (Action::Up, &[char('k'), key(KeyCode::Up)])],
        places: &[Help, Restore, OtherLines, Progress],
        word: "scroll",
        does: "scroll by a line",
    },
    Entry {
        actions: &[(Action::Open, &[key(KeyCode::Enter)])],
        places: &[List, Timeline],
        word: "open",
        does: "read the change: keys then move in its detail",
    },
    Entry {
        actions: &[(Action::Lift, &[key(KeyCode::Esc)])],
        places: &[List],
        word: "lift",
        does: "take the mark away; without one lift the filter",
    },
    Entry {
        actions: &[(Action::Back, &[key(KeyCode::Esc)])],
        places: &[Detail],
        word: "back",
        does: "back to the list",
    },
    Entry {
        actions: &[(Action::Back, &[key(KeyCode::Esc), char('t')])],
        places: &[Timeline],
        word: "back",
        does: "back, with the change selected",
    },
    Entry {
        actions: &[(Action::Filter, &[char('/')])],
        places: &[List, Detail],
        word: "filter",
        does: "show only what matches, as you type",
    },
    Entry {
        actions: &[(Action::NextMatch, &[char('n')]), (Action::PreviousMatch, &[char('N')])],
        places: &[List, Detail],
        word: "",
        does: "to the next, the previous change that matches, after the filter was lifted, too; in the detail to where \
               a free word of it stands",
    },
    Entry {
        actions: &[(Action::Keep, &[key(KeyCode::Enter)])],
        places: &[FilterLine],
        word: "keep",
        does: "keep the filter, none if the line is empty; take the completion that is chosen",
    },
    Entry {
        actions: &[(Action::Take, &[key(KeyCode::Tab)])],
        places: &[FilterLine],
        word: "complete",
        does: "take the completion that is chosen, else the first",
    },
    Entry {
        actions: &[(Action::Down, &[key(KeyCode::Down)]), (Action::Up, &[key(KeyCode::Up), key(KeyCode::BackTab)])],
        places: &[FilterLine],
        word: "choose/earlier",
        does: "choose a completion; without one, up brings earlier filters back",
    },
    Entry {
        actions: &[(Action::Back, &[key(KeyCode::Esc)])],
        places: &[FilterLine],
        word: "back",
        does: "stop typing: what was before is back",
    },
    Entry {
        actions: &[(Action::Timeline, &[char('t')])],
        places: &[List, Detail],
        word: "timeline",
        does: "all changes of this client, and who last set each of its settings",
    },
    Entry {
        actions: &[(Action::Earlier, &[char('[')]), (Action::Later, &[char(']')])],
        places: &[List, Detail, Timeline],
        word: "",
        does: "to the previous, the next change of this client, be it one that the list does not show",
    },
    Entry {
        actions: &[(Action::Mark, &[char('v')])],
        places: &[List, Detail, Timeline],
        word: "",
        does: "mark the change, or take the mark away: other changes of this client then show how their result differs from \
               that of the marked one",
    },
    Entry {
        actions: &[(Action::First, &[char('g'), key(KeyCode::Home)]), (Action::Last, &[char('G'), key(KeyCode::End)])],
        places: &[List],
        word: "oldest/follow",
        does: "to the oldest change; to the newest, and follow from there",
    },
    Entry {
        actions: &[(Action::First, &[char('g'), key(KeyCode::Home)]), (Action::Last, &[char('G'), key(KeyCode::End)])],
        places: &[Detail, Timeline, Help, Restore, OtherLines, Progress],
        word: "",
        does: "to the top, to the end",
    },
    Entry {
        actions: &[(Action::HalfDown, &[ctrl('d')]), (Action::HalfUp, &[ctrl('u')])],
        places: EVERYWHERE,
        word: "",
        does: "half a page down, up",
    },
    Entry {
        actions: &[(Action::PageDown, &[key(KeyCode::PageDown)]), (Action::PageUp, &[key(KeyCode::PageUp)])],
        places: EVERYWHERE,
        word: "",
        does: "a page down, up",
    },
    Entry {
        actions: &[(Action::Unchanged, &[char('u')])],
        places: &[List, Detail, Timeline],
        word: "unchanged",
        does: "show or fold the settings that did not change",
    },
    Entry {
        actions: &[(Action::Style, &[char('|')])],
        places: &[List, Detail, Timeline],
        word: "style",
        does: "before and after in one column, side by side, or the whole record as JSON",
    },
    Entry {
        actions: &[(Action::Pane, &[key(KeyCode::Tab)])],
        places: &[List, Detail, Timeline, Progress],
        word: "pane",
        does: "to the other pane",
    },
    Entry {
        actions: &[(Action::Zoom, &[char('z')])],
        places: &[List, Detail, Timeline],
        word: "",
        does: "all the room for this pane; again for both",
    },
    Entry {
        actions: &[(Action::TimeFormat, &[char('T')])],
        places: &[List, Detail, Timeline],
        word: "",
        does: "times in the zone of this machine, in UTC, or by how long ago they were",
    },
    Entry {
        actions: &[(Action::Copy, &[char('y')])],
        places: &[List, Detail, Timeline, Restore],
        word: "copy",
        does: "copy the value under the cursor; in the list the client's id, in the restore call the call",
    },
    Entry {
        actions: &[(Action::CopyEvent, &[char('Y')])],
        places: &[List, Detail, Timeline],
        word: "",
        does: "copy the event, as CloudTrail recorded it",
    },
    Entry {
        actions: &[(Action::Restore, &[char('r')])],
        places: &[List, Detail, Timeline],
        word: "restore",
        does: "the call that undoes the change, to read and to copy",
    },
    Entry {
        actions: &[(Action::Export, &[char('e')])],
        places: &[List, Detail, Timeline],
        word: "export",
        does: "write changes to a file: CSV, JSON lines or Markdown",
    },
    Entry {
        actions: &[(Action::Bell, &[char('b')])],
        places: &[List, Detail, Timeline],
        word: "",
        does: "bell and notifications on or off",
    },
    Entry {
        actions: &[(Action::Write, &[key(KeyCode::Enter)])],
        places: &[Export],
        word: "write",
        does: "write the file",
    },
    Entry {
        actions: &[
            (Action::NextField, &[key(KeyCode::Tab), key(KeyCode::Down)]),
            (Action::PreviousField, &[key(KeyCode::BackTab), key(KeyCode::Up)]),
        ],
        places: &[Export],
        word: "field",
        does: "to the next, the previous line of the form",
    },
    Entry {
        actions: &[(Action::Left, &[key(KeyCode::Left)]), (Action::Right, &[key(KeyCode::Right)])],
        places: &[Export],
        word: "choose",
        does: "choose another one",
    },
    Entry {
        actions: &[(Action::Back, &[key(KeyCode::Esc)])],
        places: &[Export],
        word: "cancel",
        does: "leave, without a file",
    },
    Entry {
        actions: &[(Action::OtherLines, &[char('o')])],
        places: &[List, Detail],
        word: "",
        does: "look at the log's other lines, which are no events",
    },
    Entry {
        actions: &[(Action::Back, &[key(KeyCode::Esc), char('o'), char('q')])],
        places: &[OtherLines],
        word: "close",
        does: "close them",
    },
    Entry {
        actions: &[(Action::Help, &[char('?')])],
        places: &[List, Detail, Timeline],
        word: "help",
        does: "this help",
    },
    Entry {
        actions: &[(Action::Back, &[key(KeyCode::Esc), char('?'), char('q')])],
        places: &[Help],
        word: "close",
        does: "close the help",
    },
    Entry {
        actions: &[(Action::Back, &[key(KeyCode::Esc), char('r'), char('q')])],
        places: &[Restore],
        word: "close",
        does: "close the restore call",
    },
    Entry {
        actions: &[(Action::Detach, &[ctrl('c'), char('q')])],
        places: &[Progress],
        word: "detach",
        does: "leave a deployment or a teardown, which goes on without you",
    },
    Entry { actions: &[(Action::Quit, &[char('q')])], places: &[List, Detail, Timeline], word: "quit", does: "quit" },
    Entry {
        actions: &[(Action::Interrupt, &[ctrl('c')])],
        places: &[List, Detail, Timeline, Help, Restore, Export, FilterLine, OtherLines],
        word: "",
        does: "interrupt: quit with exit code 130",
    },
];
