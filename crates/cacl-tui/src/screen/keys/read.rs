//! What is read from the key table: what a key means in a place, and words about keys.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{
    Action, EVERYWHERE, Entry,
    Place::{self, Detail, Export, FilterLine, Help, List, OtherLines, Progress, Restore, Timeline},
    TABLE,
};
use crate::screen::theme::Glyphs;

/// What a key means in a place.
pub fn dispatch(place: Place, event: KeyEvent) -> Option<Action> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    entries(place)
        .flat_map(|entry| entry.actions)
        .find(|(_, keys)| keys.iter().any(|key| key.is(event)))
        .map(|(action, _)| *action)
}

/// The name of the first key that asks for something.
pub fn name_of(action: Action, glyphs: &Glyphs) -> String {
    let mut actions = TABLE.iter().flat_map(|entry| entry.actions);
    let keys = actions.find_map(|(known, keys)| (*known == action).then_some(*keys));
    keys.and_then(|keys| keys.first()).map_or_else(String::new, |key| key.name(glyphs))
}

/// The lines of the table that are valid in a place.
pub fn entries(place: Place) -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(move |entry| entry.places.contains(&place))
}

impl Entry {
    /// The main keys, e.g. `j/k`.
    pub fn main_keys(&self, glyphs: &Glyphs) -> String {
        self.nth_keys(0, glyphs)
    }

    /// All keys, e.g. `j/k ↓/↑`.
    pub fn all_keys(&self, glyphs: &Glyphs) -> String {
        let most = self.actions.iter().map(|(_, keys)| keys.len()).max().unwrap_or(0);
        (0..most).map(|nth| self.nth_keys(nth, glyphs)).collect::<Vec<_>>().join(" ")
    }

    fn nth_keys(&self, nth: usize, glyphs: &Glyphs) -> String {
        let names = self.actions.iter().filter_map(|(_, keys)| keys.get(nth)).map(|key| key.name(glyphs));
        names.collect::<Vec<_>>().join("/")
    }
}

/// A line for the README and the man page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Where: "in the list", "everywhere", …
    pub place: String,
    /// E.g. `j/k ↓/↑`.
    pub keys: String,
    /// In words.
    pub does: &'static str,
}

/// The whole table, for the README and the man page.
pub fn rows(glyphs: &Glyphs) -> Vec<KeyRow> {
    TABLE
        .iter()
        .map(|entry| KeyRow { place: places(entry.places), keys: entry.all_keys(glyphs), does: entry.does })
        .collect()
}

fn places(places: &[Place]) -> String {
    if places == EVERYWHERE {
        return "everywhere".into();
    }
    let names = places.iter().map(|place| match place {
        List => "list",
        Detail => "detail",
        Timeline => "timeline",
        Help => "help",
        Restore => "restore",
        Export => "export",
        FilterLine => "filter line",
        OtherLines => "other lines",
        Progress => "deploy, teardown",
    });
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::{super::Key, *};

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for place in [List, Detail, Timeline, Help, Restore, Export, FilterLine, OtherLines, Progress] {
            let mut seen: Vec<Key> = Vec::new();
            for key in entries(place).flat_map(|entry| entry.actions).flat_map(|(_, keys)| keys.iter()) {
                assert!(!seen.contains(key), "{key:?} twice in {place:?}");
                seen.push(*key);
            }
        }
    }

    #[test]
    fn keys_are_dispatched_by_place() {
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let with = |code, modifiers| KeyEvent::new(code, modifiers);
        let cases = [
            (List, plain(KeyCode::Char('j')), Some(Action::Down)),
            (List, plain(KeyCode::Char('G')), Some(Action::Last)),
            (List, with(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Action::Last)),
            (List, with(KeyCode::Char('j'), KeyModifiers::ALT), None),
            (List, with(KeyCode::Char('d'), KeyModifiers::CONTROL), Some(Action::HalfDown)),
            (List, plain(KeyCode::Char('d')), None),
            (List, plain(KeyCode::Char('q')), Some(Action::Quit)),
            (Help, plain(KeyCode::Char('q')), Some(Action::Back)),
            (Progress, plain(KeyCode::Char('q')), Some(Action::Detach)),
            (Progress, with(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Detach)),
            (Detail, with(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Interrupt)),
        ];
        for (place, event, expected) in cases {
            assert_eq!(dispatch(place, event), expected, "{event:?} in {place:?}");
        }
        let mut released = plain(KeyCode::Char('j'));
        released.kind = KeyEventKind::Release;
        assert_eq!(dispatch(List, released), None);
    }
}
