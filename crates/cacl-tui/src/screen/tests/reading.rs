//! Reading one client: its timeline, two of its states against each other, and values that are large.

use cacl_event::{Change, Decoded, Provenance, decode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Stage, story, styles, told};
use crate::{
    feed::Feed,
    screen::{
        Task,
        run::{Msg, Screen},
    },
};

fn id(nth: usize) -> String {
    story()[nth].id.to_string()
}

/// The story, in which the creation of `web-shop` and a description of it are known from the past.
fn with_a_past(width: u16, height: u16) -> Stage {
    let mut stage = Stage::told(width, height);
    let created = include_str!("story.jsonl").lines().nth(2).expect("a line");
    let created = created.replace("000000000003", "000000000077").replace("2026-10-01T08:28:1", "2026-09-12T06:10:4");
    let created = created.replace("shop/orders.read", "shop/orders.write");
    let past = Change { provenance: Provenance::History, ..told(&created) };
    let client = past.client_key().expect("a client");
    let settings = story()[2].resulting.clone().expect("known");
    let taken = "2026-09-30T16:00:00Z".parse().expect("a time");
    stage.feed([Feed::Change(past.into()), Feed::Snapshot { client, taken, settings: settings.into() }]);
    stage
}

#[test]
fn timelines() {
    for (width, height) in [(120, 40), (80, 24), (60, 15)] {
        let mut stage = with_a_past(width, height);
        stage.press("k k t");
        assert_snapshot!(format!("timeline_at_{width}x{height}"), stage.frame());
        stage.press("tab G");
        assert_snapshot!(format!("timeline_at_{width}x{height}_settings"), stage.frame());
    }
    assert_snapshot!("timeline_styles", styles(with_a_past(120, 40).press("k k t").draw()));
}

#[test]
fn comparisons() {
    for (width, height) in [(120, 40), (80, 24), (60, 15)] {
        let mut stage = with_a_past(width, height);
        stage.press("k k t g v G k enter");
        assert_snapshot!(format!("compared_at_{width}x{height}"), stage.frame());
    }
    assert_snapshot!("compared_side_by_side_zoomed", with_a_past(120, 40).press("k k t g v G k enter | z").frame());
    assert_snapshot!("compared_styles", styles(with_a_past(120, 40).press("k k t g v G k enter").draw()));
}

#[test]
fn how_differences_are_drawn_means_nothing_without_a_mark() {
    for key in ["u", "|"] {
        let mut stage = with_a_past(120, 40);
        stage.press("t").press(key).assert_shows("v marks a change to compare others with");
        assert!(!stage.press("v g").press(key).shows("v marks"));
    }
}

#[test]
fn moving_in_the_timeline_moves_the_selection() {
    let mut stage = with_a_past(120, 40);
    stage.press("k k t");
    assert_eq!(stage.selected(), id(7));
    stage.assert_shows("web-shop · 4 changes");
    stage.press("j");
    assert_eq!(stage.selected(), id(9));
    stage.press("g");
    stage.assert_shows(" past");
    stage.press("enter");
    stage.assert_shows("not in the list");
    stage.assert_shows("│▌who      deploy");
    stage.press("t esc");
    stage.assert_shows("│▌who");
    stage.press("esc j");
    assert_eq!(stage.selected(), id(9), "from the last change that was selected in the list");
    assert!(!stage.shows("not in the list"));
}

#[test]
fn a_description_stands_in_the_timeline_and_has_no_detail() {
    let mut stage = with_a_past(120, 40);
    stage.press("k k t g j");
    stage.assert_shows("as Cognito described it");
    stage.assert_shows("Settings at 2026-09-30 18:00:00");
    stage.press("enter");
    stage.assert_shows("a description is no call");
    stage.press("t");
    stage.assert_shows("Changes");
}

