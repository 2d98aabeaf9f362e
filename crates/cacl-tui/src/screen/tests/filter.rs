//! Filters: typed, kept, lifted, and what is seen meanwhile.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use cacl_aws::Status;
use cacl_event::{
    Change, Filter, Text,
    filter::{Reading, Subject},
};
use crossterm::event::{Event, MouseButton, MouseEventKind};
use insta::assert_snapshot;
use jiff::SignedDuration;
use ratatui::backend::Backend;

use super::{Stage, key, look, now, scene, story, styles};
use crate::{
    feed::Feed,
    screen::{
        Scene,
        run::{Msg, Screen},
        text::width,
    },
};

fn change(nth: usize) -> Feed {
    Feed::Change(story().swap_remove(nth).into())
}

fn id(nth: usize) -> String {
    story()[nth].id.to_string()
}

/// The story over and over, each call with an id of its own and a second after the one before.
pub fn long_story(many: usize) -> impl Iterator<Item = Change> {
    let story = story();
    (0..many).map(move |nth| {
        let change = &story[nth % story.len()];
        let earlier = SignedDuration::from_secs(i64::try_from(many - nth).expect("few"));
        Change { id: format!("{nth:09}").into(), time: now() - earlier, ..change.clone() }
    })
}

impl Stage {
    /// Opens the line, empties it, and types.
    pub fn filter(&mut self, text: &str) -> &mut Self {
        self.press("/ ^u").types(text)
    }

    fn types(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            self.tell(Msg::Input(key(&letter.to_string())));
        }
        self
    }

    fn pastes(&mut self, text: &str) -> &mut Self {
        self.tell(Msg::Input(Event::Paste(text.to_owned())));
        self
    }

    /// Lets it do what it has set itself.
    pub fn rest(&mut self) -> &mut Self {
        while self.model.busy() {
            self.tell(Msg::Idle);
        }
        self
    }

    /// The text of the line.
    fn line(&self) -> &str {
        self.model.find.line.as_ref().map_or("", |line| line.text())
    }

    pub fn ids(&self) -> Vec<Text> {
        self.model.rows.slice(0, usize::MAX).map(|(_, row)| row.id.clone()).collect()
    }
}

#[test]
fn the_list_is_filtered_as_one_types() {
    let mut stage = Stage::told(120, 40);
    stage.filter("sev>=hi");
    stage.assert_shows("there is no sev hi: did you mean high?");
    assert_eq!(stage.ids().len(), 10, "what is no filter yet changes nothing");
    stage.assert_shows("10 of 10");
    stage.types("gh");
    stage.assert_shows("Changes matching sev>=high · 3 of 10");
    stage.assert_shows("3 of 3");
    assert_eq!(stage.ids(), [id(5), id(7), id(8)].map(Text::from));
    stage.types(" -se");
    assert_eq!(stage.ids().len(), 3, "what may become a key changes nothing either");
    stage.press("^u").types("sev>=high kim");
    stage.assert_shows("Changes matching sev>=high kim · 1 of 10");
    stage.press("enter");
    assert!(stage.model.find.line.is_none());
    stage.assert_shows("Changes matching sev>=high kim · 1 of 10");
    assert_eq!(stage.selected(), id(7));
    stage.press("esc");
    assert_eq!((stage.ids().len(), stage.shows("matching")), (10, false));
}

#[test]
fn what_is_wrong_is_said_under_the_place() {
    let mut stage = Stage::told(120, 40);
    stage.filter("kim sve>=high x");
    let frame = stage.frame();
    let lines: Vec<_> = frame.lines().rev().take(2).collect();
    assert_eq!(lines[1].trim_end(), " / kim sve>=high x");
    assert!(lines[0].starts_with("       ^^^ there is no key sve: did you mean sev:?"), "{frame}");
    // Where there is no room behind it, it stands before it.
    stage.resize(60, 15).filter("client:web-shop actor:kim@example.org sve:high");
    let frame = stage.frame();
    let line = frame.lines().last().expect("a line").to_owned();
    assert!(line.contains("there is no key sve") && line.ends_with(" ^^^"), "{frame}");
    assert!(frame.contains("did you mean sev:?"), "{frame}");
    // It is not kept as long as it is no filter.
    stage.press("enter");
    assert!(!stage.line().is_empty());
}

