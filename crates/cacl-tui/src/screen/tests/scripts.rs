//! Scripts of messages, and what is seen after them.

use std::time::Duration;

use cacl_aws::Status;
use cacl_event::{Change, Decoded, Provenance};

use super::{Stage, look, now, scene, story, told};
use crate::{
    feed::{Feed, Past},
    screen::{
        Ended, Scene, Task,
        run::{Msg, Screen},
    },
};

fn change(nth: usize) -> Feed {
    Feed::Change(story().swap_remove(nth).into())
}

fn id(nth: usize) -> String {
    story()[nth].id.to_string()
}

#[test]
fn following_selects_the_newest() {
    let mut stage = Stage::new(120, 40);
    stage.feed([change(0), change(1)]);
    assert_eq!(stage.selected(), id(1));
    stage.assert_shows("following");
    stage.feed([change(2)]);
    assert_eq!(stage.selected(), id(2));
    stage.assert_shows("3 of 3");
}

#[test]
fn moving_away_pauses_and_g_resumes() {
    let mut stage = Stage::new(120, 40);
    stage.feed((0..5).map(change)).press("k");
    assert_eq!(stage.selected(), id(3));
    stage.assert_shows("paused");
    stage.feed((5..10).map(change));
    assert_eq!(stage.selected(), id(3));
    stage.assert_shows("▼ 5 new · 1 critical · 2 high  G resumes");
    stage.press("G");
    assert_eq!(stage.selected(), id(9));
    stage.assert_shows("following");
}

#[test]
fn coming_back_to_the_newest_by_hand_follows_too() {
    let mut stage = Stage::told(120, 40);
    stage.press("k");
    stage.assert_shows("paused");
    stage.press("j");
    stage.assert_shows("following");
}

#[test]
fn reading_the_detail_pauses_until_one_is_back() {
    let mut stage = Stage::new(120, 40);
    stage.feed((0..8).map(change)).press("enter");
    stage.feed([change(8)]);
    assert_eq!(stage.selected(), id(7));
    stage.assert_shows("▼ 1 new · 1 critical");
    stage.press("esc");
    assert_eq!(stage.selected(), id(7), "something newer waits, so the place is kept");
    stage.press("G enter esc");
    stage.assert_shows("following");
}

#[test]
fn a_late_arrival_takes_its_place_and_the_selection_stays() {
    let mut stage = Stage::new(120, 40);
    // The update that forgets comes first; what it is compared with comes late.
    stage.feed([change(4), change(7), change(9)]).press("k");
    assert_eq!(stage.selected(), id(7));
    stage.assert_shows("no earlier state known: what the request sets");
    assert!(!stage.shows("↺ logoutURLs"));
    stage.feed([change(2)]);
    assert_eq!(stage.selected(), id(7));
    stage.assert_shows("3 of 4");
    stage.assert_shows("against 10:28:11 by deploy (terraform)");
    stage.assert_shows("↺ logoutURLs");
    let list = stage.lines("10:41:07").join("\n");
    assert!(list.contains("↺3") || list.contains("↺4") || list.contains("↺5"), "the row is derived anew:\n{list}");
}

/// The same call, as CloudTrail remembers it.
fn remembered(nth: usize) -> Feed {
    Feed::Change(Change { provenance: Provenance::History, ..story().swap_remove(nth) }.into())
}

#[test]
fn the_past_is_compared_with_and_not_listed() {
    let mut stage = Stage::new(120, 40);
    stage.feed([Feed::Status(Status::Live), change(7), change(9)]).press("k");
    stage.assert_shows("no earlier state known: what the request sets");
    stage.feed([remembered(2), Feed::Past(Past::Read)]);
    stage.assert_shows("1 of 2");
    stage.assert_shows("2 changes");
    stage.assert_shows("against 10:28:11 by deploy (terraform)");
    stage.assert_shows("↺ logoutURLs");
    let list = stage.lines("10:41:07").join("\n");
    assert!(list.contains("+1 ↺3"), "the row is derived anew:\n{list}");
    stage.feed([change(2)]);
    stage.assert_shows("2 of 3");
}

