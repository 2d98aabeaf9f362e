//! A report in Markdown (GitHub's dialect): the worst first in numbers, then every change with its reasons and its diff.
//!
//! Everything in an event is chosen by its caller, so no word of one is Markdown here: it stands in code spans, in which there
//! is no markup, no link and no HTML. What would end a code span or a cell is written with character references instead.

use cacl_event::{BaselineKind, Class, Outcome, Row, Severity, clean};

use super::{
    Overview, Told,
    rows::Sides,
    text::{client, matters},
};
use crate::screen::theme::{Theme, severity_name};

/// The heading, and how many changes there are of each severity.
pub fn head(overview: &Overview<'_>) -> String {
    let Overview { of, account, region, made, span, severities } = overview;
    let mut lines = vec![format!("# Changes of app clients: {}", value(of)), String::new()];
    let place = [("account", account), ("region", region)].into_iter().filter(|(_, what)| !what.is_empty());
    lines.extend(place.map(|(name, what)| format!("* {name}: {}", value(what))));
    lines.extend(span.map(|(first, last)| format!("* from {} to {}", time(first), time(last))));
    lines.push(format!("* written {}\n\n| severity | changes |\n|---|---:|", time(*made)));
    for severity in [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info] {
        lines.push(format!("| {} | {} |", severity.as_str(), severities[severity as usize]));
    }
    text(&lines)
}

/// A change.
pub fn entry(told: &Told<'_>) -> String {
    let Told { change, diff, judgement, .. } = told;
    let severity = severity_name(judgement.severity);
    let mut lines = vec![format!("\n## {severity} {} {}\n", value(&client(told)), value(&change.event))];
    let reasons = judgement.reasons.iter();
    lines.extend(reasons.map(|reason| format!("* {}: {}", reason.severity.as_str(), words(&reason.text))));
    if let Outcome::Failed { code, message } = &change.outcome {
        let message = message.as_deref().map(|message| format!(": {}", value(message))).unwrap_or_default();
        lines.push(format!("\n**Attempted, not applied**: {}{message}", value(code)));
    }
    lines.push(format!("\n| | |\n|---|---|\n| when | {} |", time(change.time)));
    let facts = [
        ("who", change.actor.name.as_deref()),
        ("role", change.actor.role.as_deref()),
        ("identity", change.actor.arn.as_deref()),
        ("MFA", change.actor.mfa.map(|mfa| if mfa { "yes" } else { "no" })),
        ("origin", Some(change.origin.as_str())),
        ("source", change.source_ip.as_deref()),
        ("user agent", change.user_agent.as_deref()),
        ("client", change.client_id.as_deref()),
        ("user pool", change.user_pool_id.as_deref()),
        ("event", Some(&*change.id)),
    ];
    let facts = facts.into_iter().filter_map(|(name, fact)| Some((name, fact?)));
    lines.extend(facts.map(|(name, fact)| format!("| {name} | {} |", value(fact))));
    lines.extend(differences(told));
    let unchanged = diff.folded().iter().filter(|row| row.class == Class::Unchanged).count();
    if unchanged > 0 {
        lines.push(format!("\n{unchanged} unchanged."));
    }
    text(&lines)
}

fn differences(told: &Told<'_>) -> Vec<String> {
    let sides = Sides::of(&told.diff, Theme::new(false, false).glyphs);
    let line =
        |row: &Row| format!("| {} | {} | {} |", row.class.as_str(), value(&row.path), value(&sides.describe(row)));
    let rows: Vec<String> = told.diff.folded().iter().filter(|row| matters(row.class)).map(line).collect();
    if rows.is_empty() {
        return rows;
    }
    let head = match told.diff.baseline {
        BaselineKind::None => "\n| | parameter | value |\n|---|---|---|",
        _ => "\n| | parameter | before and after |\n|---|---|---|",
    };
    [vec![head.into()], rows].concat()
}