#[test]
fn giving_up_brings_back_what_was_before() {
    let mut stage = Stage::told(120, 40);
    stage.press("k k");
    stage.filter("deploy");
    assert_ne!(stage.selected(), id(7));
    stage.press("esc");
    assert_eq!((stage.selected(), stage.ids().len()), (id(7), 10));
    stage.assert_shows("paused");
    stage.filter("kim").press("enter");
    assert_eq!(stage.selected(), id(7), "it matches, so it stays");
    stage.filter("root");
    assert_eq!(stage.selected(), id(8));
    stage.press("esc");
    stage.assert_shows("Changes matching kim · 2 of 10");
    assert_eq!(stage.selected(), id(7));
    stage.press("esc");
    assert_eq!((stage.selected(), stage.ids().len()), (id(7), 10));
}

#[test]
fn what_is_hidden_gives_way_to_what_is_nearest() {
    let mut stage = Stage::told(120, 40);
    stage.press("g j");
    assert_eq!(stage.selected(), id(1));
    stage.filter("client:web");
    assert_eq!(stage.selected(), id(2));
    // Letter by letter it is still about the change that was selected at first.
    stage.press("^u").types("old-mobile");
    assert_eq!(stage.selected(), id(0));
}

#[test]
fn nothing_that_matches_says_so_and_how_to_go_on() {
    let mut stage = Stage::told(80, 24);
    stage.filter("sev:critical -root");
    stage.assert_shows("No change matches sev:critical -root");
    stage.assert_shows("10 changes are hidden. Esc goes back to what was before.");
    stage.press("enter");
    stage.assert_shows("Esc lifts the filter, / changes it.");
    assert_eq!(stage.selected(), "", "nothing can be copied that is not seen");
    stage.press("Y");
    assert!(stage.tasks.is_empty());
    stage.press("esc");
    assert_eq!(stage.selected(), id(9));
}

#[test]
fn an_empty_line_lifts_the_filter() {
    let mut stage = Stage::told(120, 40);
    stage.filter("kim").press("enter");
    stage.filter("").press("enter");
    stage.assert_shows("the filter is lifted");
    assert_eq!(stage.ids().len(), 10);
}

#[test]
fn completions_are_offered_and_taken() {
    let mut stage = Stage::told(120, 40);
    stage.press("/");
    stage.assert_shows("client:   name or id of the client");
    stage.types("cl").press("tab");
    assert_eq!(stage.line(), "client:");
    stage.types("w").press("tab");
    assert_eq!(stage.line(), "client:web-shop");
    stage.types(" actor:").press("down down");
    stage.assert_shows("▌root");
    stage.press("enter");
    assert_eq!(stage.line(), "client:web-shop actor:root");
    stage.press("^u").types("sev>=").press("down down up up down enter enter");
    assert!(stage.model.find.line.is_none());
    stage.assert_shows("Changes matching sev>=critical · 1 of 10");
}

#[test]
fn names_that_come_from_events_are_offered() {
    for (typed, expected) in [
        ("actor:k", "actor:kim@example.org"),
        ("pool:e", "pool:eu-west-1_Zq4TrPm9K"),
        ("ip:203", "ip:203.0.113.9"),
        ("error:acc", "error:AccessDenied"),
        ("account:", "account:123456789012"),
        ("region:", "region:eu-west-1"),
        ("event:updateu", "event:UpdateUserPoolClient"),
        ("partn", "client:partner-api"),
    ] {
        let mut stage = Stage::told(80, 24);
        stage.filter(typed).rest().press("tab");
        assert_eq!(stage.line(), expected);
    }
}

