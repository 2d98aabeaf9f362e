//! Patterns against events, by table and by law.

mod arrays;
mod explain;
mod laws;
mod operators;
mod or;
mod refusals;
mod watch;

use serde_json::Value;

use super::Pattern;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pattern(text: &str) -> Pattern {
    Pattern::parse(&json(text)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Each row: a pattern, events that match it, events that do not.
fn check(rows: &[(&str, &[&str], &[&str])]) {
    for (text, matching, others) in rows {
        let pattern = pattern(text);
        for event in *matching {
            assert!(pattern.matches(&json(event)), "{text} should match {event}");
            assert_eq!(pattern.misses(&json(event)), [], "{text} on {event}");
        }
        for event in *others {
            assert!(!pattern.matches(&json(event)), "{text} should not match {event}");
            assert_ne!(pattern.misses(&json(event)), [], "{text} on {event}");
        }
    }
}
