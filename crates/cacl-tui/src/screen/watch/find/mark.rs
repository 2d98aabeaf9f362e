//! Marks where the free words of a filter stand.

use std::ops::Range;

use ratatui::text::{Line, Span};

use crate::screen::theme::Theme;

/// The line with all places marked where one of the words stands, which are in lower case.
pub fn mark(line: Line<'static>, words: &[String], theme: &Theme) -> Line<'static> {
    if words.is_empty() {
        return line;
    }
    let style = line.style;
    let spans = line.spans.into_iter().flat_map(|span| marked(span, words, theme));
    Line::from(spans.collect::<Vec<_>>()).style(style)
}

/// The same for one piece of a line.
pub fn marked(span: Span<'static>, words: &[String], theme: &Theme) -> Vec<Span<'static>> {
    let places = places(&span.content, words);
    if places.is_empty() {
        return vec![span];
    }
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in places {
        pieces.push(Span::styled(span.content[from..place.start].to_owned(), span.style));
        pieces.push(Span::styled(span.content[place.clone()].to_owned(), theme.marked(span.style)));
        from = place.end;
    }
    pieces.push(Span::styled(span.content[from..].to_owned(), span.style));
    pieces.retain(|piece| !piece.content.is_empty());
    pieces
}

/// Where words stand in a text, whatever the case of its letters; in order, and none within another.
pub fn places(text: &str, words: &[String]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut from = 0;
    for (at, _) in text.char_indices() {
        if at < from {
            continue;
        }
        if let Some(end) = words.iter().filter_map(|word| begins(&text[at..], word)).max() {
            places.push(at..at + end);
            from = at + end;
        }
    }
    places
}

/// How many bytes of the text are the word that it begins with.
fn begins(text: &str, word: &str) -> Option<usize> {
    let mut wanted = word.chars().peekable();
    for (at, letter) in text.char_indices() {
        for lower in letter.to_lowercase() {
            if wanted.next() != Some(lower) {
                return None;
            }
        }
        if wanted.peek().is_none() {
            return Some(at + letter.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;

    #[test]
    fn words_are_found_whatever_their_case() {
        for (text, words, expected) in [
            ("web-shop", "shop", "web-[shop]"),
            ("WEB web", "web", "[WEB] [web]"),
            ("aaaa", "aa", "[aa][aa]"),
            ("webshop", "web webs", "[webs]hop"),
            ("Größe İ", "größe", "[Größe] İ"),
            ("日本語", "本", "日[本]語"),
            ("we", "web", "we"),
        ] {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            let mut shown = text.to_owned();
            for place in places(text, &words).into_iter().rev() {
                shown.insert(place.end, ']');
                shown.insert(place.start, '[');
            }
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn marking_keeps_the_text() {
        let theme = Theme::new(true, false);
        let line = mark(Line::from(vec![Span::raw("a web-"), Span::raw("WEB")]), &["web".to_owned()], &theme);
        assert_eq!(line.to_string(), "a web-WEB");
        let marked = line.spans.iter().filter(|span| span.style.add_modifier.contains(Modifier::UNDERLINED));
        assert_eq!(marked.map(|span| &*span.content).collect::<Vec<_>>(), ["web", "WEB"]);
    }
}