#[test]
fn earlier_filters_come_back() {
    let mut stage = Stage::told(120, 40);
    for text in ["kim", "sev:low", "kim"] {
        stage.filter(text).press("enter");
    }
    stage.press("esc").press("/").types("x").press("up");
    assert_eq!(stage.line(), "kim");
    stage.press("up");
    assert_eq!(stage.line(), "sev:low");
    stage.assert_shows("matching sev:low");
    stage.press("up");
    assert_eq!(stage.line(), "sev:low", "there are no more");
    stage.press("down");
    assert_eq!(stage.line(), "kim");
    stage.press("down");
    assert_eq!(stage.line(), "x");
}

#[test]
fn a_paste_is_one_line_and_clean() {
    let mut stage = Stage::told(80, 24);
    stage.pastes("quit");
    assert_eq!(stage.ended, None);
    stage.press("/").pastes("sev:high\r\nkim\u{1b}[2J\u{202e}\n");
    assert_eq!(stage.line(), "sev:high  kim[2J");
    stage.press("^u").pastes(&"日本 ".repeat(2_000));
    assert_eq!(stage.line().chars().count(), 1_000);
    stage.draw();
    let cursor = stage.terminal.backend_mut().get_cursor_position().expect("a cursor");
    assert!(cursor.x < 80 && cursor.y == 22, "{cursor:?}");
    stage.press("home");
    stage.draw();
    let cursor = stage.terminal.backend_mut().get_cursor_position().expect("a cursor");
    assert_eq!((cursor.x, cursor.y), (3, 22));
}

#[test]
fn the_cursor_stays_in_view_among_wide_characters() {
    for columns in 40..60 {
        let mut stage = Stage::told(columns, 12);
        stage.filter(&"日本語a".repeat(30));
        for _ in 0..130 {
            let frame = stage.frame();
            let line = frame.lines().nth(10).expect("the line").to_owned();
            assert!(line.starts_with(" / ") && width(&line) <= usize::from(columns), "{line}");
            let cursor = stage.terminal.backend_mut().get_cursor_position().expect("a cursor");
            assert!((3..columns).contains(&cursor.x), "{cursor:?} of {columns}");
            stage.press("left");
        }
    }
}

#[test]
fn what_comes_in_under_a_filter_is_followed_and_counted() {
    let mut stage = Stage::new(120, 40);
    stage.feed((0..5).map(change)).filter("sev>=high").press("enter");
    stage.assert_shows("No change matches");
    stage.feed([change(5), change(6)]);
    assert_eq!(stage.selected(), id(5));
    stage.assert_shows("Changes matching sev>=high · 1 of 7");
    stage.assert_shows("following · 1 hidden");
    stage.feed([change(7)]).press("k");
    assert_eq!(stage.selected(), id(5));
    stage.feed([change(8), change(9)]);
    assert_eq!(stage.selected(), id(5));
    stage.assert_shows("▼ 1 new · 1 critical · 2 hidden  G resumes");
    stage.press("G");
    assert_eq!(stage.selected(), id(8));
    // Lifted, all that came since is news.
    stage.press("k").feed([change(8)]).press("esc");
    assert_eq!(stage.selected(), id(7));
    stage.assert_shows("paused");
}

#[test]
fn news_is_counted_anew_with_another_filter() {
    let mut stage = Stage::new(120, 40);
    stage.feed((0..5).map(change)).press("k").feed((5..10).map(change));
    stage.assert_shows("▼ 5 new · 1 critical · 2 high");
    stage.filter("deploy").press("enter");
    stage.assert_shows("▼ 1 new  G resumes");
    stage.press("esc");
    stage.assert_shows("▼ 5 new · 1 critical · 2 high");
}

#[test]
fn high_ones_that_are_hidden_are_not_kept_quiet() {
    let mut stage = Stage::new(160, 40);
    stage.feed((0..5).map(change)).filter("deploy").press("enter").feed((5..10).map(change));
    stage.assert_shows("following · 4 more hidden by the filter · 1 critical · 2 high");
}

