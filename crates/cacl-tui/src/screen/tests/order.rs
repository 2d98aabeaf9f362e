//! However a story arrives, and whatever an earlier run knew of it: in the end the screen shows the same.

use cacl_aws::Status;
use cacl_event::{Change, Provenance};
use proptest::prelude::*;

use super::{Stage, story, text};
use crate::feed::{Before, Feed};

/// The picture once everything has come; hops and the past's notes aside, which tell of the way and not of the change.
fn picture(items: Vec<Feed>) -> (String, Vec<String>) {
    let mut stage = Stage::new(120, 40);
    stage.feed(items).feed([Feed::Status(Status::Live)]).press("G");
    let rows = stage.model.rows.slice(0, 99).map(|(_, row)| format!("{row:?}")).collect();
    (text(stage.draw()), rows)
}

fn event(change: &Change) -> Feed {
    Feed::Change(Box::new(change.clone()))
}

fn history(change: &Change) -> Feed {
    Feed::Change(Box::new(Change { provenance: Provenance::History, ..change.clone() }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_in_the_end_does_not_depend_on_the_way(
        order in Just((0..30_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(any::<bool>(), 10),
        known in prop::collection::vec(any::<bool>(), 10),
    ) {
        let story = story();
        let expected = picture(story.iter().map(event).collect());
        // Each once as an event, some twice, and some from the journal or CloudTrail's history, too.
        let items = order.into_iter().filter_map(|place| {
            let (change, index) = (&story[place % 10], place % 10);
            match place / 10 {
                0 => Some(event(change)),
                1 => again[index].then(|| event(change)),
                _ => known[index].then(|| history(change)),
            }
        });
        prop_assert_eq!(picture(items.collect()), expected);
    }
}

#[test]
fn what_was_missed_is_told_until_a_key_and_marked() {
    let story = story();
    let (seen, missed) = story.split_at(4);
    let until = seen[3].hops.ingested.expect("told") + jiff::SignedDuration::from_mins(10);
    let before = Before { until, told: seen.iter().map(|change| change.id.clone()).collect() };
    let mut stage = Stage::new(120, 40);
    let past = seen.iter().map(history).chain(story.iter().map(event));
    stage.feed([Feed::Before(before)]).feed(past.collect::<Vec<_>>());
    let nothing_yet = text(stage.draw());
    assert!(!nothing_yet.contains("while you were away"), "{nothing_yet}");
    stage.feed([Feed::Status(Status::Live), Feed::Status(Status::Live)]);
    let drawn = text(stage.draw());
    let news = missed.iter().filter(|change| change.hops.ingested > Some(seen[3].hops.ingested.expect("told"))).count();
    assert!(drawn.contains(&format!("while you were away: {news} changes, ")), "{drawn}");
    // The selected one has the cursor in the mark's place.
    assert_eq!(drawn.lines().filter(|line| line.contains("│•")).count(), news - 1, "{drawn}");
    let drawn = text(stage.press("k").draw());
    assert!(!drawn.contains("while you were away"), "{drawn}");
    assert!(drawn.contains("│•"), "{drawn}");
}