#[test]
fn what_is_learnt_of_the_client_is_seen_at_once() {
    let mut stage = Stage::new(120, 40);
    let change = |nth: usize| Feed::Change(story().swap_remove(nth).into());
    stage.feed([change(7)]).press("t");
    stage.assert_shows("1 of 1");
    assert!(!stage.shows("logoutURLs"));
    stage.feed([change(2)]);
    stage.assert_shows("2 of 2");
    stage.assert_shows("↺ logoutURLs                  none  not sent");
    stage.feed([change(9), change(0)]);
    stage.assert_shows("2 of 3");
    stage.press("j");
    assert_eq!(stage.selected(), id(9));
}

#[test]
fn brackets_step_through_the_changes_of_one_client() {
    let mut stage = with_a_past(120, 40);
    stage.press("[");
    assert_eq!(stage.selected(), id(7));
    stage.press("[");
    assert_eq!(stage.selected(), id(2));
    stage.assert_shows("paused");
    stage.press("[");
    stage.assert_shows("the list does not show this change");
    stage.assert_shows("not in the list");
    stage.press("[");
    stage.assert_shows("this is the oldest change of the client that is known");
    stage.press("] ] ]");
    assert_eq!(stage.selected(), id(9));
    stage.assert_shows("following");
    stage.press("]");
    stage.assert_shows("this is the newest change of the client");
    stage.press("g j j j j j [");
    stage.assert_shows("this call names no client");
    stage.press("t");
    stage.assert_shows("this call names no client");
}

#[test]
fn a_mark_is_compared_with_what_is_selected() {
    let mut stage = Stage::told(120, 40);
    stage.press("k k [ v");
    stage.assert_shows("10:28:11» ");
    stage.assert_shows("marked: select another change of this client to compare");
    stage.press("]");
    stage.assert_shows("after 10:28:11 by deploy (terraform) → after 10:41:07 by");
    stage.assert_shows("− logoutURLs");
    assert!(!stage.shows("not sent"), "what a call sent is no matter here");
    stage.press("]");
    stage.assert_shows("→ after 10:46:12 by");
    stage.press("k");
    stage.assert_shows("not compared: marked is 10:28:11 of another client, web-shop");
    stage.press("k v v");
    assert!(!stage.shows("»") && !stage.shows("compare"), "the mark was moved, then taken away");
    stage.press("v");
    assert!(stage.shows("»"));
    assert!(!stage.press("esc").shows("»"));
}

#[test]
fn what_a_filter_hides_is_still_a_part_of_the_clients_life() {
    let mut stage = Stage::told(120, 40);
    stage.press("/ s e v > = h i g h enter g j");
    assert_eq!(stage.selected(), id(7));
    stage.press("[");
    assert_eq!(stage.selected(), id(2));
    stage.assert_shows("the list does not show this change");
    stage.press("] ]");
    assert_eq!(stage.selected(), id(9));
    stage.assert_shows("not in the list");
    stage.press("t");
    stage.assert_shows("web-shop · 3 changes");
    stage.press("t esc");
    assert_eq!(stage.selected(), id(9));
    stage.assert_shows("10 of 10");
    stage.assert_shows("▌10:46:12");
}

#[test]
fn a_state_that_changed_nothing_is_no_difference() {
    let mut stage = Stage::told(120, 40);
    stage.press("k k v ]");
    stage.assert_shows("there is no difference");
}

#[test]
fn before_and_after_stand_beside_each_other_where_there_is_room() {
    for (width, height) in [(80, 24), (120, 40)] {
        Stage::told(width, height).press("k k enter |").assert_shows("│ after: 10:41:07");
    }
    let mut stage = Stage::told(60, 15);
    stage.press("k k enter |");
    stage.assert_shows("side by side takes 60 columns, and here are 56");
    assert!(!stage.shows("│ after"));
}

#[test]
fn a_zoomed_pane_has_all_the_room() {
    let mut stage = Stage::told(120, 40);
    stage.press("z");
    assert!(stage.shows("╭ Changes") && !stage.shows("who  "));
    stage.press("tab");
    assert!(!stage.shows("╭ Changes") && stage.shows("who  "));
    stage.press("z");
    assert!(stage.shows("╭ Changes") && stage.shows("who  "));
}