#[test]
fn a_late_arrival_makes_a_row_match_or_not() {
    let mut stage = Stage::new(120, 40);
    stage.feed([change(7)]).filter("class:reset").press("enter");
    assert_eq!(stage.ids().len(), 0, "without a baseline nothing is lost");
    stage.feed([change(2)]);
    assert_eq!(stage.ids(), [Text::from(id(7))]);
    stage.assert_shows("↺");
    let mut stage = Stage::new(120, 40);
    stage.feed([change(7)]).filter("class:set").press("enter");
    assert_eq!(stage.ids().len(), 1);
    stage.feed([change(2)]);
    assert_eq!(stage.ids(), [Text::from(id(2))], "{}", stage.frame());
}

#[test]
fn a_filter_that_counts_back_from_now_ages() {
    let mut stage = Stage::told(120, 40);
    // The last three were made 5:33, 2:10 and 0:28 minutes ago.
    stage.filter("since:2m").press("enter");
    assert_eq!(stage.ids(), [Text::from(id(9))]);
    let holds = stage.model.holds().expect("it changes by itself");
    assert!(holds <= Duration::from_secs(93), "{holds:?}");
    stage.after(92);
    assert_eq!(stage.ids().len(), 1);
    stage.after(93);
    assert_eq!(stage.ids().len(), 0);
    stage.filter("until:10m").press("enter");
    let before = stage.ids().len();
    stage.after(10 * 60);
    assert_eq!((before, stage.ids().len()), (6, 10));
}

#[test]
fn n_goes_to_the_next_match_and_round() {
    let mut stage = Stage::told(120, 40);
    stage.press("n");
    stage.assert_shows("there is no filter: / makes one");
    stage.filter("deploy").press("enter g n");
    assert_eq!(stage.selected(), id(1));
    stage.press("N N");
    stage.assert_shows("from the end");
    assert_eq!(stage.selected(), id(6));
    stage.press("n");
    stage.assert_shows("from the top");
    assert_eq!(stage.selected(), id(0));
    // Lifted, it is still known.
    stage.press("esc G n");
    stage.assert_shows("from the top");
    assert_eq!(stage.selected(), id(0));
    for expected in [1, 2, 3, 6] {
        stage.press("n");
        assert_eq!(stage.selected(), id(expected));
    }
    stage.press("N");
    assert_eq!(stage.selected(), id(3));
    stage.filter("root").press("enter esc n n");
    stage.assert_shows("this is the only one that matches");
}

#[test]
fn n_that_finds_nothing_says_so() {
    let mut stage = Stage::told(120, 40);
    stage.filter("nowhere").press("enter esc n").rest();
    stage.assert_shows("no change matches nowhere");
}

/// A search of three slices, of which one is done: only the oldest matches.
fn searching() -> Stage {
    let mut stage = Stage::new(120, 40);
    stage.feed(long_story(1_500).enumerate().map(|(nth, mut change)| {
        change.source_ip = Some(if nth == 7 { "192.0.2.7" } else { "192.0.2.1" }.into());
        Feed::Change(change.into())
    }));
    stage.filter("ip=192.0.2.7").press("enter").rest().press("esc G N").draw();
    assert!(stage.model.busy());
    stage.assert_shows("looking for ip=192.0.2.7: 33 % of the list");
    stage
}

#[test]
fn whatever_else_is_done_breaks_a_search_off() {
    type Does = fn(&mut Stage) -> &mut Stage;
    let cases: [(Does, bool); 6] = [
        (|stage| stage.press("k"), false),
        (|stage| stage.press("?"), false),
        (|stage| stage.press("n"), true),
        (|stage| stage.pastes("n"), false),
        (|stage| stage.mouse(MouseEventKind::ScrollUp, "Changes"), false),
        (|stage| stage.mouse(MouseEventKind::Down(MouseButton::Left), "Changes"), false),
    ];
    for (nth, (does, finds)) in cases.into_iter().enumerate() {
        let mut stage = searching();
        does(&mut stage);
        assert!(!stage.model.busy(), "{nth}");
        assert!(stage.model.stale(), "{nth}");
        assert_eq!(stage.selected() == "000000007", finds, "{nth}");
        assert!(!stage.shows("looking for"), "{nth}");
    }
}

