//! The table: what was measured, the bar, and the same of another tool.

use std::{fmt, time::Duration};

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Milliseconds,
    Seconds,
    PerSecond,
    PercentOfACore,
    MiB,
    KiB,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::PerSecond => "/s",
            Self::PercentOfACore => "% of a core",
            Self::MiB => "MiB",
            Self::KiB => "KiB",
        }
    }

    /// Whether more of it is better.
    fn more_is_better(self) -> bool {
        self == Self::PerSecond
    }

    fn figure(self, value: f64) -> String {
        let digits = if value >= 100.0 {
            0
        } else if value >= 10.0 {
            1
        } else {
            2
        };
        let mut number = format!("{value:.digits$}");
        let whole = number.find('.').unwrap_or(number.len());
        for at in (1..whole).rev().filter(|at| (whole - at) % 3 == 0) {
            number.insert(at, ',');
        }
        format!("{number} {}", self.name())
    }
}

/// One line.
#[derive(Debug)]
struct Row {
    measure: String,
    unit: Unit,
    bar: Option<f64>,
    ours: f64,
    /// Tools doing the same work in the same run; without a figure they are not there.
    others: Vec<(&'static str, Option<f64>)>,
}

/// All lines.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
    troubles: Vec<String>,
}

impl Table {
    /// A line; the bar is the most, or for a rate the least, that is good.
    pub fn row(
        &mut self,
        measure: impl Into<String>,
        unit: Unit,
        bar: impl Into<Option<f64>>,
        ours: f64,
        others: Vec<(&'static str, Option<f64>)>,
    ) {
        self.rows.push(Row { measure: measure.into(), unit, bar: bar.into(), ours, others });
    }

    /// What could not be measured.
    pub fn trouble(&mut self, what: &str, why: &str) {
        self.troubles.push(format!("{what}: {why}"));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines =
            vec![["measure", "bar", "ours", "met", "beside it", "its figure", "ours is"].map(str::to_owned)];
        for row in &self.rows {
            let (unit, more) = (row.unit, row.unit.more_is_better());
            let bar = row
                .bar
                .map_or_else(String::new, |bar| format!("{} {}", if more { "≥" } else { "≤" }, unit.figure(bar)));
            let met = match row.bar {
                Some(bar) if if more { row.ours >= bar } else { row.ours <= bar } => "yes",
                Some(_) => "**no**",
                None => "",
            };
            let ours = [row.measure.clone(), bar, unit.figure(row.ours), met.to_owned()];
            let none = [("", None)];
            let others = if row.others.is_empty() { &none[..] } else { &row.others };
            for (index, (tool, figure)) in others.iter().enumerate() {
                let [measure, bar, figure_of_ours, met] = if index == 0 { ours.clone() } else { Default::default() };
                let ratio = figure.map(|figure| if more { row.ours / figure } else { figure / row.ours });
                let better = match ratio {
                    Some(ratio) if ratio >= 1.0 => format!("{ratio:.1}× better"),
                    Some(ratio) => format!("{:.1}× worse", 1.0 / ratio),
                    None => String::new(),
                };
                let its = match figure {
                    Some(figure) => unit.figure(*figure),
                    None if tool.is_empty() => String::new(),
                    None => "not installed".to_owned(),
                };
                lines.push([measure, bar, figure_of_ours, met, (*tool).to_owned(), its, better]);
            }
        }
        let widths: [usize; 7] =
            std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
        for (index, line) in lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")?;
            if index == 0 {
                writeln!(f, "{}|", widths.map(|width| format!("|{}", "-".repeat(width + 2))).concat())?;
            }
        }
        self.troubles.iter().try_for_each(|trouble| writeln!(f, "\nnot measured: {trouble}"))
    }
}

/// The value below which this share of all lie; `times` is sorted by it.
pub fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(at).map_or(f64::NAN, |time| milliseconds(*time))
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
