//! Text made to measure: cleaned, cut, wrapped; durations and ages in words.
//!
//! Everything that comes from an event, from AWS or from the command line passes through here on its way to the screen, and is
//! cleaned on the way.

use cacl_event::clean;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Whether a text takes more columns than these; looks no further than it must, for a text may have a megabyte.
fn exceeds(text: &str, columns: usize) -> bool {
    // No character takes more columns than bytes.
    text.len() > columns && {
        let mut taken = text.graphemes(true).scan(0, |sum, grapheme| {
            *sum += width(grapheme);
            Some(*sum)
        });
        taken.any(|sum| sum > columns)
    }
}

/// The text, cleaned, in at most so many columns; what is cut off is replaced by the ellipsis.
pub fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    // A client may have a name of a megabyte, and is drawn with every frame.
    let enough = text.floor_char_boundary(columns.saturating_mul(16).saturating_add(256));
    let all = enough == text.len();
    let text = clean(&text[..enough]);
    if all && width(&text) <= columns {
        return text.into_owned();
    }
    let ellipsis = if width(ellipsis) < columns { ellipsis } else { "" };
    let mut cut = String::new();
    let mut left = columns - width(ellipsis);
    for grapheme in text.graphemes(true) {
        let Some(rest) = left.checked_sub(width(grapheme)) else { break };
        left = rest;
        cut.push_str(grapheme);
    }
    cut + ellipsis
}

/// The same, filled up with spaces to exactly so many columns.
pub fn fill(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut text = fit(text, columns, ellipsis);
    let used = width(&text);
    text.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    text
}

/// A person's name in few columns: of an address the domain goes first.
pub fn person(name: &str, columns: usize, ellipsis: &str) -> String {
    if let Some((local, _)) = clean(&name[..name.floor_char_boundary(1024)]).split_once('@')
        && exceeds(name, columns)
        && width(local) + 1 + width(ellipsis) <= columns
    {
        return format!("{local}@{ellipsis}");
    }
    fit(name, columns, ellipsis)
}

/// A piece of a text that flows over several lines.
#[derive(Debug, Clone)]
pub struct Piece {
    text: String,
    style: Style,
    whole: bool,
}

impl Piece {
    /// Columns that it takes on one line.
    pub fn width(&self) -> usize {
        width(&self.text)
    }
}

/// A piece that may be broken between words.
pub fn piece(text: &str, style: Style) -> Piece {
    Piece { text: clean(text).into_owned(), style, whole: false }
}

/// A piece that stays on one line if any line can hold it: an id, a time.
pub fn whole(text: &str, style: Style) -> Piece {
    Piece { whole: true, ..piece(text, style) }
}