#[test]
fn a_search_leaves_room_for_what_comes_up_meanwhile() {
    let mut stage = searching();
    stage.feed([Feed::Note("--exec: exit status: 7".into())]);
    stage.assert_shows("--exec: exit status: 7 · looking for ip=192.0.2.7: 33 %");
    stage.tell(Msg::Idle);
    stage.assert_shows("--exec: exit status: 7 · looking for ip=192.0.2.7: 66 %");
    stage.rest();
    assert_eq!(stage.selected(), "000000007");
    stage.assert_shows("--exec: exit status: 7");
    assert!(!stage.shows("looking for"));
}

#[test]
fn in_the_detail_n_goes_from_word_to_word() {
    let mut stage = Stage::told(60, 12);
    stage.filter("shop.example.org").press("enter enter g n");
    let first = stage.model.find.spot;
    stage.press("n");
    let second = stage.model.find.spot;
    assert!(first.is_some() && first < second, "{first:?} {second:?}");
    stage.press("N");
    assert_eq!(stage.model.find.spot, first);
    stage.press("N");
    stage.assert_shows("from the end");
    stage.press("esc");
    stage.filter("client:web").press("enter enter n");
    stage.assert_shows("the filter has no free word to look for here");
}

#[test]
fn words_are_marked_in_list_and_detail() {
    let mut stage = Stage::told(120, 40);
    stage.filter("KIM").press("enter");
    let styles = styles(stage.draw());
    let marked: Vec<_> = styles.lines().filter(|line| line.contains("UNDERLINED")).collect();
    assert!(marked.len() >= 3 && marked.iter().all(|line| line.ends_with("kim")), "{styles}");
}

#[test]
fn what_takes_readings_is_done_bit_by_bit() {
    let mut stage = Stage::new(120, 40);
    stage.feed(long_story(1_000).map(|change| Feed::Change(change.into()))).feed([Feed::Status(Status::Live)]);
    stage.filter("path:callbackURLs value:http://");
    assert!(stage.model.busy());
    stage.assert_shows("so far, ");
    stage.assert_shows("% looked at");
    assert!(!stage.ids().is_empty(), "the newest are seen at once");
    // Typing goes on meanwhile, and so does what comes in.
    stage.types("shop").feed([Feed::Change(Change { id: "late".into(), ..story().swap_remove(7) }.into())]);
    let newest = stage.selected();
    stage.rest();
    assert_eq!(stage.selected(), newest);
    let filter = Filter::parse("path:callbackURLs value:http://shop").expect("a filter");
    let history = &stage.model.history;
    let matches = |change: &&Change| {
        let subject = Subject { change, client_name: None, gist: None, now: now() };
        filter.matches(&subject, || Reading::of(history, &change.id))
    };
    let expected: Vec<Text> = history.iter().filter(matches).map(|change| change.id.clone()).collect();
    assert_eq!((stage.ids(), expected.len() > 100), (expected, true));
}

#[test]
fn a_filter_may_be_there_from_the_start() {
    let filter = Some(Filter::parse("sev>=high").expect("a filter"));
    let mut stage = Stage::with(120, 40, &Scene { filter, ..scene() }, &look());
    stage.assert_shows("Connecting");
    stage.feed((0..10).map(change));
    stage.assert_shows("Changes matching sev>=high · 3 of 10");
    stage.press("/");
    assert_eq!(stage.line(), "sev>=high");
    stage.press("esc esc");
    assert_eq!(stage.ids().len(), 10);
}

