//! How Live Tail is doing, in the header.

use cacl_aws::{Push, Status};

use super::Stage;
use crate::feed::Feed;

#[test]
fn the_header_tells_whether_changes_are_pushed() {
    let mut stage = Stage::new(120, 40);
    stage.feed([Feed::Status(Status::Live)]);
    assert!(!stage.shows("live tail"), "{}", stage.frame());
    let why = || "AccessDeniedException: not authorized to perform logs:StartLiveTail".to_owned();
    for (push, words) in [
        (Push::Open, "live tail"),
        (Push::Sampled, "live tail, sampled: the rest is read"),
        (Push::Waiting { why: why() }, "polling until live tail is back: AccessDenied"),
        (Push::Off { why: why() }, "polling, with no live tail: AccessDenied"),
    ] {
        stage.feed([Feed::Push(push)]).assert_shows(words);
        stage.assert_shows("● live");
    }
}