/// Lets pieces flow into lines of so many columns: the first line begins with `head`, the others are indented as far as `head`
/// is wide. Words too long for a line are broken anywhere.
pub fn flow(head: Vec<Span<'static>>, pieces: &[Piece], columns: usize) -> Vec<Line<'static>> {
    let indent = head.iter().map(|span| width(&span.content)).sum::<usize>();
    // However narrow it gets, some text must stand on each line.
    let room = columns.saturating_sub(indent).max(1);
    let mut flow = Flow { lines: Vec::new(), line: head, used: 0, indent, room };
    let mut spaces = 0;
    for piece in pieces {
        if piece.whole {
            flow.word(&piece.text, piece.style, std::mem::take(&mut spaces));
            continue;
        }
        for (nth, word) in piece.text.split(' ').enumerate() {
            spaces += usize::from(nth > 0);
            if !word.is_empty() {
                flow.word(word, piece.style, std::mem::take(&mut spaces));
            }
        }
    }
    flow.lines.push(Line::from(flow.line));
    flow.lines
}

struct Flow {
    lines: Vec<Line<'static>>,
    line: Vec<Span<'static>>,
    used: usize,
    indent: usize,
    room: usize,
}

impl Flow {
    fn word(&mut self, word: &str, style: Style, spaces: usize) {
        // Spaces between words stay as they are; those at a turn vanish.
        let spaces = if self.used > 0 { spaces } else { 0 };
        if self.used + spaces + width(word) <= self.room {
            self.put(&" ".repeat(spaces), Style::new());
            self.put(word, style);
            return;
        }
        // A word that no line can hold begins here if there is some room left; any other goes to the next line whole.
        let begins_here = width(word) > self.room && self.used + spaces < self.room * 2 / 3;
        if begins_here {
            self.put(&" ".repeat(spaces), Style::new());
        } else if self.used > 0 && (spaces > 0 || width(word) <= self.room) {
            self.turn();
        }
        let mut rest = word;
        while exceeds(rest, self.room.saturating_sub(self.used)) {
            let part = self.part(rest);
            self.put(&rest[..part], style);
            self.turn();
            rest = &rest[part..];
        }
        self.put(rest, style);
    }

    /// How many bytes of a word that is too long go on this line: preferably up to where a reader expects a break, else as many
    /// as there is room for; on an empty line at least one character, on any other perhaps none.
    fn part(&self, word: &str) -> usize {
        let mut columns = self.used;
        let (mut most, mut nice) = (0, 0);
        for (at, grapheme) in word.grapheme_indices(true) {
            columns += width(grapheme);
            if columns > self.room && most + self.used > 0 {
                break;
            }
            most = at + grapheme.len();
            if matches!(grapheme, "/" | ":" | "," | "?" | "&" | "-" | "_" | ".") && columns * 2 > self.room {
                nice = most;
            }
        }
        if nice > 0 { nice } else { most }
    }

    fn put(&mut self, text: &str, style: Style) {
        if !text.is_empty() {
            self.used += width(text);
            self.line.push(Span::styled(text.to_owned(), style));
        }
    }

    fn turn(&mut self) {
        let next = vec![Span::raw(" ".repeat(self.indent))];
        self.lines.push(Line::from(std::mem::replace(&mut self.line, next)));
        self.used = 0;
    }
}

/// A text that depends on the clock, and how long it stays true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticking {
    /// In words.
    pub text: String,
    /// After this long it has to be put anew.
    pub holds: SignedDuration,
}