#[test]
fn a_description_is_compared_with_by_what_came_after_it() {
    let client = story()[7].client_key().expect("a client");
    let settings = story()[2].resulting.clone().expect("known");
    for (taken, before_it) in [("2026-10-01T08:41:06.9Z", true), ("2026-10-01T08:41:07.1Z", false)] {
        let mut stage = Stage::new(120, 40);
        stage.feed([change(7)]);
        let before = stage.model.rows.row(0).cloned();
        let taken = taken.parse().expect("a time");
        stage.feed([Feed::Snapshot { client: client.clone(), taken, settings: settings.clone().into() }]);
        assert_eq!(stage.model.rows.row(0) != before.as_ref(), before_it, "{taken}");
        assert_eq!(stage.shows("against the settings as described"), before_it, "{taken}");
        assert_eq!(stage.model.rows.len(), 1);
    }
}

#[test]
fn reading_the_past_shows_how_far_it_is_and_why_it_ended() {
    let reading = |calls| Feed::Past(Past::Reading { back_to: "2026-09-02T08:00:00Z".parse().expect("a time"), calls });
    let mut stage = Stage::with(160, 40, &scene(), &look());
    stage.feed([Feed::Status(Status::Live), change(7)]);
    stage.draw();
    stage.feed([reading(3)]);
    assert!(!stage.model.stale(), "a moment is not worth a word");
    stage.feed([reading(4)]);
    stage.assert_shows("read back to 2026-09-02, 4 calls");
    stage.feed([Feed::Past(Past::Read)]);
    assert!(!stage.shows("read back"));
    stage.feed([Feed::Past(Past::Trouble("it needs cloudtrail:LookupEvents".into())), Feed::Past(Past::Read)]);
    stage.assert_shows("it needs cloudtrail:LookupEvents");
    stage.feed([remembered(2)]);
    assert!(!stage.shows("cloudtrail:LookupEvents"), "what is known has no need of it");
}

#[test]
fn what_is_in_view_does_not_jump_when_a_late_change_comes_in_above() {
    let mut stage = Stage::new(120, 12);
    stage.feed((1..10).map(change)).press("k k");
    let before = stage.lines("10:41:07");
    let row = stage.frame().lines().position(|line| line.contains("10:41:07"));
    stage.feed([change(0)]);
    assert_eq!(stage.lines("10:41:07"), before);
    assert_eq!(stage.frame().lines().position(|line| line.contains("10:41:07")), row);
}

#[test]
fn the_same_change_twice_is_one() {
    let mut stage = Stage::told(120, 40);
    stage.draw();
    stage.feed([change(3), change(3)]);
    assert!(!stage.model.stale(), "nothing new, so nothing is drawn");
    stage.assert_shows("10 changes");
}

#[test]
fn arrival_in_any_order_gives_the_same_frame() {
    let expected = Stage::told(120, 40).frame();
    for turn in 1..10 {
        let mut stage = Stage::new(120, 40);
        stage.feed((0..10).map(|nth| change((nth * 7 + turn) % 10))).feed([Feed::Status(Status::Live)]);
        assert_eq!(stage.frame(), expected, "rotated by {turn}");
    }
}

#[test]
fn statuses_are_seen_in_the_header() {
    let (retry, why) = (Duration::from_secs(4), || "no route to host".to_owned());
    let cases = [
        (Status::Live, vec!["● live"]),
        (Status::Throttled { retry }, vec!["◐ throttled, retry in 4 s"]),
        (Status::Offline { retry, why: why() }, vec!["○ offline, retry in 4 s", "no route to host"]),
        (Status::Expired { retry, help: "aws sso login".into() }, vec!["○ credentials expired", "aws sso login"]),
        (
            Status::Credentials { retry, why: why(), help: "look at the profile".into() },
            vec!["○ no good credentials", "look at the profile"],
        ),
        (Status::Denied { retry, why: why() }, vec!["○ not permitted", "no route to host"]),
        (Status::Missing { retry }, vec!["○ no log group", "torn down"]),
        (Status::Failed { retry, why: why() }, vec!["◐ cannot read the log", "no route to host"]),
    ];
    for (status, expected) in cases {
        let mut stage = Stage::told(120, 40);
        stage.feed([Feed::Status(status.clone())]);
        for text in expected {
            assert!(stage.shows(text), "{status:?}: {text:?} is not in\n{}", stage.frame());
        }
    }
}

