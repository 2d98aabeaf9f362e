//! Values of options: parsed once, at the edge.

use std::time::Duration;

use cacl_aws::Since;
use cacl_event::{Filter, Severity, clean};
use clap::ValueEnum;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, tz::TimeZone};
use unicode_width::UnicodeWidthStr;

use crate::report::File;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// In a terminal, unless told otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// At what to ring. A program that makes noise unasked gets silenced for good, so by default it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Bell {
    /// At nothing
    #[default]
    Off,
    /// At every change
    Info,
    /// Worth a look
    Low,
    /// Worth a question
    Medium,
    /// Worth an alarm
    High,
    /// Worth waking somebody
    Critical,
}

impl From<Bell> for Option<Severity> {
    fn from(bell: Bell) -> Self {
        match bell {
            Bell::Off => None,
            Bell::Info => Some(Severity::Info),
            Bell::Low => Some(Severity::Low),
            Bell::Medium => Some(Severity::Medium),
            Bell::High => Some(Severity::High),
            Bell::Critical => Some(Severity::Critical),
        }
    }
}

/// In what form changes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// The live view; needs a terminal.
    Tui,
    /// One readable line a change.
    Text,
    /// One JSON object a line, schema `cacl.change/1`.
    Jsonl,
}

/// In what form a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Listed {
    /// A table to read.
    #[default]
    Text,
    /// One JSON object a line.
    Jsonl,
}

/// In what form recorded changes are shown: there is an end, so that files with a beginning can be written as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Recorded {
    /// The live view; needs a terminal.
    Tui,
    /// One readable line a change.
    Text,
    /// One JSON object a line, schema `cacl.change/1`.
    Jsonl,
    /// One record a change, for spreadsheets.
    Csv,
    /// A report with every diff.
    Markdown,
}

impl Recorded {
    /// As a live one would be shown, or as a file.
    pub fn form(self) -> Result<Output, File> {
        match self {
            Self::Tui => Ok(Output::Tui),
            Self::Text => Ok(Output::Text),
            Self::Jsonl => Ok(Output::Jsonl),
            Self::Csv => Err(File::Csv),
            Self::Markdown => Err(File::Markdown),
        }
    }
}

/// How bad, see [`Severity`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Everything.
    Info,
    /// Worth a look.
    Low,
    /// Worth a question.
    Medium,
    /// Worth an alarm.
    High,
    /// Worth waking somebody.
    Critical,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Info => Self::Info,
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
            Level::Critical => Self::Critical,
        }
    }
}

/// A filter; what is wrong with one is shown under the place.
pub fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|error| {
        // Each character takes as many columns as its cleaned form, or the caret would stand elsewhere.
        let columns = |part: &str| clean(part).width();
        let (before, wrong) = (columns(&text[..error.at.start]), columns(&text[error.at]).max(1));
        let (space, caret) = (" ".repeat(before), "^".repeat(wrong));
        format!("{}\n\n  {}\n  {space}{caret}\nhelp: {}", error.message, clean(text), error.help)
    })
}

/// From when on to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A moment.
    From(Since),
    /// Where the last run ended, by its journal.
    Last,
}

/// A moment, or `last`.
pub fn start(text: &str) -> Result<Start, String> {
    match text {
        "last" => Ok(Start::Last),
        text => since(text).map(Start::From).map_err(|words| format!("{words}, nor the word last")),
    }
}

/// A moment, in words: so long ago, or a time.
pub fn since(text: &str) -> Result<Since, String> {
    if text == "now" {
        return Ok(Since::Ago(SignedDuration::ZERO));
    }
    let local = || TimeZone::system().to_timestamp(text.parse().ok()?).ok();
    if let Some(moment) = text.parse().ok().or_else(local) {
        // A clock may be wrong by some minutes, and so be behind what another one said.
        let ahead = moment.duration_since(Timestamp::now());
        return if ahead < SignedDuration::from_hours(1) {
            Ok(Since::At(moment))
        } else {
            Err(format!("{moment} is yet to come"))
        };
    }
    duration(text).map(Since::Ago).map_err(|_| {
        "neither a duration (30m, 24h, 7d) nor a time (2026-10-01, 2026-10-01T08:00, 2026-10-01T08:00:00Z)".to_owned()
    })
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "no duration: write 30s, 5m, 24h or 7d".to_owned();
    let span: Span = text.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    if duration.is_negative() { Err(wrong()) } else { Ok(duration) }
}

/// A length of time, such as `30s`, `5m`, `24h`, `7d`.
pub fn length(text: &str) -> Result<Duration, String> {
    duration(text).map(SignedDuration::unsigned_abs)
}

/// Whether to leave the mouse alone. The flag itself counts as `true`; the variable says what becomes of the mouse.
pub fn no_mouse(text: &str) -> Result<bool, String> {
    match text {
        "true" | "off" => Ok(true),
        "false" | "on" => Ok(false),
        _ => Err("on or off".to_owned()),
    }
}

/// A share, from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "no number".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("a share is from 0 to 1".to_owned()) }
}

