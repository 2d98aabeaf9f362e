use std::time::Duration;

use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};

use super::{super::super::cursor::Cursor, *};

const OVERLAP: i64 = 1_000;

/// A line of a log: its time, its text, how late it is ingested (at most the overlap), and when after that Live Tail pushes
/// it, each time that it does.
#[derive(Debug, Clone)]
struct Written {
    time: i64,
    text: u8,
    late: i64,
    pushes: Vec<i64>,
}

/// Few times and texts, so that equal lines are frequent.
fn written() -> impl Strategy<Value = Vec<Written>> {
    let time = prop_oneof![0..20_000i64, (0..20i64).prop_map(|second| second * 1_000)];
    let line = (time, 0..3u8, 0..=OVERLAP, vec(0..5_000i64, 0..3)).prop_map(|(time, text, late, pushes)| Written {
        time,
        text,
        late,
        pushes,
    });
    vec(line, 0..80)
}

/// When each pull begins after the one before, how long a page takes, and how many lines it has.
fn pulls() -> impl Strategy<Value = Vec<(i64, i64, usize)>> {
    vec((0..4_000i64, 0..400i64, 1..12usize), 1..30)
}

fn line(written: &Written) -> LogLine {
    LogLine {
        id: String::new(),
        timestamp: Timestamp::from_millisecond(written.time).expect("in range"),
        ingested: None,
        stream: "s".to_owned(),
        message: written.text.to_string(),
    }
}

/// A log, both ways to read it, and what came of it.
struct Reading<'a> {
    log: &'a [Written],
    /// The pushes to come: when, and which line.
    pushes: std::iter::Peekable<std::vec::IntoIter<(i64, usize)>>,
    cursor: Cursor,
    ledger: Ledger,
    yielded: Vec<(i64, u8)>,
}

impl<'a> Reading<'a> {
    fn new(log: &'a [Written]) -> Self {
        let pushes = log
            .iter()
            .enumerate()
            .flat_map(|(index, line)| line.pushes.iter().map(move |after| (line.time + line.late + after, index)));
        let mut pushes: Vec<_> = pushes.collect();
        pushes.sort_unstable();
        Self {
            log,
            pushes: pushes.into_iter().peekable(),
            cursor: Cursor::new(0, Duration::from_millis(OVERLAP.unsigned_abs())),
            ledger: Ledger::new(),
            yielded: Vec::new(),
        }
    }

    /// Hears all that was pushed until then.
    fn hear(&mut self, now: i64) {
        while let Some((_, index)) = self.pushes.next_if(|(time, _)| *time <= now) {
            let written = &self.log[index];
            if self.ledger.push(&line(written)) == Pushed::New {
                self.yielded.push((written.time, written.text));
            }
        }
    }

    /// One pull, page by page, with what is pushed meanwhile; when it is over.
    fn pull(&mut self, begin: i64, page_takes: i64, page: usize) -> i64 {
        let place = |index: usize| (self.log[index].time, self.log[index].late, index);
        let (start, mut now, mut read_to) = (self.cursor.start(), begin, None);
        loop {
            self.hear(now);
            let ingested = |index: &usize| self.log[*index].time + self.log[*index].late <= now;
            let mut found: Vec<_> =
                (0..self.log.len()).filter(|index| self.log[*index].time >= start).filter(ingested).collect();
            found.sort_by_key(|index| place(*index));
            found.retain(|index| Some(place(*index)) > read_to);
            found.truncate(page);
            for &index in &found {
                let written = &self.log[index];
                if self.cursor.take(written.time, &index.to_string()) && self.ledger.pull(&line(written)) {
                    self.yielded.push((written.time, written.text));
                }
            }
            read_to = found.last().map(|index| place(*index)).or(read_to);
            now += page_takes;
            if found.len() < page {
                break;
            }
        }
        self.cursor.complete(Duration::from_millis((now - begin).unsigned_abs()), now);
        self.ledger.settle(self.cursor.floor());
        now
    }
}

proptest! {
    /// Whatever is pushed, once, repeatedly or never, early or late, between pulls or between their pages: each line comes
    /// once, and equal ones as often as there are such lines.
    #[test]
    fn every_line_comes_once(log in written(), pulls in pulls()) {
        let mut reading = Reading::new(&log);
        let mut now = 0;
        for (wait, page_takes, page) in pulls {
            now = reading.pull(now + wait, page_takes, page);
        }
        for _ in 0..3 {
            now = reading.pull(now + 30_000, 0, 10_000);
        }
        reading.hear(i64::MAX);
        let mut expected: Vec<_> = log.iter().map(|line| (line.time, line.text)).collect();
        expected.sort_unstable();
        reading.yielded.sort_unstable();
        prop_assert_eq!(reading.yielded, expected);
    }

    /// A line is there when it is first pushed, and does not wait for a pull.
    #[test]
    fn a_push_is_yielded_at_once(times in vec(0..10i64, 1..20)) {
        let mut ledger = Ledger::new();
        let mut seen = std::collections::BTreeSet::new();
        for time in times {
            let written = Written { time, text: 0, late: 0, pushes: Vec::new() };
            prop_assert_eq!(ledger.push(&line(&written)) == Pushed::New, seen.insert(time));
        }
    }
}

fn at(time: i64) -> LogLine {
    line(&Written { time, text: 0, late: 0, pushes: Vec::new() })
}

#[test]
fn equal_lines_are_counted_by_pull() {
    let mut ledger = Ledger::new();
    assert_eq!([ledger.push(&at(5)), ledger.push(&at(5))], [Pushed::New, Pushed::Doubtful]);
    assert_eq!([ledger.pull(&at(5)), ledger.pull(&at(5))], [false, true]);
    assert_eq!(ledger.push(&at(5)), Pushed::Doubtful);
    // Another stream's is another line; an end of the line makes none.
    assert_eq!(ledger.push(&LogLine { stream: "t".to_owned(), ..at(5) }), Pushed::New);
    assert_eq!(ledger.push(&LogLine { message: "0\n".to_owned(), ..at(6) }), Pushed::New);
    assert!(!ledger.pull(&at(6)));
}

#[test]
fn what_was_pulled_first_is_known_when_it_is_pushed() {
    let mut ledger = Ledger::new();
    assert!(ledger.pull(&at(5)));
    assert_eq!(ledger.push(&at(5)), Pushed::Known);
}

#[test]
fn it_forgets_what_cannot_come_again() {
    let mut ledger = Ledger::new();
    for time in 0..100 {
        ledger.push(&at(time));
    }
    ledger.settle(90);
    assert_eq!(ledger.told.len(), 10);
    assert_eq!(
        [ledger.push(&at(89)), ledger.push(&at(90)), ledger.push(&at(100))],
        [Pushed::Known, Pushed::Doubtful, Pushed::New]
    );
    ledger.settle(50);
    assert_eq!(ledger.push(&at(60)), Pushed::Known, "the floor does not sink");
}
