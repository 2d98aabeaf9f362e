//! A record as indented JSON, its keys dimmed.

use cacl_event::clean;
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use serde_json::Value;

use crate::screen::{
    page::{Draft, Pointed},
    text::{Piece, flow, piece, width},
    theme::{Role, Theme},
};

/// A value in full; long ones are wrapped with a hanging indent. What can be pointed at are its scalars.
pub fn page(value: &Value, theme: &Theme, columns: usize) -> Draft {
    let mut printer =
        Printer { quiet: theme.style(Role::Quiet), text: theme.style(Role::Text), columns, draft: Draft::default() };
    printer.value(0, None, value, "");
    printer.draft
}

struct Printer {
    quiet: Style,
    text: Style,
    columns: usize,
    draft: Draft,
}

impl Printer {
    /// A value with the key before it and the comma after it.
    fn value(&mut self, depth: usize, key: Option<&str>, value: &Value, comma: &str) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                self.bracket(depth, key, "{");
                for (nth, (key, value)) in fields.iter().enumerate() {
                    self.value(depth + 1, Some(key), value, if nth + 1 < fields.len() { "," } else { "" });
                }
                self.bracket(depth, None, &format!("}}{comma}"));
            }
            Value::Array(items) if !items.is_empty() => {
                self.bracket(depth, key, "[");
                for (nth, item) in items.iter().enumerate() {
                    self.value(depth + 1, None, item, if nth + 1 < items.len() { "," } else { "" });
                }
                self.bracket(depth, None, &format!("]{comma}"));
            }
            scalar => {
                let text = scalar.to_string();
                let lines = self.lines(depth, key, &[piece(&text, self.text), piece(comma, self.quiet)]);
                let bare = scalar.as_str().unwrap_or(&text);
                let what = clean(key.unwrap_or("the value")).into_owned();
                self.draft.spot(lines, Pointed { what, text: clean(bare).into_owned() });
            }
        }
    }

    fn bracket(&mut self, depth: usize, key: Option<&str>, bracket: &str) {
        let lines = self.lines(depth, key, &[piece(bracket, self.quiet)]);
        self.draft.plain(lines);
    }

    fn lines(&self, depth: usize, key: Option<&str>, pieces: &[Piece]) -> Vec<Line<'static>> {
        // Deep nesting must not push everything out of the window.
        let indent = " ".repeat((depth * 2).min(self.columns / 3));
        let Some(key) = key else {
            return flow(vec![Span::raw(indent)], pieces, self.columns);
        };
        let key = format!("{}: ", Value::from(key));
        let head = vec![Span::raw(indent.clone()), Span::styled(clean(&key).into_owned(), self.quiet)];
        if width(&indent) + width(&key) <= self.columns / 2 {
            flow(head, pieces, self.columns)
        } else {
            let pieces: Vec<_> = std::iter::once(piece(&key, self.quiet)).chain(pieces.iter().cloned()).collect();
            flow(vec![Span::raw(indent + "  ")], &pieces, self.columns)
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
        let page = page(&value, &Theme::new(false, false), 24);
        let shown: Vec<String> = page.lines.iter().map(ToString::to_string).collect();
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
        let pointed: Vec<_> = page.spots.iter().map(|spot| (&*spot.pointed.what, &*spot.pointed.text)).collect();
        let values = [("a", "{}"), ("the value", "1"), ("the value", "two"), ("text", "some words that do not fit")];
        assert_eq!(pointed, values);
    }
}
