//! One filter, asked of many changes.

use super::{Filter, Reading, Subject, needle::Needle};

/// A filter with a memory, for going through a history. The names of clients, people and calls repeat from change to
/// change, and a [`History`](crate::History) keeps each once; so what was found out about a text is good for the next
/// change that has the very same.
/// Nothing but speed differs from [`Filter::matches`].
#[derive(Debug, Clone)]
pub struct Search<'f, 'a> {
    filter: &'f Filter,
    /// Each answer has one place, and gives it to the next that comes there.
    answers: Box<[Option<Answer<'f, 'a>>]>,
}

#[derive(Debug, Clone, Copy)]
struct Answer<'f, 'a> {
    needle: &'f Needle,
    text: &'a str,
    holds: bool,
}

/// How many answers are kept, as a power of two: texts that are in use at one time, times words.
const PLACES: u32 = 11;

impl Filter {
    /// The filter, to be asked of many changes that outlive the search.
    pub fn search<'a>(&self) -> Search<'_, 'a> {
        Search { filter: self, answers: vec![None; 1 << PLACES].into() }
    }
}

impl<'a> Search<'_, 'a> {
    /// The same as [`Filter::matches`].
    pub fn matches<'r>(&mut self, subject: &Subject<'a>, read: impl FnOnce() -> Option<Reading<'r>>) -> bool {
        let answers = &mut self.answers;
        self.filter.decide(subject, read, &mut |needle, text| {
            let place = place(needle, text);
            // The same needle and the same text, and not two that are equal: both are borrowed, so neither place in memory
            // can become another's meanwhile.
            if let Some(Some(known)) = answers.get(place)
                && std::ptr::eq(known.needle, needle)
                && std::ptr::eq(known.text, text)
            {
                return known.holds;
            }
            let holds = needle.is_in(text);
            if let Some(answer) = answers.get_mut(place) {
                *answer = Some(Answer { needle, text, holds });
            }
            holds
        })
    }
}

/// Where the answer about a text is kept.
fn place(needle: &Needle, text: &str) -> usize {
    let (needle, text) = (std::ptr::from_ref(needle).addr() as u64, text.as_ptr().addr() as u64);
    let mixed = (text ^ needle.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> (u64::BITS - PLACES)).unwrap_or_default()
}