fn text(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

fn time(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Words as they are; what could be more than a word, as anything of an event could be, as a value.
fn words(text: &str) -> String {
    text.split(' ').map(|word| if is_plain(word) { word.to_owned() } else { value(word) }).collect::<Vec<_>>().join(" ")
}

fn is_plain(word: &str) -> bool {
    let mut before = ' ';
    let harmless = word.chars().all(|letter| {
        let plain = letter.is_ascii_alphanumeric() || matches!(letter, ',' | ':' | '→' | '(' | ')');
        let joins = matches!(letter, '-' | '_' | '\'') && before.is_ascii_alphanumeric();
        before = letter;
        plain || joins
    });
    // A colon within a word may make a link of it.
    harmless && !word.contains("www") && !word.trim_end_matches(':').contains(':')
}

/// Anything, so that it is nothing but text: a code span.
fn value(text: &str) -> String {
    let text = clean(text);
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    if !text.contains(['`', '|']) {
        return format!("`{text}`");
    }
    // No backslash before a pipe means the same to all readers; a character reference does.
    let reference = |letter| format!("&#{};", u32::from(letter));
    text.chars().map(|letter| if letter.is_ascii_punctuation() { reference(letter) } else { letter.into() }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};
    use rstest::rstest;

    use super::*;
    use crate::report::tests::{TEXT, story, twisted};

    fn overview(of: &str) -> Overview<'_> {
        let time = "2026-10-01T08:46:40Z".parse().expect("a time");
        let span = Some((time, time));
        Overview { of, account: "123456789012", region: "eu-west-1", made: time, span, severities: [1, 2, 3, 4, 5] }
    }

    fn events(markdown: &str) -> Vec<Event<'_>> {
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).collect()
    }

    fn shown(markdown: &str) -> String {
        let text = events(markdown).into_iter().filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.into_string()),
            _ => None,
        });
        text.collect()
    }

    #[test]
    fn a_report_reads_well() {
        let history = story();
        let told = history.iter().filter_map(|change| Told::of(&history, &change.id));
        let text = head(&overview("cacl-cognito-api-calls")) + &told.map(|told| entry(&told)).collect::<String>();
        insta::assert_snapshot!(text);
    }

    #[rstest]
    #[case("<script>alert(1)</script>")]
    #[case("[x](javascript:alert(1))")]
    #[case("![x](http://evil.example/pixel)")]
    #[case("a | b | c")]
    #[case("`code` ``more``")]
    #[case("\\| \\` \\")]
    #[case("| `x` | <b> & &lt; *bold* ~~gone~~")]
    #[case("# heading")]
    #[case("http://evil.example www.evil.example kim@evil.example")]
    #[case("a\u{1b}[2J\r\n\n# b")]
    fn a_value_is_shown_as_it_is(#[case] text: &str) {
        for markdown in [format!("| x |\n|---|\n| {} |\n", value(text)), format!("| x |\n|---|\n| {} |\n", words(text))]
        {
            let (before, after) = ("x", clean(text).into_owned());
            assert_eq!(shown(&markdown), format!("{before}{after}"), "{markdown}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn nothing_of_an_event_is_markup(text in TEXT) {
            let history = twisted(&text);
            let harmless = twisted("harmless");
            let shape = |markdown: &str| {
                let ends = events(markdown).into_iter().filter(|event| matches!(event, Event::End(_)));
                ends.map(|event| format!("{event:?}")).collect::<Vec<_>>()
            };
            for (change, other) in history.iter().zip(harmless.iter()) {
                let told = Told::of(&history, &change.id).expect("known");
                let markdown = entry(&told);
                for event in events(&markdown) {
                    prop_assert!(!matches!(event, Event::Html(_) | Event::InlineHtml(_)), "{}", markdown);
                    prop_assert!(!matches!(event, Event::Start(Tag::Link { .. } | Tag::Image { .. })), "{}", markdown);
                }
                let rows = |told: &Told<'_>| (told.diff.rows.len(), told.judgement.reasons.len());
                let other = Told::of(&harmless, &other.id).expect("known");
                // What is empty has no row of its own.
                if !text.trim().is_empty() && rows(&told) == rows(&other) {
                    prop_assert_eq!(shape(&markdown), shape(&entry(&other)), "{}", markdown);
                }
            }
        }
    }
}
