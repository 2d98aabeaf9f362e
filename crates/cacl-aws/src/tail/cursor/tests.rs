use proptest::{collection::vec, prelude::*};

use super::*;

const OVERLAP: i64 = 1_000;

/// A line of a log: its time, and how late it is ingested (at most the overlap).
#[derive(Debug, Clone)]
struct Written {
    time: i64,
    late: i64,
}

/// What happens in one poll: when it begins after the one before, how long each page takes, how many lines a page has, how
/// many of them the next page repeats, and whether it breaks off after so many pages.
#[derive(Debug, Clone)]
struct Polled {
    wait: i64,
    page_takes: i64,
    page: usize,
    repeats: usize,
    breaks_after: Option<usize>,
}

fn written() -> impl Strategy<Value = Vec<Written>> {
    vec((0..20_000i64, 0..=OVERLAP).prop_map(|(time, late)| Written { time, late }), 0..120)
}

fn polled() -> impl Strategy<Value = Vec<Polled>> {
    let poll = (0..3_000i64, 0..400i64, 1..12usize, 0..3usize, prop::option::weighted(0.3, 0..4usize)).prop_map(
        |(wait, page_takes, page, repeats, breaks_after)| Polled { wait, page_takes, page, repeats, breaks_after },
    );
    vec(poll, 1..60)
}

/// CloudWatch: what is ingested by now, from `start` on, in its order.
fn ingested(log: &[Written], start: i64, now: i64) -> Vec<usize> {
    let mut found: Vec<usize> =
        (0..log.len()).filter(|&line| log[line].time >= start && log[line].time + log[line].late <= now).collect();
    found.sort_by_key(|&line| place(log, line));
    found
}

/// Where a line stands in a listing: by time, then by ingestion.
fn place(log: &[Written], line: usize) -> (i64, i64, usize) {
    (log[line].time, log[line].late, line)
}

/// Runs the polls over the log and then until all is read; how often each line was yielded.
fn read(log: &[Written], polls: &[Polled], busy: usize, skew: i64) -> Vec<usize> {
    let mut cursor = Cursor { busy, ..Cursor::new(0, Duration::from_millis(OVERLAP.unsigned_abs())) };
    let mut yielded = vec![0; log.len()];
    let mut now = 0;
    let last = Polled { wait: 30_000, page_takes: 0, page: 10_000, repeats: 0, breaks_after: None };
    let ending = std::iter::repeat_n(&last, usize::try_from(DEEP_EVERY).expect("small") + 2);
    for poll in polls.iter().chain(ending) {
        now += poll.wait;
        let begin = now;
        let start = cursor.start();
        let mut read_to = None;
        let mut pages = 0;
        let complete = loop {
            if poll.breaks_after == Some(pages) {
                break false;
            }
            // Each page is read at its own time: what came meanwhile and belongs before it is missed by this poll.
            let lines = ingested(log, start, now);
            let at = lines.partition_point(|&line| Some(place(log, line)) <= read_to);
            let page = &lines[at..lines.len().min(at + poll.page)];
            for &line in &lines[at.saturating_sub(poll.repeats)..at + page.len()] {
                yielded[line] += usize::from(cursor.take(log[line].time, &line.to_string()));
            }
            read_to = page.last().map(|&line| place(log, line)).or(read_to);
            now += poll.page_takes;
            pages += 1;
            if page.len() < poll.page {
                break true;
            }
        };
        if complete {
            let elapsed = u64::try_from(now - begin).expect("forward");
            cursor.complete(Duration::from_millis(elapsed), now.saturating_add(skew));
        }
    }
    yielded
}

proptest! {
    #[test]
    fn every_line_comes_once(log in written(), polls in polled(), busy in prop_oneof![Just(BUSY), Just(0), Just(10)]) {
        prop_assert_eq!(read(&log, &polls, busy, 0), vec![1; log.len()]);
    }

    /// A clock of ours that is ahead or behind changes nothing.
    #[test]
    fn a_wrong_clock_loses_nothing(log in written(), polls in polled(), skew in -50_000..50_000i64) {
        prop_assert_eq!(read(&log, &polls, BUSY, skew), vec![1; log.len()]);
    }
}

#[test]
fn a_line_of_the_future_does_not_pull_the_window_along() {
    let mut cursor = Cursor::new(0, Duration::from_secs(1));
    assert!(cursor.take(10_000_000, "future"));
    cursor.complete(Duration::ZERO, 50_000);
    assert_eq!(cursor.start(), 49_000);
    assert!(cursor.take(50_100, "present"));
    assert!(!cursor.take(10_000_000, "future"));
}

#[test]
fn nothing_before_the_start_is_taken() {
    let mut cursor = Cursor::new(5_000, Duration::from_secs(1));
    assert!(!cursor.take(4_999, "early"));
    assert!(cursor.take(5_000, "first"));
    cursor.complete(Duration::ZERO, i64::MAX);
    assert_eq!(cursor.start(), 5_000, "the overlap does not reach before the start");
}

#[test]
fn the_window_forgets_what_cannot_come_again() {
    let mut cursor = Cursor::new(0, Duration::from_secs(1));
    for time in 0..100 {
        assert!(cursor.take(time * 1_000, "same id at another time is another line"));
        cursor.complete(Duration::ZERO, i64::MAX);
    }
    assert_eq!(cursor.start(), 98_000);
    assert_eq!(cursor.seen.len(), 2);
}

#[test]
fn a_busy_log_is_mostly_polled_shallow_and_now_and_then_deep() {
    let mut cursor = Cursor { busy: 10, ..Cursor::new(0, Duration::from_secs(32)) };
    let mut looks_back = Vec::new();
    for time in 0..100i64 {
        looks_back.push(time * 1_000 - cursor.start());
        for line in 0..5 {
            cursor.take(time * 1_000, &line.to_string());
        }
        cursor.complete(Duration::ZERO, i64::MAX);
    }
    let deep = looks_back[40..].iter().filter(|&&back| back > 32_000).count();
    let shallow = looks_back[40..].iter().filter(|&&back| back <= 5_000).count();
    assert_eq!((deep, shallow), (2, 58), "{looks_back:?}");
}
