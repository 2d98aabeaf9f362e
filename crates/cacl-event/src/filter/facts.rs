//! Terms that a change answers by itself, and those that the gist of its reading answers where it is known.

use super::{
    Key, Subject,
    key::Ending,
    needle::{Needle, PackedNeedle},
    term::Test,
};
use crate::{Actor, Change, Outcome};

/// Whether a test holds; `None` if that takes a reading. `look` finds a needle in a text.
pub(super) fn hold<'f, 'a>(
    test: &'f Test,
    subject: &Subject<'a>,
    look: &mut impl FnMut(&'f Needle, &'a str) -> bool,
) -> Option<bool> {
    let change = subject.change;
    Some(match test {
        Test::Word(word) => says(word, subject, look),
        Test::Text(key, needles) => {
            texts(*key, subject).flatten().any(|text| needles.iter().any(|needle| look(needle, text)))
        }
        Test::Address(addresses) => {
            change.source_ip.as_deref().is_some_and(|ip| addresses.iter().any(|address| address.has(ip)))
        }
        Test::Origin(origins) => origins.contains(&change.origin),
        Test::Outcome(endings) => endings.iter().any(|ending| ending.is_of(&change.outcome)),
        Test::Time(op, when) => when.holds(*op, change.time, subject.now),
        Test::Severity(severities) => severities.has(subject.gist?.severity),
        Test::Class(classes) => subject.gist?.has_class(classes),
        Test::Rule(rules) => subject.gist?.has_rule(rules),
        Test::Path(_) | Test::Value(_) => return None,
    })
}

/// The texts that a key is about.
fn texts<'a>(key: Key, subject: &Subject<'a>) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
    let change = subject.change;
    let Actor { name, role, arn, account, .. } = &change.actor;
    let texts = match key {
        Key::Client => [subject.client_name.or(change.client_name.as_deref()), change.client_id.as_deref(), None],
        Key::Actor => [name.as_deref(), role.as_deref(), arn.as_deref()],
        Key::Event => [Some(&*change.event), None, None],
        Key::Account => [change.account.as_deref(), account.as_deref(), None],
        Key::Region => [change.region.as_deref(), None, None],
        Key::Pool => [change.user_pool_id.as_deref(), None, None],
        Key::Agent => [change.user_agent.as_deref(), None, None],
        Key::Ip => [change.source_ip.as_deref(), None, None],
        Key::Origin => [Some(change.origin.as_str()), None, None],
        Key::Error => match &change.outcome {
            Outcome::Succeeded => [None; 3],
            Outcome::Failed { code, message } => [Some(&**code), message.as_deref(), None],
        },
        Key::Outcome => ending(change),
        // Not about a text of the call itself.
        Key::Sev | Key::Since | Key::Until | Key::Time | Key::Path | Key::Class | Key::Value | Key::Rule => [None; 3],
    };
    texts.into_iter()
}

/// A call that succeeded says nothing about it.
fn ending(change: &Change) -> [Option<&'static str>; 3] {
    let word = |ending: Ending| ending.is_of(&change.outcome).then_some(ending.as_str());
    [word(Ending::Failed), word(Ending::Denied), None]
}

/// Whether a free word occurs in anything that is said about the call, or in what it sent. Texts that tell changes apart
/// come first.
fn says<'f, 'a>(
    word: &'f PackedNeedle,
    subject: &Subject<'a>,
    look: &mut impl FnMut(&'f Needle, &'a str) -> bool,
) -> bool {
    let change = subject.change;
    let actor = &change.actor;
    // One list in one piece: this is the hot path of the dearest of the cheap terms.
    let shared = [
        &change.client_id,
        &actor.name,
        &actor.arn,
        &change.source_ip,
        &actor.role,
        &change.user_agent,
        &change.user_pool_id,
        &change.account,
        &actor.account,
        &change.region,
    ];
    let words = [&*change.event, change.origin.as_str(), actor.kind.as_str()];
    let mut look = |text: &'a str| look(&word.text, text);
    subject.client_name.or(change.client_name.as_deref()).is_some_and(&mut look)
        || shared.into_iter().flatten().any(|text| look(text))
        || words.into_iter().any(&mut look)
        || change.outcome != Outcome::Succeeded
            && [Key::Outcome, Key::Error].into_iter().flat_map(|key| texts(key, subject).flatten()).any(look)
        || change.sent.as_ref().is_some_and(|sent| word.is_in_settings(sent))
}
