//! A packed value as it is looked at.

use serde_json::Number;

use super::{FALSE, FIRST_WORD, FLOAT, LIST, NEGATIVE, NULL, OBJECT, REPEATED, SHORT, TEXT, TRUE, WHOLE, words};

/// What a value is; of a list and an object what is in it is looked at by [`Node::elements`] and [`Node::members`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(&'a str),
    List,
    Object,
}

/// One packed value, borrowed. What is not well packed is `null`, and never a panic.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    packed: &'a [u8],
    /// Whether there are secrets in what it is a part of.
    holds_secrets: bool,
}

impl<'a> Node<'a> {
    /// `null`.
    pub(crate) const NULL: Node<'static> = Node { packed: &[NULL], holds_secrets: false };

    /// Stands for what is elsewhere.
    pub(crate) const REPEATED: Node<'static> = Node { packed: &[REPEATED], holds_secrets: false };

    /// One value; `holds_secrets` if there may be any in it that are to be masked.
    pub(crate) fn new(packed: &'a [u8], holds_secrets: bool) -> Self {
        Self { packed, holds_secrets }
    }

    /// One value that was masked.
    pub(crate) fn masked(packed: &'a [u8]) -> Self {
        Self::new(packed, false)
    }

    pub(crate) fn packed(self) -> &'a [u8] {
        self.packed
    }

    pub(crate) fn holds_secrets(self) -> bool {
        self.holds_secrets
    }

    pub(crate) fn seen(self) -> Seen<'a> {
        let Some(kind) = self.packed.first() else { return Seen::Null };
        let seen = match *kind {
            FALSE => Some(Seen::Bool(false)),
            TRUE => Some(Seen::Bool(true)),
            WHOLE | NEGATIVE | FLOAT => self.as_number().map(Seen::Number),
            LIST => Some(Seen::List),
            OBJECT => Some(Seen::Object),
            NULL => None,
            _ => self.as_str().map(Seen::Text),
        };
        seen.unwrap_or(Seen::Null)
    }

    /// The member of that name, of several the last one; `None` for anything but an object. `null` is a member.
    pub(crate) fn get(self, name: &str) -> Option<Node<'a>> {
        let [member] = self.pick([name]);
        member
    }

    /// The member of the same name as that of another object.
    pub(crate) fn namesake(self, name: Node<'_>) -> Option<Node<'a>> {
        self.members().filter(|(other, _)| other.packed == name.packed).last().map(|(_, value)| value)
    }

    /// Whether it stands for what is elsewhere.
    pub(crate) fn is_repeated(self) -> bool {
        self.packed == [REPEATED]
    }

    /// Whether this is the very same value in the same place, and not only an equal one.
    pub(crate) fn is(self, other: Node<'_>) -> bool {
        std::ptr::eq(self.packed, other.packed)
    }

    /// The members of several names, found in one walk.
    pub(crate) fn pick<const N: usize>(self, names: [&str; N]) -> [Option<Node<'a>>; N] {
        let words = names.map(words::number);
        let mut found = [None; N];
        for (name, value) in self.members() {
            let word = name.number_of_word();
            let is_wanted = |place: &usize| match words[*place] {
                Some(_) => words[*place] == word,
                None => word.is_none() && name.as_bytes() == Some(names[*place].as_bytes()),
            };
            if let Some(place) = (0..N).find(is_wanted) {
                found[place] = Some(value);
            }
        }
        found
    }

    /// The member at the end of a path of names.
    pub(crate) fn at(self, path: &[&str]) -> Option<Node<'a>> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text, if it is one.
    pub(crate) fn as_str(self) -> Option<&'a str> {
        match *self.packed.first()? {
            TEXT | SHORT..FIRST_WORD => std::str::from_utf8(self.contents()).ok(),
            _ => self.as_word(),
        }
    }

    /// The bytes of the text, if it is one; they stand in the order in which the texts do.
    pub(crate) fn as_bytes(self) -> Option<&'a [u8]> {
        match *self.packed.first()? {
            TEXT | SHORT..FIRST_WORD => Some(self.contents()),
            _ => self.as_word().map(str::as_bytes),
        }
    }

    /// The number, if it is one.
    pub(crate) fn as_number(self) -> Option<Number> {
        let (kind, rest) = self.packed.split_first()?;
        match *kind {
            WHOLE => Some(varint(rest)?.0.into()),
            NEGATIVE => Some(0_i64.wrapping_sub_unsigned(varint(rest)?.0).into()),
            FLOAT => Number::from_f64(f64::from_le_bytes(rest.try_into().ok()?)),
            _ => None,
        }
    }

    /// The word that it is.
    pub(crate) fn as_word(self) -> Option<&'static str> {
        words::word(self.number_of_word()?)
    }

    /// The number of that word.
    pub(crate) fn number_of_word(self) -> Option<u8> {
        match *self.packed {
            [byte] => byte.checked_sub(FIRST_WORD),
            _ => None,
        }
    }

    /// The text of a member, if it is one and not empty.
    pub(crate) fn text(self, key: &str) -> Option<&'a str> {
        self.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// A boolean, also one written as text, as `CloudTrail` does here and there.
    pub(crate) fn as_bool(self) -> Option<bool> {
        match self.seen() {
            Seen::Bool(value) => Some(value),
            Seen::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Seen::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A whole number.
    pub(crate) fn as_i64(self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    pub(crate) fn is_false(self) -> bool {
        self.packed == [FALSE]
    }

    pub(crate) fn is_list(self) -> bool {
        self.packed.first() == Some(&LIST)
    }

    pub(crate) fn is_object(self) -> bool {
        self.packed.first() == Some(&OBJECT)
    }

    /// The elements, if it is a list.
    pub(crate) fn elements(self) -> impl Iterator<Item = Node<'a>> {
        let mut rest = if self.is_list() { self.contents() } else { &[] };
        std::iter::from_fn(move || Some(Node::new(next(&mut rest)?, self.holds_secrets)))
    }

    /// The names and values, if it is an object.
    pub(crate) fn members(self) -> impl Iterator<Item = (Node<'a>, Node<'a>)> {
        let mut rest = if self.is_object() { self.contents() } else { &[] };
        let mut next = move || Some(Node::new(next(&mut rest)?, self.holds_secrets));
        std::iter::from_fn(move || Some((next()?, next()?)))
    }

    /// Null, `""`, `[]` and `{}`: what counts as absent where a state is described.
    pub(crate) fn is_empty(self) -> bool {
        matches!(*self.packed, [NULL | SHORT] | [LIST | OBJECT, 0])
    }

    /// Whether nothing in it lies more than so many lists and objects deep.
    pub(crate) fn is_within(self, levels: u8) -> bool {
        let within = |inner: Node<'_>| levels > 0 && inner.is_within(levels - 1);
        // Every level takes two bytes at least.
        self.packed.len() <= 2 * usize::from(levels)
            || self.elements().all(within) && self.members().all(|(_, value)| within(value))
    }

    /// Neither a list nor an object.
    pub(crate) fn is_scalar(self) -> bool {
        !(self.is_list() || self.is_object())
    }

    /// The bytes of a text, the elements of a list, the members of an object.
    fn contents(self) -> &'a [u8] {
        let header = header(self.packed).map_or(self.packed.len(), |(header, _)| header);
        self.packed.get(header..).unwrap_or_default()
    }
}

/// The next value of several.
pub(crate) fn next<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (header, contents) = header(rest)?;
    let (value, after) = rest.split_at_checked(header.checked_add(contents)?)?;
    *rest = after;
    Some(value)
}

/// How many bytes say what the first value is, and how many are in it.
fn header(packed: &[u8]) -> Option<(usize, usize)> {
    let (kind, rest) = packed.split_first()?;
    Some(match *kind {
        FIRST_WORD.. => (1, 0),
        kind @ SHORT..FIRST_WORD => (1, usize::from(kind - SHORT)),
        TEXT | LIST | OBJECT => {
            let (length, bytes) = varint(rest)?;
            (1 + bytes, usize::try_from(length).ok()?)
        }
        WHOLE | NEGATIVE => (1 + varint(rest)?.1, 0),
        FLOAT => (9, 0),
        _ => (1, 0),
    })
}

/// A number, and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if *byte < 0x80 {
            return Some((value, index + 1));
        }
    }
    None
}