#[test]
fn the_header_takes_its_facts_as_they_come() {
    let nobody = Scene { account: String::new(), who: String::new(), armed: None, ..scene() };
    let mut stage = Stage::with(120, 40, &nobody, &look());
    stage.assert_shows("○ connecting");
    assert!(!stage.shows("123456789012"), "{}", stage.frame());
    stage.feed([Feed::Status(Status::Offline { retry: Duration::from_secs(5), why: "no route to host".into() })]);
    stage.assert_shows("Nothing can be seen at the moment: no route to host");
    let known = scene();
    stage.feed([Feed::Caller { account: known.account, name: known.who }, Feed::Status(Status::Live)]);
    stage.feed(known.armed.map(Feed::Armed));
    assert_eq!(stage.frame(), Stage::new(120, 40).feed([Feed::Status(Status::Live)]).frame());
}

#[test]
fn the_strip_shows_what_was_seen_at_work() {
    let mut stage = Stage::new(120, 40);
    stage.assert_shows("trail · ── rule · ── lambda · ── log · ── you");
    stage.feed([Feed::Status(Status::Live)]);
    stage.assert_shows("trail · ── rule · ── lambda · ── log ✓ ── you");
    let line = r#"{"time":"2026-10-01T08:00:00Z","type":"platform.start","record":{"requestId":"r"}}"#;
    let Some(Decoded::Platform(platform)) = cacl_event::decode(line).pop() else { panic!("a platform line") };
    stage.feed([Feed::Platform(platform)]);
    stage.assert_shows("trail · ── rule · ── lambda ✓ ── log ✓ ── you");
    stage.feed([change(0)]);
    stage.assert_shows("trail ✓ ── rule ✓ ── lambda ✓ ── log ✓ ── you");
    stage.feed([Feed::Status(Status::Missing { retry: Duration::from_secs(1) })]);
    assert!(!stage.shows("log ✓"));
}

#[test]
fn the_clock_asks_for_a_frame_only_when_it_reads_differently() {
    let mut stage = Stage::told(120, 40);
    let mut redrawn = Vec::new();
    stage.draw();
    for second in 1..=70 {
        stage.after(second);
        // The tail reports every second that all is well.
        stage.feed([Feed::Status(Status::Live)]);
        if stage.model.stale() {
            redrawn.push(second);
            stage.draw();
        }
    }
    // The newest change is 28 s old at first: its age reads "20 s ago", "30 s ago", …, "1 min ago".
    assert_eq!(redrawn, [2, 12, 22, 32]);
    stage.draw();
    assert_eq!(
        stage.model.holds(),
        Some(Duration::from_secs(3)),
        "unless the tail reports, the live mark has to change"
    );
}

#[test]
fn a_recording_is_no_pipeline_from_the_start() {
    let mut stage = Stage::with(80, 24, &Scene { recorded: true, armed: None, ..scene() }, &look());
    stage.assert_shows("Reading what was recorded.");
    stage.feed([change(0)]);
    stage.assert_shows("○ reading");
    let frame = stage.frame();
    assert!(frame.contains("recorded events   1 change") && !frame.contains("trail"), "{frame}");
    stage.feed([Feed::End]);
    stage.assert_shows("read to the end");
}

#[test]
fn a_recording_ends() {
    let mut stage = Stage::new(120, 40);
    stage.feed((0..3).map(change)).feed([Feed::End]);
    stage.assert_shows("■ read to the end");
    stage.assert_shows("recorded events");
    assert_eq!(stage.model.holds(), None, "nothing on the screen depends on the clock");
    let mut empty = Stage::new(120, 40);
    empty.tell(Msg::End);
    empty.assert_shows("The recording holds no change of an app client.");
}

