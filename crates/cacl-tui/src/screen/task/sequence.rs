//! Escape sequences for what is beyond the cells of a terminal: its clipboard (OSC 52), notifications (OSC 9, OSC 777).
//!
//! Each ends with BEL and not with ST, because within another control string ST would end that one. Multiplexers keep such
//! sequences for themselves unless they are told to hand them on.

use base64::{Engine, engine::general_purpose::STANDARD};
use cacl_event::clean;

use crate::screen::text;

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Multiplexer {
    /// tmux: hands on what stands in a control string of its own, if `allow-passthrough` is on.
    Tmux,
    /// GNU screen: hands on any control string, but none that is long.
    Screen,
}

impl Multiplexer {
    pub(super) fn of(variable: &impl Fn(&str) -> Option<String>) -> Option<Self> {
        match (variable("TMUX"), variable("STY")) {
            (Some(_), _) => Some(Self::Tmux),
            (None, Some(_)) => Some(Self::Screen),
            (None, None) => None,
        }
    }
}

/// Which notification the terminal understands. Some understand both, and would show one alarm twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// OSC 9: iTerm2, kitty, `WezTerm`, Ghostty, foot, Windows Terminal.
    Osc9,
    /// OSC 777: rxvt-unicode, Konsole, and the terminals made from VTE.
    Osc777,
}

impl Notice {
    pub(super) fn of(variable: &impl Fn(&str) -> Option<String>) -> Self {
        let rxvt = variable("TERM").is_some_and(|term| term.starts_with("rxvt"));
        let known = ["VTE_VERSION", "KONSOLE_VERSION"].iter().any(|name| variable(name).is_some());
        if rxvt || known { Self::Osc777 } else { Self::Osc9 }
    }
}

/// The text, line by line, with whatever a terminal or a shell could act upon written out.
pub(super) fn harmless(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// Puts a text into the clipboard.
pub(super) fn clipboard(text: &str, multiplexer: Option<Multiplexer>) -> Vec<u8> {
    let sequence = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    let wrapped = through(&sequence, multiplexer);
    match multiplexer {
        // With `set-clipboard on`, tmux takes the sequence itself; it is told in both ways, for either may be switched off.
        Some(Multiplexer::Tmux) => [sequence.into_bytes(), wrapped].concat(),
        _ => wrapped,
    }
}

/// Rings, and notifies. The bell itself is every multiplexer's to hear: it marks the window.
pub(super) fn notification(words: &str, notice: Notice, multiplexer: Option<Multiplexer>) -> Vec<u8> {
    /// As much as a notification shows.
    const COLUMNS: usize = 160;
    // A semicolon separates parameters. The name in front also keeps what follows from being read as a number, which
    // some terminals take for a command of another kind.
    let words = text::fit(words, COLUMNS, "…").replace(';', ",");
    let sequence = match notice {
        Notice::Osc9 => format!("\x1b]9;cacl-tui: {words}\x07"),
        Notice::Osc777 => format!("\x1b]777;notify;cacl-tui;{words}\x07"),
    };
    [b"\x07".to_vec(), through(&sequence, multiplexer)].concat()
}

/// The sequence, wrapped so that it comes through.
fn through(sequence: &str, multiplexer: Option<Multiplexer>) -> Vec<u8> {
    /// GNU screen reads control strings of up to 768 bytes.
    const CHUNK: usize = 700;
    match multiplexer {
        None => sequence.as_bytes().to_vec(),
        Some(Multiplexer::Tmux) => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")).into_bytes(),
        Some(Multiplexer::Screen) => {
            sequence.as_bytes().chunks(CHUNK).flat_map(|chunk| [b"\x1bP", chunk, b"\x1b\\"].concat()).collect()
        }
    }
}