/// How many; 1 at least.
pub fn count(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("there is nothing to wait for: 1 is the least".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("no whole number".to_owned()),
    }
}

/// Where AWS is: a URL with a host. An empty one counts as none.
pub fn endpoint_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let host = host.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let fits = |host: &str| !host.is_empty() && !host.starts_with(':') && !host.contains(char::is_whitespace);
    if text.is_empty() || host.is_some_and(fits) {
        Ok(text.to_owned())
    } else {
        Err("no URL: write http://HOST:PORT or https://HOST".to_owned())
    }
}

/// How many times faster than it happened; above 0.
pub fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "no number".to_owned())?;
    if speed > 0.0 && speed.is_finite() { Ok(speed) } else { Err("a speed is above 0".to_owned()) }
}

/// What begins every name. It becomes part of S3 bucket names, which end in account and region and have 63 characters at most,
/// and of the trail's name, which may not have two hyphens in a row.
pub fn prefix(text: &str) -> Result<String, String> {
    let fits = (2..=20).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.contains("--");
    // S3 keeps these beginnings of bucket names for itself.
    let reserved = ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| format!("{text}-").starts_with(start));
    if fits && !reserved {
        Ok(text.to_owned())
    } else {
        Err("2 to 20 lower-case letters, digits and single hyphens, a letter first and no hyphen last".to_owned())
    }
}

/// A region, which is a part of hosts' names.
pub fn region(text: &str) -> Result<String, String> {
    if text.len() <= 63 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        Ok(text.to_owned())
    } else {
        Err("a region has small letters, digits and hyphens, as eu-west-1 does".to_owned())
    }
}

/// A `CloudFormation` stack name.
pub fn stack_name(text: &str) -> Result<String, String> {
    let fits = (1..=128).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits { Ok(text.to_owned()) } else { Err("1 to 128 letters, digits and hyphens, a letter first".to_owned()) }
}

/// A log group's name (`FilterLogEvents`, `logGroupName`).
pub fn log_group(text: &str) -> Result<String, String> {
    let fits = (1..=512).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.' | '#'));
    if fits { Ok(text.to_owned()) } else { Err("1 to 512 letters, digits and _ - / . #, and no ARN".to_owned()) }
}

/// An e-mail address, as far as the stack's parameter wants to know.
pub fn email(text: &str) -> Result<String, String> {
    let fits =
        text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if fits && !text.contains(char::is_whitespace) { Ok(text.to_owned()) } else { Err("no e-mail address".to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cacl_aws::Since;
    use jiff::{SignedDuration, Timestamp};

    use super::{email, length, log_group, prefix, share, since, speed, stack_name};

    #[test]
    fn moments() {
        let ago = |seconds| Ok(Since::Ago(SignedDuration::from_secs(seconds)));
        assert_eq!(since("24h"), ago(86_400));
        assert_eq!(since("30m"), ago(1800));
        assert_eq!(since("7d"), ago(7 * 86_400));
        assert_eq!(since("now"), ago(0));
        let moment: Timestamp = "2026-10-01T08:00:00Z".parse().expect("a time");
        assert_eq!(since("2026-10-01T08:00:00Z"), Ok(Since::At(moment)));
        assert!(matches!(since("2026-10-01"), Ok(Since::At(_))));
        for wrong in ["", "yesterday", "-1h", "24", "7x", "9000-01-01", "9000-01-01T08:00:00Z"] {
            assert!(since(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lengths_shares_and_speeds() {
        assert_eq!(length("90s"), Ok(Duration::from_secs(90)));
        assert!(length("-90s").is_err());
        assert_eq!(share("0.25"), Ok(0.25));
        assert!(share("1.5").is_err() && share("NaN").is_err());
        assert_eq!(speed("60"), Ok(60.0));
        assert!(speed("0").is_err() && speed("inf").is_err());
    }

    #[test]
    fn names_fit_for_buckets_and_stacks() {
        for right in ["cacl", "a1", "team-a", "a2345678901234567890"] {
            assert!(prefix(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "a",
            "Cacl",
            "1a",
            "a-",
            "a--b",
            "a.b",
            "a_b",
            "xn--a",
            "sthree",
            "amzn-s3-demo",
            "a23456789012345678901",
        ] {
            assert!(prefix(wrong).is_err(), "{wrong}");
        }
        assert!(stack_name("My-Stack-1").is_ok());
        for wrong in ["", "1a", "a_b", "arn:aws", &"a".repeat(129)] {
            assert!(stack_name(wrong).is_err(), "{wrong}");
        }
        assert!(log_group("/aws/lambda/a-b_c.d#1").is_ok());
        for wrong in ["", "a b", "arn:aws:logs:eu-west-1:123456789012:log-group:x", &"a".repeat(513)] {
            assert!(log_group(wrong).is_err(), "{wrong}");
        }
        assert!(email("kim@example.org").is_ok());
        assert!(email("kim").is_err() && email("@x").is_err() && email("a b@c").is_err() && email("a@b@c").is_err());
    }
}