#[test]
fn only_what_came_live_tells_how_long_it_took() {
    let mut stage = Stage::new(120, 40);
    stage.feed([change(0), Feed::Status(Status::Live)]);
    assert!(!stage.shows("on screen after"), "it was in the log before we looked");
    stage.feed([change(1)]);
    stage.assert_shows("on screen after 9.4 s");
    stage.assert_shows("lambda +6.1 s ─ log +0.2 s ─ ingested +1.9 s ─ here +1.2 s");
}

#[test]
fn keys_move_and_scroll() {
    let mut stage = Stage::told(120, 16);
    let cases = [
        ("g", 0),
        ("j", 1),
        ("down down", 3),
        ("up", 2),
        ("G", 9),
        ("^u", 4),
        ("^d", 9),
        ("home", 0),
        ("pgdn", 9),
        ("pgup", 0),
        ("end", 9),
    ];
    for (keys, expected) in cases {
        stage.press(keys);
        assert_eq!(stage.selected(), id(expected), "{keys}");
    }
    let more = |stage: &mut Stage| stage.lines("more").len();
    stage.press("g enter");
    assert_eq!(more(&mut stage), 1);
    stage.press("G");
    assert_eq!(more(&mut stage), 0);
    assert_eq!(stage.selected(), id(0), "the keys scroll the detail now");
}

#[test]
fn in_one_pane_tab_turns_it_over() {
    let mut stage = Stage::told(60, 15);
    assert!(stage.shows("Changes") && !stage.shows("who "));
    stage.press("tab");
    assert!(!stage.shows("Changes") && stage.shows("who "));
    stage.press("tab");
    assert!(stage.shows("Changes"));
}

#[test]
fn a_detail_laid_out_behind_the_scenes_fits_when_it_comes_forward() {
    let mut stage = Stage::told(60, 15);
    stage.press("enter esc").resize(44, 15).press("enter");
    let expected = { Stage::told(44, 15).press("enter").frame() };
    assert_eq!(stage.frame(), expected);
}

#[test]
fn q_and_ctrl_c_leave() {
    assert_eq!(Stage::told(120, 40).press("q").ended, Some(Ended::Quit));
    assert_eq!(Stage::told(120, 40).press("^c").ended, Some(Ended::Interrupted));
    assert_eq!(Stage::told(120, 40).press("? q").ended, None, "it closes the help");
    assert_eq!(Stage::told(120, 40).press("? ^c").ended, Some(Ended::Interrupted));
    let mut stage = Stage::told(10, 3);
    assert_eq!(stage.press("q").ended, Some(Ended::Quit), "however small the terminal");
    stage.tell(Msg::Gone);
}

#[test]
fn lines_that_are_no_change_are_counted() {
    let mut stage = Stage::with(160, 40, &scene(), &look());
    let foreign = |text: &str| Feed::Foreign { time: None, text: text.into() };
    stage.feed([foreign("rubbish"), foreign("more")]);
    stage.assert_shows("2 other lines");
}

#[test]
fn other_days_are_told_apart() {
    let mut stage = Stage::told(120, 40);
    let mut earlier = include_str!("story.jsonl").lines().next().expect("a line").replace("2026-10-01T", "2026-09-29T");
    earlier = earlier.replace("10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000099");
    assert!(!stage.shows("09-29"));
    stage.feed([Feed::Change(told(&earlier).into())]);
    stage.assert_shows("09-29 10:05 ");
    stage.feed([Feed::Change(told(&earlier.replace("2026-09-29T", "2025-09-29T").replace("0099", "0098")).into())]);
    stage.assert_shows("2025-09-29 ");
    stage.assert_shows("10:46:12");
    assert_eq!(now().to_string(), "2026-10-01T08:46:40Z");
}

