//! From pieces to terms, and what is wrong with those that are none.

use std::{borrow::Cow, str::FromStr};

use super::{
    FilterError, Key,
    key::Ending,
    lex::{Head, Op, Piece, Token, lex},
    near::{misspelt, nearest},
    needle::{Needle, PackedNeedle},
    term::{Address, Paths, Severities, Term, Test},
    when::When,
};
use crate::{Class, Origin, Severity, clean, judge::rules, pattern::WRITE_CALLS};

type Parsed<T> = Result<T, FilterError>;

/// All terms of a text.
pub(super) fn terms(input: &str) -> Parsed<Vec<Term>> {
    lex(input).iter().map(|token| term(token, input)).collect()
}

fn term(token: &Token<'_>, input: &str) -> Parsed<Term> {
    token.values.iter().try_for_each(|piece| well_formed(piece, token, input))?;
    let Some(head) = &token.head else {
        let word = token.values.first().map_or("", |piece| &piece.text);
        let test = Test::Word(Box::new(PackedNeedle::new(word)));
        return Ok(Term { negated: token.negated, key: None, op: Op::Has, values: [word.into()].into(), test });
    };
    let key = Key::named(head.name).ok_or_else(|| unknown_key(head, token, input))?;
    let (values, op, test) = test(key, head, &token.values)?;
    // `!=` is `=` turned around; `since:` and `until:` are kept as they are.
    let negated = token.negated != (head.op == Op::Not);
    Ok(Term { negated, key: Some(key), op, values: values.into(), test })
}

fn well_formed(piece: &Piece<'_>, token: &Token<'_>, input: &str) -> Parsed<()> {
    if piece.open {
        return Err(FilterError::new(
            piece.at.start..piece.at.start + 1,
            "quotes are never closed",
            "put a \" at the end",
        ));
    }
    if !piece.rest.is_empty() {
        return Err(FilterError::new(
            piece.rest.clone(),
            "text right after closing quotes",
            "put a blank between them",
        ));
    }
    if !piece.text.is_empty() {
        return Ok(());
    }
    let start = &input[token.at.start..piece.at.start];
    Err(match &token.head {
        _ if piece.quoted => FilterError::new(piece.at.clone(), "empty quotes", "write what to look for between them"),
        None => {
            FilterError::new(token.at.clone(), format!("nothing after {start}"), "write what is not wanted after it")
        }
        Some(_) if token.values.len() > 1 => {
            FilterError::new(piece.at.clone(), "a value is missing in the list", "take the comma out, or add a value")
        }
        Some(head) => {
            let help = Key::named(head.name).map_or_else(|| "write what to look for".to_owned(), expected);
            FilterError::new(piece.at.clone(), format!("nothing after {}", clean(start)), help)
        }
    })
}

fn unknown_key(head: &Head<'_>, token: &Token<'_>, input: &str) -> FilterError {
    let names = Key::ALL.iter().map(|key| key.as_str());
    let meant = Key::meant_by(head.name).map(Key::as_str).or_else(|| nearest(head.name, names.clone()));
    let help = match meant {
        Some(meant) => format!("did you mean {}? To find the text itself, put it in quotes", meant.to_owned() + ":"),
        None => format!(
            "keys are {}; to find the text itself, put it in quotes: {}",
            names.collect::<Vec<_>>().join(", "),
            super::lex::written(&clean(&input[head.at.start..token.at.end]), true),
        ),
    };
    FilterError::new(head.at.start..head.at.start + head.name.len(), format!("there is no key {}", head.name), help)
}

/// What may follow a key.
fn expected(key: Key) -> String {
    let values: Vec<&str> = key.values().into_iter().map(|(value, _)| value).collect();
    match key {
        Key::Sev | Key::Origin | Key::Outcome | Key::Class => format!("one of {}", values.join(", ")),
        Key::Rule => "the id of a rule, such as settings-reset".to_owned(),
        Key::Since | Key::Until | Key::Time => TIMES.to_owned(),
        Key::Ip => "an address, or a block such as 198.51.100.0/24".to_owned(),
        _ => format!("write what to look for: {}", key.about()),
    }
}

const TIMES: &str = "write 90s, 15m, 1h, 2d, 2026-10-01 or 2026-10-01T08:00:00Z";

/// The values as they are written, the operator, and the test.
fn test(key: Key, head: &Head<'_>, pieces: &[Piece<'_>]) -> Parsed<(Vec<Box<str>>, Op, Test)> {
    compares(key, head, pieces)?;
    let whole = matches!(head.op, Op::Is | Op::Not);
    let needles = || pieces.iter().map(|piece| Needle::new(&piece.text, whole)).collect();
    let typed = || pieces.iter().map(|piece| Box::from(&*piece.text)).collect();
    let text_op = if whole { Op::Is } else { Op::Has };
    Ok(match key {
        Key::Sev => {
            let severities = words(key, pieces, Severity::ALL, Severity::as_str)?;
            let chosen = Severities::that(|severity| severities.iter().any(|than| ordered(head.op, severity, *than)));
            let op = if head.op.is_comparison() { head.op } else { Op::Has };
            (spelt(&severities, Severity::as_str), op, Test::Severity(chosen))
        }
        Key::Origin => {
            let origins = words(key, pieces, Origin::ALL, Origin::as_str)?;
            (spelt(&origins, Origin::as_str), Op::Has, Test::Origin(origins.into()))
        }
        Key::Outcome => {
            let endings = words(key, pieces, Ending::ALL, Ending::as_str)?;
            (spelt(&endings, Ending::as_str), Op::Has, Test::Outcome(endings.into()))
        }
        Key::Class => {
            let classes = words(key, pieces, Class::ALL, Class::as_str)?;
            (spelt(&classes, Class::as_str), Op::Has, Test::Class(classes.into()))
        }
        Key::Rule => {
            let ids: Vec<&'static str> = rules().iter().map(|rule| rule.id).collect();
            let ids = words(key, pieces, &ids, |id| id)?;
            (spelt(&ids, |id| id), Op::Has, Test::Rule(ids.into()))
        }
        Key::Since | Key::Until | Key::Time => {
            let (when, op, asked) = time(key, head, pieces)?;
            (vec![when.to_string().into()], op, Test::Time(asked, when))
        }
        Key::Ip => (typed(), text_op, Test::Address(addresses(pieces, whole)?)),
        Key::Path => {
            spelt_right(key, pieces)?;
            (typed(), text_op, Test::Path(Paths::of(needles())))
        }
        Key::Value => (typed(), text_op, Test::Value(needles())),
        Key::Event => {
            spelt_right(key, pieces)?;
            (typed(), text_op, Test::Text(key, needles()))
        }
        Key::Client | Key::Actor | Key::Account | Key::Region | Key::Pool | Key::Agent | Key::Error => {
            (typed(), text_op, Test::Text(key, needles()))
        }
    })
}