#[test]
fn what_is_pointed_at_in_the_timeline_can_be_copied() {
    let mut stage = Stage::told(120, 40);
    stage.press("k k t y tab j j j y");
    let text = |nth: usize| match &stage.tasks[nth] {
        Task::Copy { text, .. } => text.clone(),
        other => panic!("no copy: {other:?}"),
    };
    assert_eq!([text(0), text(1)], ["3k1v9s0abcd7efgh2ijkl5mn6o", "http://shop.example.org/cb"]);
}

/// An update that sends all of this.
fn large(nth: usize, sent: &Value) -> Feed {
    let mut client = json!({"userPoolId": "p", "clientId": "c"});
    if let (Some(client), Value::Object(sent)) = (client.as_object_mut(), sent.clone()) {
        client.extend(sent);
    }
    let record = json!({
        "eventVersion": "1.11", "eventSource": "cognito-idp.amazonaws.com", "eventName": "UpdateUserPoolClient",
        "eventID": format!("large-{nth}"), "eventTime": format!("2026-10-01T08:{nth:02}:00Z"),
        "requestParameters": client, "responseElements": {"userPoolClient": client},
    });
    let Some(Decoded::Change(change)) = decode(&record.to_string()).pop() else { panic!("a change") };
    Feed::Change(change)
}

#[test]
fn what_is_large_is_laid_out_once_however_it_is_shown() {
    let urls = |from: usize| (from..from + 10_000).map(|nth| format!("https://{nth}.example.org/")).collect::<Vec<_>>();
    let mut stage = Stage::new(120, 40);
    stage.feed([
        large(1, &json!({"callbackURLs": urls(0), "clientName": "small"})),
        large(2, &json!({"callbackURLs": urls(5_000), "clientName": "ab".repeat(450_000)})),
    ]);
    let mut seen = Vec::new();
    for (keys, in_timeline) in [("enter", false), ("| z", false), ("|", false), ("| [ v ]", false), ("t tab", true)] {
        stage.press(keys).draw();
        let lines = |stage: &Stage| {
            let page = stage.model.timeline.as_ref().map_or(&stage.model.detail, |timeline| &timeline.fields);
            (page.pane.lines.as_ptr(), page.pane.lines.len())
        };
        let laid_out = lines(&stage);
        assert_eq!(stage.model.timeline.is_some(), in_timeline);
        for key in ["j", "j", "pgdn", "^d", "G", "k", "pgup", "g"] {
            stage.press(key).draw();
            stage.tell(Msg::Clock(stage.model.now));
            assert_eq!(lines(&stage), laid_out, "{keys}, then {key}");
        }
        seen.push(laid_out.1);
        assert!(!stage.model.stale());
    }
    assert!(seen.iter().all(|lines| *lines > 10_000), "{seen:?}");
}

#[test]
fn of_a_long_life_only_what_is_in_view_is_read() {
    let mut stage = Stage::new(120, 40);
    stage.feed((0..5_000_usize).map(|nth| {
        let Feed::Change(mut change) = large(nth % 60, &json!({"clientName": format!("{nth}")})) else { panic!("one") };
        change.id = format!("{nth:06}").into();
        Feed::Change(change)
    }));
    stage.press("t pgup pgup k").draw();
    let timeline = stage.model.timeline.as_ref().expect("open");
    assert_eq!(timeline.entries.len(), 5_000);
    assert!(timeline.rows.len() <= 4 * timeline.height, "{}", timeline.rows.len());
}

#[test]
fn of_a_deleted_client_it_is_said_who_did_it() {
    let mut stage = Stage::told(120, 40);
    stage.press("k t");
    stage.assert_shows("deleted 10:44:30 by root: nothing is set any more");
    stage.press("k");
    stage.assert_shows("10:05:44 by deploy (terraform)");
    stage.assert_shows("* refreshTokenValidity");
}