#[test]
fn many_changes_stay_quick_to_move_in() {
    // No clock is read: the point is that only what is visible is looked at, and the last row is where it should be.
    let mut stage = Stage::new(120, 40);
    let lines: Vec<&str> = include_str!("story.jsonl").lines().collect();
    let many = (0..2000_usize).map(|nth| {
        let line = lines[nth % lines.len()];
        let id = format!("{nth:08}-0000-4000-9000");
        Feed::Change(told(&line.replace("10000000-0000-4000-8000", &id)).into())
    });
    stage.feed(many);
    stage.assert_shows("2000 of 2000");
    stage.press("g");
    stage.assert_shows(" 1 of 2000");
    stage.press("pgdn j k");
    stage.assert_shows(" 35 of 2000");
}

#[test]
fn a_copy_is_asked_for_and_told_until_the_next_key() {
    let mut stage = Stage::told(120, 40);
    stage.draw();
    let text = stage.model.change().expect("the newest is selected").record.text();
    stage.press("Y");
    assert_eq!(stage.tasks, [Task::Copy { what: "the event".into(), text }]);
    stage.assert_shows("done");
    stage.resize(119, 40).assert_shows("done");
    assert!(!stage.press("j").shows("done"));
}

#[test]
fn the_detail_has_a_cursor_and_tells_what_it_is_on() {
    let mut stage = Stage::told(120, 40);
    stage.press("k k");
    let pointed = |stage: &mut Stage| {
        stage.draw();
        stage.model.pointed().map(|pointed| (pointed.what, pointed.text)).expect("something is pointed at")
    };
    let is = |what: &str, text: &str| (what.to_owned(), text.to_owned());
    assert_eq!(pointed(&mut stage), is("the client's id", "3k1v9s0abcd7efgh2ijkl5mn6o"));
    assert!(!stage.shows("▌who"));
    stage.press("enter");
    stage.assert_shows("│▌who      kim@example.org");
    let mut seen = vec![pointed(&mut stage)];
    for _ in 0..9 {
        stage.press("j");
        seen.push(pointed(&mut stage));
    }
    let arn = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_IdentityAdmin_0123456789abcdef/kim@example.org";
    let expected = [
        is("who", arn),
        is("how", "198.51.100.7"),
        is("when", "2026-10-01T08:41:07Z"),
        is("client", "3k1v9s0abcd7efgh2ijkl5mn6o"),
        is("accessTokenValidity", "15"),
        is("logoutURLs", "https://shop.example.org/out"),
        is("logoutURLs", "[\"https://shop.example.org/out\"]"),
        is("preventUserExistenceErrors", "ENABLED"),
        is("callbackURLs", "http://shop.example.org/cb"),
        is("callbackURLs", "https://shop.example.org/cb"),
    ];
    assert_eq!(seen, expected);
    stage.press("y");
    assert_eq!(stage.tasks, [Task::Copy { what: "callbackURLs".into(), text: "https://shop.example.org/cb".into() }]);
    stage.assert_shows("│▌                                https://shop.example.org/cb");
}

#[test]
fn times_are_told_in_three_ways() {
    let mut stage = Stage::told(120, 40);
    stage.press("k k T");
    stage.assert_shows("▌08:41:07");
    stage.assert_shows("2026-10-01 08:41:07 +00:00");
    stage.assert_shows("against 08:28:11 by deploy");
    stage.assert_shows("╰ UTC ─");
    stage.press("T");
    stage.assert_shows("▌ 5 min ago");
    stage.assert_shows("╰ ago ─");
    stage.assert_shows("2026-10-01 10:41:07 +02:00 · 5 min ago");
    stage.assert_shows("against 18 min ago by deploy");
    stage.press("T");
    stage.assert_shows("▌10:41:07");
    assert!(!stage.shows("╰ ago ─"));
}

#[test]
fn ages_are_drawn_anew_only_when_they_read_differently() {
    let mut stage = Stage::new(120, 40);
    // No age in the header: the reading of the past is over.
    stage.feed([change(0), change(1), Feed::End]).press("T T");
    stage.draw();
    let mut redrawn = Vec::new();
    for second in 1..=70 {
        stage.after(second);
        if stage.model.stale() {
            redrawn.push(second);
            stage.draw();
        }
    }
    // They are 40:56 and 26:38 old at first.
    assert_eq!(redrawn, [4, 22, 64]);
    assert_eq!(stage.model.holds(), Some(Duration::from_secs(12)));
}
