//! Rows with what was before and what is after side by side, aligned.
//!
//! ```text
//!   before: 10:28:11 by deploy          │ after: 10:41:07 by kim@example.org
//! ↺ accessTokenValidity
//!   15 minutes                          │ 1 hour  not sent
//! ~ callbackURLs
//!                                       │ + http://shop.example.org/cb
//!     https://shop.example.org/cb       │   https://shop.example.org/cb
//! ```

use cacl_event::{Class, Kind, Row, clean};
use ratatui::text::{Line, Span};
use serde_json::Value;

use super::{
    Look,
    table::{self, Table},
};
use crate::screen::{
    page::{Draft, Pointed},
    text::{Piece, flow},
    theme::Role,
};

/// Two columns of values want at least so much room.
pub const LEAST: usize = 60;

/// With so much room the names get a column of their own.
const WIDE: usize = 100;

/// Whether there is room for it, if it is wanted.
pub fn fit(look: &Look) -> bool {
    look.sides && look.width >= LEAST
}

/// Adds the heads of the columns and the rows.
pub fn put(table: &Table<'_>, rows: &[&Row], heads: &[String; 2], draft: &mut Draft) {
    let sides = Sides::of(table);
    let head = |text: &str| vec![sides.look().whole(text, Role::Quiet)];
    draft.plain(sides.beside(Vec::new(), [cell(head(&clean(&heads[0]))), cell(head(&clean(&heads[1])))]));
    for row in rows {
        sides.row(row, draft);
    }
}

struct Sides<'a> {
    table: &'a Table<'a>,
    /// Where the columns begin, behind glyph and, if there is room, name.
    indent: usize,
    left: usize,
    right: usize,
}

/// One side of a line: a sign, and what hangs behind it.
type Cell = (Option<Span<'static>>, Vec<Piece>);

fn cell(pieces: Vec<Piece>) -> Cell {
    (None, pieces)
}

impl<'a> Sides<'a> {
    fn of(table: &'a Table<'a>) -> Self {
        let width = table.look.width;
        let indent = if width >= WIDE { 2 + table.names + 2 } else { 2 };
        // ` │ `
        let rest = width.saturating_sub(indent + 3);
        Self { table, indent, left: rest / 2, right: rest - rest / 2 }
    }

    fn look(&self) -> &Look {
        self.table.look
    }

    fn row(&self, row: &Row, draft: &mut Draft) {
        let mut head = self.table.name(row);
        let used: usize = head.iter().map(Span::width).sum();
        let mut lines = Vec::new();
        if used + 2 > self.indent {
            lines.push(Line::from(std::mem::take(&mut head)));
        } else {
            head.push(Span::raw(" ".repeat(self.indent - used)));
        }
        for (cells, means) in self.cells(row) {
            lines.extend(self.beside(std::mem::take(&mut head), cells));
            draft.spot(std::mem::take(&mut lines), Pointed::at(&row.path, means.as_ref()));
        }
    }

    /// What stands side by side: of a list each element that is on either side, in order.
    fn cells(&self, row: &Row) -> Vec<([Cell; 2], Option<Value>)> {
        if !table::is_list(row) {
            let lost = matches!(row.class, Class::Reset | Class::Removed);
            let means = if lost { row.before.clone() } else { row.after.clone() };
            return vec![([cell(self.before(row)), cell(self.after(row))], means)];
        }
        let elements = table::Elements::of(row);
        let gone = row.after.is_none() && row.before.is_some();
        let empty = elements.gained.is_empty() && elements.kept.is_empty();
        let mut cells = self.elements(row, elements);
        // Where a lost list went stands beside its first element.
        match cells.first_mut() {
            Some(([_, after], _)) if gone && empty => *after = cell(self.after(row)),
            Some(([_, (_, after)], _)) if row.class == Class::Reset => {
                after.extend([table::gap(self.look()), self.table.not_sent(row)]);
            }
            None => cells.push(([cell(self.before(row)), cell(self.after(row))], None)),
            Some(_) => {}
        }
        cells
    }

    fn elements(&self, row: &Row, elements: table::Elements) -> Vec<([Cell; 2], Option<Value>)> {
        let theme = &self.look().theme;
        let glyphs = theme.glyphs;
        let signed = |sign: &str, element: &Value, role| {
            (Some(Span::styled(format!("{sign} "), theme.style(role))), vec![self.table.shown(row, element, role)])
        };
        let nothing = || cell(Vec::new());
        let gained = elements.gained.into_iter();
        let gained = gained.map(|element| ([nothing(), signed(glyphs.added, &element, Role::Added)], Some(element)));
        let lost = elements.lost.into_iter();
        let lost = lost.map(|element| ([signed(glyphs.removed, &element, table::loss(row)), nothing()], Some(element)));
        let kept = elements.kept.into_iter();
        let kept = kept.map(|element| ([(); 2].map(|()| signed(" ", &element, Role::Quiet)), Some(element)));
        // What came and what went first, as in one column.
        gained.chain(lost).chain(kept).collect()
    }

    fn before(&self, row: &Row) -> Vec<Piece> {
        let role = match row.class {
            Class::Unchanged | Class::Changed => Role::Quiet,
            Class::Removed => Role::Removed,
            _ => Role::Text,
        };
        match row.before {
            Some(_) => vec![self.look().piece(&self.table.had(row), role)],
            None => Vec::new(),
        }
    }

    fn after(&self, row: &Row) -> Vec<Piece> {
        let look = self.look();
        let (_, role) = look.theme.class(row.class);
        match row.class {
            Class::Removed if self.table.kind == Kind::Delete => Vec::new(),
            Class::Removed => vec![look.piece(&self.table.has(row), Role::Text)],
            Class::Reset => vec![look.piece(&self.table.has(row), role), table::gap(look), self.table.not_sent(row)],
            _ => vec![look.piece(&self.table.has(row), role)],
        }
    }

    /// Two cells, each wrapped within its own column; the first line begins with `head` or is indented as far.
    fn beside(&self, mut head: Vec<Span<'static>>, [left, right]: [Cell; 2]) -> Vec<Line<'static>> {
        let wrapped = |(sign, pieces): Cell, columns: usize| flow(sign.into_iter().collect(), &pieces, columns);
        let (mut left, mut right) = (wrapped(left, self.left).into_iter(), wrapped(right, self.right).into_iter());
        let rule = Span::styled(
            format!(" {} ", self.look().theme.glyphs.border.vertical_left),
            self.look().theme.style(Role::Quiet),
        );
        let mut lines = Vec::new();
        loop {
            let (one, two) = (left.next(), right.next());
            if one.is_none() && two.is_none() {
                return lines;
            }
            let one = one.unwrap_or_default();
            let fill = " ".repeat(self.left.saturating_sub(one.width()));
            if head.is_empty() {
                head.push(Span::raw(" ".repeat(self.indent)));
            }
            let mut spans = std::mem::take(&mut head);
            spans.extend(one.spans);
            spans.extend([Span::raw(fill), rule.clone()]);
            spans.extend(two.unwrap_or_default().spans);
            lines.push(Line::from(spans));
        }
    }
}