/// `just now`, `20 s ago`, `4 min ago`, `3 h ago`, `2 d ago`: coarse, so that it seldom changes.
pub fn ago(since: SignedDuration) -> Ticking {
    const SCALE: [(i64, i64, &str); 4] =
        [(60, 10, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (i64::MAX, 86_400, "d")];
    let seconds = since.as_secs().max(0);
    let (_, step, unit) = SCALE.into_iter().find(|(below, ..)| seconds < *below).unwrap_or((0, 86_400, "d"));
    let steps = seconds / step;
    let text = match (unit, steps) {
        ("s", 0) => "just now".into(),
        ("s", tens) => format!("{} s ago", tens * 10),
        (unit, count) => format!("{count} {unit} ago"),
    };
    Ticking { text, holds: SignedDuration::from_secs((steps + 1) * step) - since }
}

/// `9.4 s`, `42 s`, `1 min 12 s`, `3 h 5 min`, `2 d`.
pub fn span(duration: SignedDuration) -> String {
    let millis = duration.as_millis().max(0);
    let seconds = millis / 1000;
    match seconds {
        0..10 => format!("{}.{} s", seconds, millis % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The same in whole seconds, for what ticks.
pub fn seconds(duration: SignedDuration) -> String {
    match duration.as_secs().max(0) {
        seconds @ 0..10 => format!("{seconds} s"),
        _ => span(duration),
    }
}

/// A moment in a zone, formatted as by `strftime`.
pub fn moment(time: Timestamp, zone: &TimeZone, format: &str) -> String {
    time.to_zoned_datetime(zone.clone()).strftime(format).to_string()
}

/// `1 change`, `2 changes`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn cuts_by_columns_not_by_characters() {
        let cases = [
            ("web-shop", 8, "web-shop"),
            ("web-shop", 7, "web-sh…"),
            ("日本語のクライアント", 7, "日本語…"),
            ("日本語", 4, "日…"),
            ("日本語", 2, "…"),
            ("日本語", 1, ""),
            ("abc", 1, "a"),
            ("abc", 0, ""),
        ];
        for (text, columns, expected) in cases {
            assert_eq!(fit(text, columns, "…"), expected, "{text:?} in {columns}");
        }
        assert_eq!(fill("日本", 6, "…"), "日本  ");
        assert_eq!(fit(&"a".repeat(1 << 20), 4, "…"), "aaa…");
        assert!(fit(&"\u{301}".repeat(1 << 20), 4, "…").len() < 1000);
    }

    #[test]
    fn people_keep_the_part_that_tells_them_apart() {
        assert_eq!(person("kim@example.org", 9, "…"), "kim@…");
        assert_eq!(person("kim@example.org", 15, "…"), "kim@example.org");
        assert_eq!(person("deploy-production", 9, "…"), "deploy-p…");
    }

    #[test]
    fn flows_with_a_hanging_indent() {
        let head = || vec![Span::raw("who  ")];
        let style = Style::new();
        assert_eq!(texts(&flow(head(), &[piece("one two three", style)], 12)), ["who  one two", "     three"]);
        assert_eq!(texts(&flow(head(), &[piece("abcdefghij", style)], 9)), ["who  abcd", "     efgh", "     ij"]);
        let id = whole("2026-10-01 10:41", style);
        assert_eq!(texts(&flow(head(), &[piece("at ", style), id], 22)), ["who  at", "     2026-10-01 10:41"]);
        assert_eq!(texts(&flow(head(), &[piece("abc", style)], 0)), ["who  a", "     b", "     c"]);
        assert_eq!(texts(&flow(head(), &[piece("日本語", style)], 9)), ["who  日本", "     語"]);
        assert_eq!(texts(&flow(head(), &[], 9)), ["who  "]);
        let glued = [whole("abcd", style), piece("efghij", style)];
        assert_eq!(texts(&flow(head(), &glued, 9)), ["who  abcd", "     efgh", "     ij"]);
        let url = piece("https://example.org/some/path", style);
        assert_eq!(texts(&flow(head(), &[url], 20)), ["who  https://", "     example.org/", "     some/path"]);
    }

    #[test]
    fn a_megabyte_without_a_space_flows_too() {
        let word = "é".repeat(1 << 19);
        let lines = texts(&flow(vec![Span::raw("> ")], &[piece(&word, Style::new())], 60));
        assert_eq!(lines.len(), (1_usize << 19).div_ceil(58));
        assert_eq!(lines.iter().map(|line| &line[2..]).collect::<String>(), word);
    }

    #[test]
    fn what_is_hostile_is_made_visible() {
        let shown = texts(&flow(Vec::new(), &[piece("a\u{1b}[2Jb\u{202e}", Style::new())], 80)).concat();
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    }

    #[test]
    fn ages_are_coarse_and_know_how_long_they_hold() {
        let cases = [
            (0, "just now", 10),
            (9, "just now", 1),
            (25, "20 s ago", 5),
            (60, "1 min ago", 60),
            (3599, "59 min ago", 1),
            (7300, "2 h ago", 3500),
            (200_000, "2 d ago", 59_200),
        ];
        for (seconds, text, holds) in cases {
            let ticking = ago(SignedDuration::from_secs(seconds));
            assert_eq!((ticking.text.as_str(), ticking.holds.as_secs()), (text, holds), "{seconds}");
        }
        assert_eq!(ago(SignedDuration::from_secs(-5)).text, "just now");
    }

    #[test]
    fn durations_in_words() {
        let cases =
            [(0, "0.0 s"), (9_449, "9.4 s"), (42_000, "42 s"), (72_000, "1 min 12 s"), (11_100_000, "3 h 5 min")];
        for (millis, text) in cases {
            assert_eq!(span(SignedDuration::from_millis(millis)), text);
        }
        assert_eq!(seconds(SignedDuration::from_millis(4_700)), "4 s");
    }
}
