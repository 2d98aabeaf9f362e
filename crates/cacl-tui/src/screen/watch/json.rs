//! A record as indented JSON, its keys dimmed.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use serde_json::Value;

use crate::screen::{
    text::{Piece, flow, piece, width},
    theme::{Role, Theme},
};

/// The lines of a value; long ones are wrapped with a hanging indent.
pub fn lines(value: &Value, theme: &Theme, columns: usize) -> Vec<Line<'static>> {
    let mut printer =
        Printer { quiet: theme.style(Role::Quiet), text: theme.style(Role::Text), columns, lines: Vec::new() };
    printer.value(0, None, value, "");
    printer.lines
}

struct Printer {
    quiet: Style,
    text: Style,
    columns: usize,
    lines: Vec<Line<'static>>,
}

impl Printer {
    /// A value with the key before it and the comma after it.
    fn value(&mut self, depth: usize, key: Option<&str>, value: &Value, comma: &str) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                self.line(depth, key, &[piece("{", self.quiet)]);
                for (nth, (key, value)) in fields.iter().enumerate() {
                    self.value(depth + 1, Some(key), value, if nth + 1 < fields.len() { "," } else { "" });
                }
                self.line(depth, None, &[piece(&format!("}}{comma}"), self.quiet)]);
            }
            Value::Array(items) if !items.is_empty() => {
                self.line(depth, key, &[piece("[", self.quiet)]);
                for (nth, item) in items.iter().enumerate() {
                    self.value(depth + 1, None, item, if nth + 1 < items.len() { "," } else { "" });
                }
                self.line(depth, None, &[piece(&format!("]{comma}"), self.quiet)]);
            }
            scalar => self.line(depth, key, &[piece(&scalar.to_string(), self.text), piece(comma, self.quiet)]),
        }
    }

    fn line(&mut self, depth: usize, key: Option<&str>, pieces: &[Piece]) {
        // Deep nesting must not push everything out of the window.
        let indent = " ".repeat((depth * 2).min(self.columns / 3));
        let Some(key) = key else {
            self.lines.extend(flow(vec![Span::raw(indent)], pieces, self.columns));
            return;
        };
        let key = format!("{}: ", Value::from(key));
        let head = vec![Span::raw(indent.clone()), Span::styled(cacl_event::clean(&key).into_owned(), self.quiet)];
        if width(&indent) + width(&key) <= self.columns / 2 {
            self.lines.extend(flow(head, pieces, self.columns));
        } else {
            let pieces: Vec<_> = std::iter::once(piece(&key, self.quiet)).chain(pieces.iter().cloned()).collect();
            self.lines.extend(flow(vec![Span::raw(indent + "  ")], &pieces, self.columns));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_indented_and_long_values_hang() {
        let value = json!({"a": {}, "list": [1, "two"], "text": "some words that do not fit"});
        let shown: Vec<String> = lines(&value, &Theme::new(false, false), 24).iter().map(ToString::to_string).collect();
        let expected = [
            "{",
            "  \"a\": {},",
            "  \"list\": [",
            "    1,",
            "    \"two\"",
            "  ],",
            "  \"text\": \"some words",
            "          that do not",
            "          fit\"",
            "}",
        ];
        assert_eq!(shown, expected);
    }
}
