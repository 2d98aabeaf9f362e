//! Frames, looked at once and then kept.

use cacl_aws::Status;
use insta::assert_snapshot;
use std::time::Duration;

use super::{Stage, look, scene, story, styles};
use crate::{
    feed::Feed,
    screen::{Look, Scene},
};

/// Selects the update that forgot three settings.
fn forgetful(width: u16, height: u16) -> Stage {
    let mut stage = Stage::told(width, height);
    stage.press("k k");
    stage
}

#[test]
fn watch_at_120x40() {
    assert_snapshot!(forgetful(120, 40).frame());
}

#[test]
fn watch_at_80x24() {
    assert_snapshot!(forgetful(80, 24).frame());
}

#[test]
fn watch_at_60x15() {
    let mut stage = forgetful(60, 15);
    assert_snapshot!("watch_at_60x15_list", stage.frame());
    assert_snapshot!("watch_at_60x15_detail", stage.press("enter").frame());
}

#[test]
fn watch_at_40x10() {
    let mut stage = forgetful(40, 10);
    assert_snapshot!("watch_at_40x10_list", stage.frame());
    assert_snapshot!("watch_at_40x10_detail", stage.press("tab").frame());
}

#[test]
fn watch_at_10x3() {
    assert_snapshot!(forgetful(10, 3).frame(), @"1 critica…");
}

#[test]
fn styles_at_120x40() {
    assert_snapshot!(styles(forgetful(120, 40).draw()));
}

#[test]
fn watch_without_colour_in_ascii() {
    let look = Look { color: false, ascii: true, ..look() };
    let mut stage = Stage::with(120, 30, &scene(), &look);
    stage.feed(story().into_iter().map(|change| Feed::Change(change.into()))).feed([Feed::Status(Status::Live)]);
    stage.press("k k");
    assert_snapshot!("ascii", stage.frame());
    assert_snapshot!("ascii_styles", styles(stage.draw()));
}

#[test]
fn every_kind_of_change() {
    let mut stage = Stage::told(120, 40);
    assert_snapshot!("refused_by_cognito", stage.frame());
    assert_snapshot!("deleted_by_root", stage.press("k").frame());
    assert_snapshot!("denied", stage.press("k k k").frame());
    assert_snapshot!("without_baseline", stage.press("k").frame());
    assert_snapshot!("created", stage.press("g").frame());
}

#[test]
fn unchanged_and_raw() {
    let mut stage = forgetful(80, 40);
    assert_snapshot!("unfolded", stage.press("u enter G").frame());
    assert_snapshot!("raw", stage.press("| |").frame());
}

#[test]
fn side_by_side() {
    let mut stage = forgetful(80, 40);
    assert_snapshot!("sides_at_80x40", stage.press("| enter G").frame());
    assert_snapshot!("sides_styles", styles(stage.draw()));
    assert_snapshot!("sides_at_60x15", forgetful(60, 15).press("| enter G").frame());
}

#[test]
fn help() {
    assert_snapshot!("help_at_120x40", forgetful(120, 40).press("?").frame());
    let mut stage = forgetful(60, 15);
    stage.press("? G");
    assert_snapshot!("help_at_60x15_end", stage.frame());
}

#[test]
fn nothing_yet() {
    let mut stage = Stage::new(120, 20);
    assert_snapshot!("connecting", stage.frame());
    assert_snapshot!("armed", stage.feed([Feed::Status(Status::Live)]).frame());
    let retry = Duration::from_secs(8);
    assert_snapshot!("missing", stage.feed([Feed::Status(Status::Missing { retry })]).frame());
    let hint = Some(
        "Make a change of your own:\n  aws cognito-idp update-user-pool-client --endpoint-url http://127.0.0.1:4599"
            .into(),
    );
    let mut stage = Stage::with(60, 15, &Scene { hint, ..scene() }, &look());
    assert_snapshot!("hint", stage.feed([Feed::Status(Status::Live)]).frame());
}
