//! Times in a filter: so long ago, a day, or a moment.

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::Offset};

use super::lex::Op;

/// A time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// `1h30m`: that many seconds before now.
    Ago(i64),
    /// `2026-10-01`: from its first to its last moment, in UTC.
    Day(Date, Timestamp, Timestamp),
    /// `2026-10-01T08:41:07Z`.
    At(Timestamp),
}

const UNITS: [(char, i64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl When {
    /// `None` if it is none of these.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(seconds) = seconds(text) {
            return Some(Self::Ago(seconds));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            let date: Date = text.parse().ok()?;
            let start = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
            let end = start.checked_add(SignedDuration::from_hours(24)).ok()?;
            return Some(Self::Day(date, start, end.checked_sub(SignedDuration::from_nanos(1)).ok()?));
        }
        text.parse().ok().map(Self::At)
    }

    /// How long ago, if it is that.
    pub(super) fn age(self) -> Option<SignedDuration> {
        match self {
            Self::Ago(seconds) => Some(SignedDuration::from_secs(seconds)),
            Self::Day(..) | Self::At(_) => None,
        }
    }

    /// Whether a time compares with it like that.
    pub(super) fn holds(self, op: Op, time: Timestamp, now: Timestamp) -> bool {
        let (first, last) = match self {
            Self::Ago(seconds) => {
                let then = now.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN);
                (then, then)
            }
            Self::Day(_, first, last) => (first, last),
            Self::At(time) => (time, time),
        };
        match op {
            Op::AtLeast => time >= first,
            Op::More => time > last,
            Op::AtMost => time <= last,
            Op::Less => time < first,
            Op::Has | Op::Is | Op::Not => first <= time && time <= last,
        }
    }
}

/// The length of `90s`, `15m`, `1h30m`, `2d`, `1w`.
fn seconds(text: &str) -> Option<i64> {
    let mut total = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?.to_ascii_lowercase();
        let (_, length) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(length)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ago(0) => f.write_str("0s"),
            Self::Ago(seconds) => {
                let mut rest = *seconds;
                for (unit, length) in UNITS {
                    if rest >= length {
                        write!(f, "{}{unit}", rest / length)?;
                        rest %= length;
                    }
                }
                Ok(())
            }
            Self::Day(date, ..) => write!(f, "{date}"),
            Self::At(time) => write!(f, "{time}"),
        }
    }
}