/// Only severities and times have an order, and only one value can be compared with.
fn compares(key: Key, head: &Head<'_>, pieces: &[Piece<'_>]) -> Parsed<()> {
    let op_at = head.at.start + head.name.len()..head.at.end;
    let is_time = matches!(key, Key::Since | Key::Until | Key::Time);
    if head.op.is_comparison() && !matches!(key, Key::Sev | Key::Time) {
        let help =
            if is_time { format!("write {key}:1h, or time{}", head.op.as_str()) } else { format!("write {key}:") };
        return Err(FilterError::new(op_at, format!("{key} cannot be compared with {}", head.op.as_str()), help));
    }
    match pieces {
        [_, second, ..] if head.op.is_comparison() || is_time => Err(FilterError::new(
            second.at.clone(),
            format!("{key}{} takes one value", head.op.as_str()),
            "take the others out",
        )),
        _ => Ok(()),
    }
}

fn ordered(op: Op, severity: Severity, than: Severity) -> bool {
    match op {
        Op::AtLeast => severity >= than,
        Op::More => severity > than,
        Op::AtMost => severity <= than,
        Op::Less => severity < than,
        Op::Has | Op::Is | Op::Not => severity == than,
    }
}

/// Words of a closed set.
fn words<T: Copy>(key: Key, pieces: &[Piece<'_>], all: &[T], word: fn(T) -> &'static str) -> Parsed<Vec<T>> {
    let one = |piece: &Piece<'_>| {
        let named = all.iter().copied().find(|value| word(*value).eq_ignore_ascii_case(&piece.text));
        named.ok_or_else(|| {
            let near = nearest(&piece.text, all.iter().map(|value| word(*value)));
            let help = near.map_or_else(|| expected(key), |near| format!("did you mean {near}?"));
            FilterError::new(piece.at.clone(), format!("there is no {key} {}", clean(&piece.text)), help)
        })
    };
    pieces.iter().map(one).collect()
}

fn spelt<T: Copy>(values: &[T], word: fn(T) -> &'static str) -> Vec<Box<str>> {
    values.iter().map(|value| word(*value).into()).collect()
}

/// Any name may be asked for, since there are calls and settings that are not known here; but a slip finds nothing.
fn spelt_right(key: Key, pieces: &[Piece<'_>]) -> Parsed<()> {
    let values = key.values();
    let more: &[&'static str] = if key == Key::Event { &WRITE_CALLS } else { &[] };
    let known = values.iter().map(|(value, _)| *value).chain(more.iter().copied());
    for piece in pieces {
        if let Some(meant) = misspelt(&piece.text, known.clone()) {
            let message = format!("no known {key} has {} in its name", clean(&piece.text));
            return Err(FilterError::new(piece.at.clone(), message, format!("did you mean {meant}?")));
        }
    }
    Ok(())
}

fn addresses(pieces: &[Piece<'_>], whole: bool) -> Parsed<Box<[Address]>> {
    let one = |piece: &Piece<'_>| {
        Address::parse(&piece.text, whole).ok_or_else(|| {
            let message = format!("{} is no block of addresses", clean(&piece.text));
            FilterError::new(piece.at.clone(), message, "write 198.51.100.0/24 or 2001:db8::/32")
        })
    };
    pieces.iter().map(one).collect()
}

/// A time, the operator as it is written, and the one that is asked.
fn time(key: Key, head: &Head<'_>, pieces: &[Piece<'_>]) -> Parsed<(When, Op, Op)> {
    let (text, at) = pieces.first().map_or((Cow::Borrowed(""), head.at.clone()), |p| (p.text.clone(), p.at.clone()));
    let when = When::parse(&text).ok_or_else(|| {
        // A date and a time, but no word on which clock that was read from.
        let clockless = jiff::civil::DateTime::from_str(&text).is_ok();
        let help = if clockless { "add Z for UTC, or an offset: 2026-10-01T08:00:00+02:00" } else { TIMES };
        FilterError::new(at.clone(), format!("{} is no time", clean(&text)), help)
    })?;
    Ok(match key {
        Key::Since => (when, Op::Has, Op::AtLeast),
        Key::Until => (when, Op::Has, Op::AtMost),
        _ if head.op.is_comparison() => (when, head.op, head.op),
        _ if when.age().is_some() => {
            let message = "no call was made exactly that long ago";
            return Err(FilterError::new(at, message, format!("write since:{when} or until:{when}")));
        }
        _ => (when, Op::Has, Op::Has),
    })
}
