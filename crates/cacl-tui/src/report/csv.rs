//! CSV for whoever opens it in a spreadsheet: RFC 4180, one record a change, the diff in one cell of several lines.
//!
//! Everything in an event is chosen by its caller, and a spreadsheet runs what begins like a formula. So whatever does is
//! marked as text by an apostrophe, as a spreadsheet's user would do it: at the beginning of a cell, and behind a semicolon,
//! which separates cells where a comma separates decimals.

use cacl_event::{Outcome, Row, clean};

use super::{
    Told,
    rows::Sides,
    text::{client, matters},
};
use crate::screen::theme::Theme;

/// The columns.
const COLUMNS: [&str; 27] = [
    "time (UTC)",
    "severity",
    "event",
    "outcome",
    "error",
    "client",
    "client id",
    "user pool",
    "account",
    "region",
    "who",
    "role",
    "MFA",
    "origin",
    "source IP",
    "user agent",
    "reset",
    "removed",
    "changed",
    "added",
    "set",
    "reasons",
    "diff",
    "compared with",
    "arn",
    "event id",
    "rules",
];

/// The first record, with a byte order mark before it: without one Excel takes UTF-8 for something else.
pub fn head() -> String {
    format!("\u{feff}{}", record(COLUMNS.map(str::to_owned)))
}

/// The record of a change.
pub fn row(told: &Told<'_>) -> String {
    let Told { change, diff, judgement, .. } = told;
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let (outcome, error) = match &change.outcome {
        Outcome::Succeeded => ("succeeded", String::new()),
        Outcome::Failed { code, message } => {
            ("failed", message.as_deref().map_or_else(|| code.to_string(), |message| format!("{code}: {message}")))
        }
    };
    let summary = diff.summary();
    let reasons = || judgement.reasons.iter();
    record([
        // A spreadsheet knows this form as a time, and sorts it as one.
        change.time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        judgement.severity.as_str().into(),
        change.event.to_string(),
        outcome.into(),
        error,
        client(told),
        text(change.client_id.as_deref()),
        text(change.user_pool_id.as_deref()),
        text(change.account.as_deref()),
        text(change.region.as_deref()),
        text(change.actor.name.as_deref()),
        text(change.actor.role.as_deref()),
        text(change.actor.mfa.map(|mfa| if mfa { "yes" } else { "no" })),
        change.origin.as_str().into(),
        text(change.source_ip.as_deref()),
        text(change.user_agent.as_deref()),
        summary.reset.to_string(),
        summary.removed.to_string(),
        summary.changed.to_string(),
        summary.added.to_string(),
        summary.set.to_string(),
        reasons().map(|reason| clean(&reason.text)).collect::<Vec<_>>().join("; "),
        differences(told),
        diff.baseline.as_str().into(),
        text(change.actor.arn.as_deref()),
        change.id.to_string(),
        reasons().map(|reason| reason.rule).collect::<Vec<_>>().join(" "),
    ])
}

/// `reset preventUserExistenceErrors: ENABLED → LEGACY (not sent)`, a line each.
fn differences(told: &Told<'_>) -> String {
    let sides = Sides::of(&told.diff, Theme::new(false, false).glyphs);
    let line = |row: &Row| format!("{} {}: {}", row.class.as_str(), clean(&row.path), sides.describe(row));
    told.diff.rows.iter().filter(|row| matters(row.class)).map(line).collect::<Vec<_>>().join("\n")
}

/// Every cell in quotes, so that no reader has to guess where one ends.
fn record<const N: usize>(cells: [String; N]) -> String {
    cells.map(|cell| format!("\"{}\"", harmless(&cell).replace('"', "\"\""))).join(",") + "\r\n"
}

/// Cleaned line by line, and no formula for any reader.
fn harmless(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    for (nth, line) in cell.split('\n').enumerate() {
        if nth > 0 {
            text.push('\n');
        }
        let mut begins = true;
        for character in clean(line).chars() {
            if begins && matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
                text.push('\'');
            }
            // What readers may skip before a formula leaves the next character at the beginning.
            begins = character == ';' || begins && (character.is_whitespace() || character == '"');
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::report::tests::{TEXT, story, twisted};

    fn parsed(text: &str, delimiter: u8) -> Vec<Vec<String>> {
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let records = reader.records().map(|record| record.expect("CSV"));
        records.map(|record| record.iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_record_a_change_that_reads_well() {
        let history = story();
        let told = history.iter().filter_map(|change| Told::of(&history, &change.id));
        let text = head() + &told.map(|told| row(&told)).collect::<String>();
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n"));
        let records = parsed(&text, b',');
        assert_eq!(records.len(), history.len() + 1);
        assert!(records.iter().all(|record| record.len() == COLUMNS.len()));
        let table = records[1..].iter().map(|record| {
            COLUMNS.iter().zip(record).map(|(name, cell)| format!("{name}: {cell}")).collect::<Vec<_>>().join("\n")
        });
        insta::assert_snapshot!(table.collect::<Vec<_>>().join("\n\n"));
    }

    #[rstest]
    #[case("=1+1", "'=1+1")]
    #[case("+1", "'+1")]
    #[case("-1", "'-1")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case(" =1", " '=1")]
    #[case("\"=1", "\"'=1")]
    #[case("\t=1", "\\u{9}=1")]
    #[case("\r=1", "\\u{d}=1")]
    #[case("＝1", "'＝1")]
    #[case("a;=cmd|' /C calc'!A0", "a;'=cmd|' /C calc'!A0")]
    #[case("one\n=two", "one\n'=two")]
    #[case("a=b-c@d+e", "a=b-c@d+e")]
    #[case("kim@example.org", "kim@example.org")]
    fn formulas_are_text(#[case] cell: &str, #[case] expected: &str) {
        assert_eq!(harmless(cell), expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_cell_is_a_formula_and_none_escapes(text in TEXT) {
            let history = twisted(&text);
            for change in history.iter() {
                let told = Told::of(&history, &change.id).expect("known");
                let line = row(&told);
                let records = parsed(&line, b',');
                prop_assert_eq!(records.len(), 1);
                prop_assert_eq!(records[0].len(), COLUMNS.len());
                prop_assert!(!line.trim_end().chars().any(|c| c.is_control() && c != '\n'));
                // A comma where the reader's locale has it, and a semicolon where it has that.
                for cell in records.iter().chain(&parsed(&line, b';')).flatten() {
                    let bare = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
                    prop_assert!(!bare.starts_with(['=', '+', '-', '@']), "{:?} in {}", cell, line);
                }
            }
        }
    }
}