#[test]
fn other_lines_are_looked_at() {
    let mut stage = Stage::told(80, 24);
    stage.press("o");
    stage.assert_shows("there are no other lines");
    let lines = ["plain rubbish", "\u{1b}[2J\u{7}hostile"];
    let time = Some(now());
    stage.feed(lines.map(|text| Feed::Foreign { time, text: text.into() })).press("o");
    assert_snapshot!("other_lines", stage.frame());
    stage.press("q");
    assert_eq!((stage.ended, stage.shows("plain rubbish")), (None, false));
    stage.feed((0..300).map(|nth| Feed::Foreign { time: None, text: format!("line {nth}").into() })).press("o");
    stage.assert_shows("line 299");
    stage.press("g");
    stage.assert_shows("plain rubbish");
}

#[test]
fn frames_while_typing() {
    for (columns, rows) in [(120, 40), (80, 24), (60, 15), (40, 10)] {
        let mut stage = Stage::told(columns, rows);
        stage.press("/");
        assert_snapshot!(format!("typing_{columns}x{rows}_nothing"), stage.frame());
        stage.types("sev>=medium actor:").press("down");
        assert_snapshot!(format!("typing_{columns}x{rows}_choosing"), stage.frame());
        stage.press("^u").types("sev>=medium clent:web-shop");
        assert_snapshot!(format!("typing_{columns}x{rows}_wrong"), stage.frame());
        stage.press("^u").types("sev>=medium kim").press("enter");
        assert_snapshot!(format!("filtered_{columns}x{rows}"), stage.frame());
    }
}

/// The story a hundred thousand changes long, of a thousand clients and as many people.
fn endless_story() -> impl Iterator<Item = Feed> {
    let named = |nth: usize, mut change: Change| {
        let number = nth * 7_919 % 1_000;
        change.client_name = change.client_name.map(|name| format!("{name}-{number}").into());
        change.client_id = change.client_id.map(|id| format!("{id}{number}").into());
        change.actor.name = change.actor.name.map(|name| format!("{name}{number}").into());
        Feed::Change(change.into())
    };
    long_story(100_000).enumerate().map(move |(nth, change)| named(nth, change))
}

#[test]
#[ignore = "measures; run it alone, and optimised"]
fn how_long_filters_take() -> std::io::Result<()> {
    let mut stage = Stage::new(120, 40);
    stage.feed(endless_story()).feed([Feed::Status(Status::Live)]);
    stage.draw();
    let mut out = std::io::stderr();
    writeln!(out, "{:<44} {:>8} {:>9} {:>9} {:>9}", "filter", "found", "key ms", "slice ms", "all ms")?;
    for text in [
        "sev>=high",
        "class:reset",
        "rule:settings-reset -actor:kim",
        "client:web-shop-42",
        "actor:kim event:update origin:console sev>=low",
        "since:1h",
        "evil.example.net",
        "nowhere",
        "kim web console",
        "path:callbackURLs",
        "value:http://",
        "sev>=high value:http://shop",
    ] {
        let filter = Filter::parse(text).expect("a filter");
        let (mut key, mut slice, began) = (Duration::ZERO, Duration::ZERO, Instant::now());
        stage.model.filter_by(Some(filter));
        let mut looking = began.elapsed();
        stage.draw();
        key = key.max(began.elapsed());
        while stage.model.busy() {
            let began = Instant::now();
            stage.tell(Msg::Idle);
            slice = slice.max(began.elapsed());
            looking += began.elapsed();
        }
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        writeln!(out, "{text:<44} {:>8} {:>9.1} {:>9.1} {:>9.1}", stage.ids().len(), ms(key), ms(slice), ms(looking))?;
    }
    // Each key of a line as it is typed, until the picture is there.
    let mut keys = Vec::new();
    stage.press("/ ^u");
    for letter in "sev>=high actor:kim -client:web-shop path:callbackURLs value:http://shop console".chars() {
        let began = Instant::now();
        stage.tell(Msg::Input(key(&letter.to_string())));
        stage.draw();
        keys.push(began.elapsed());
        // As much as there is time for until the next one.
        for _ in 0..10 {
            if stage.model.busy() {
                stage.tell(Msg::Idle);
            }
        }
    }
    keys.sort();
    writeln!(out, "key → picture: median {:?}, p95 {:?}", keys[keys.len() / 2], keys[keys.len() * 95 / 100])
}
