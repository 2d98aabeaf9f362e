//! `rules`: what is judged, how bad it is, and what it is judged by.

use cacl_event::judge::{self, Rule};
use serde_json::json;

use crate::{
    Exit,
    cli::{self, values::Listed},
    look::{look, shown_in_terminal},
    report::{Out, Style},
};

/// Prints all rules, worst first.
pub fn run(options: &cli::Rules, global: &cli::Global) -> anyhow::Result<Exit> {
    let mut out = Out::stdout();
    let style = Style::from(look(global.color));
    let size = crossterm::terminal::size().ok().filter(|_| shown_in_terminal());
    let width = size.map_or(usize::MAX, |(columns, _)| columns.into());
    for rule in judge::rules() {
        out.line(&match options.output {
            Listed::Text => entry(rule, &style.severity(rule.severity), width),
            Listed::Jsonl => object(rule),
        })?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Schema `cacl.rule/1`.
fn object(rule: &Rule) -> String {
    json!({
        "schema": "cacl.rule/1",
        "rule": rule.id,
        "severity": rule.severity.as_str(),
        "looksAt": rule.looks_at,
        "evenIfFailed": rule.even_if_failed,
        "sentence": rule.sentence,
    })
    .to_string()
}

/// One line where that fits, as it does in a pipe; else what it says flows beside its name, or below it.
fn entry(rule: &Rule, severity: &str, width: usize) -> String {
    /// Severity and name, with the blanks around them.
    const HEAD: usize = 12 + NAMES + 2;
    /// Narrower than this is a column of single words.
    const NARROW: usize = 36;
    /// Where the text begins that stands below.
    const BELOW: usize = 4;
    let failed = if rule.even_if_failed { "; of calls that failed, too" } else { "" };
    let text = format!("{} [{}{failed}]", rule.sentence, rule.looks_at.join(", "));
    let (margin, head) = if width >= HEAD + NARROW {
        (HEAD, format!("{severity}  {:<NAMES$}  ", rule.id))
    } else {
        (BELOW, format!("{severity}  {}\n{:BELOW$}", rule.id, ""))
    };
    head + &flow(&text, width.saturating_sub(margin)).join(&format!("\n{:margin$}", ""))
}

/// Columns for the names of rules.
const NAMES: usize = 29;

/// Lines of at most so many letters, broken between words.
fn flow(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= columns => *line = format!("{line} {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_their_column() {
        assert_eq!(judge::rules().iter().map(|rule| rule.id.len()).max(), Some(NAMES));
    }

    #[test]
    fn entries_keep_within_the_terminal() {
        for width in [44, 60, 80, 120] {
            for rule in judge::rules() {
                let entry = entry(rule, "! critical", width);
                for line in entry.lines() {
                    assert!(line.chars().count() <= width, "{width}: {line}");
                }
                let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                assert!(words(&entry).join(" ").contains(rule.sentence), "{entry}");
            }
        }
    }

    #[test]
    fn in_a_pipe_a_rule_is_a_line() {
        let rule = &judge::rules()[0];
        assert_eq!(entry(rule, "! critical", usize::MAX).lines().count(), 1);
    }
}
