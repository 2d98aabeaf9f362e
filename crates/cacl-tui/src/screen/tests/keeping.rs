//! A live view that keeps only so many changes: what is seen of those that stay is the same as if all had stayed.

use cacl_event::{Change, Provenance};
use proptest::prelude::*;

use super::{Stage, filter::long_story, look, scene};
use crate::{
    feed::Feed,
    screen::{Scene, Wishes, run::Screen},
};

fn keeping(keep: usize) -> Stage {
    Stage::with(120, 40, &Scene { wishes: Wishes { keep: Some(keep), ..Wishes::default() }, ..scene() }, &look())
}

/// The story many times, as a feed.
fn feed(many: usize) -> Vec<Feed> {
    long_story(many).map(|change| Feed::Change(change.into())).collect()
}

fn id(nth: usize) -> String {
    format!("{nth:09}")
}

/// What the rows say, less their numbers.
fn rows(stage: &Stage) -> Vec<String> {
    stage.model.rows.slice(0, usize::MAX).map(|(_, row)| format!("{row:?}")).collect()
}

#[test]
fn the_oldest_go_and_the_header_says_so() {
    let (mut short, mut whole) = (keeping(40), Stage::new(120, 40));
    short.feed(feed(300));
    whole.feed(feed(300));
    assert!((40..=45).contains(&short.ids().len()), "{}", short.ids().len());
    assert_eq!(rows(&short), rows(&whole)[300 - short.ids().len()..], "what was before them is known all the same");
    let (kept, gone) = (short.ids().len(), 300 - short.ids().len());
    short.assert_shows(&format!("{kept} changes"));
    short.assert_shows(&format!("{gone} older let go"));
    assert_eq!(short.selected(), id(299));
    // What is told again is no news.
    let before = rows(&short);
    short.feed(feed(300));
    assert_eq!(rows(&short), before);
    assert!(!whole.shows("let go"));
}

#[test]
fn whoever_reads_what_goes_is_told_and_stands_at_what_is_nearest() {
    let mut stage = keeping(40);
    let mut feed = feed(120);
    let later = feed.split_off(60);
    stage.feed(feed).press("g enter");
    let reads = stage.selected();
    stage.feed(later);
    assert_ne!(stage.selected(), reads);
    assert_eq!(stage.selected(), *stage.ids()[0]);
    stage.assert_shows("the change that was here is no longer among the latest");
    stage.press("esc");
    let new = stage.ids().iter().filter(|id| ***id >= *self::id(60)).count();
    stage.assert_shows(&format!("▼ {new} new"));
    stage.press("G");
    assert_eq!(stage.selected(), id(119));
    stage.assert_shows("following");
}

#[test]
fn what_stays_in_view_does_not_jump() {
    let mut stage = keeping(80);
    let mut feed = feed(96);
    let later = feed.split_off(88);
    stage.feed(feed).press("k k k");
    let (selected, place) = (stage.selected(), |stage: &mut Stage| stage.lines("▌"));
    let before = place(&mut stage);
    stage.feed(later);
    assert!(stage.ids().len() < 90, "some went");
    assert_eq!((stage.selected(), place(&mut stage)), (selected, before));
}

#[test]
fn marks_timelines_and_typing_outlive_what_goes() {
    for keys in ["g v", "g t", "g t tab j", "k t k k", "G [ [ [", "g r", "g e", "| g enter", "o", "/ k i m", "g ?"] {
        let mut stage = keeping(40);
        let mut feed = feed(200);
        let later = feed.split_off(44);
        stage.feed(feed).press(keys);
        for item in later {
            stage.feed([item]).draw();
            while stage.model.busy() {
                stage.tell(super::Msg::Idle);
            }
        }
        stage.press("esc esc esc G").draw();
        assert_eq!(stage.selected(), id(199), "{keys}");
        stage.press("t G").draw();
        assert_eq!(stage.selected(), *stage.ids().last().expect("some").clone(), "{keys}");
    }
}

#[test]
fn a_filter_is_kept_and_counts_what_stays() {
    let (mut short, mut whole) = (keeping(40), Stage::new(120, 40));
    for stage in [&mut short, &mut whole] {
        let mut feed = feed(200);
        let later = feed.split_off(43);
        stage.feed(feed).filter("kim").press("enter k").feed(later).rest();
    }
    let kept = short.ids().len();
    assert_eq!(rows(&short), rows(&whole)[whole.ids().len() - kept..]);
    short.assert_shows(&format!("Changes matching kim · {kept} of {}", short.model.rows.all()));
    short.press("esc");
    assert!(short.ids().len() >= 40);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// In whatever order changes come, several in a second, some of them from the past, and whatever is pressed meanwhile.
    #[test]
    fn the_rows_are_what_the_history_keeps(
        order in Just((0..60_usize).collect::<Vec<_>>()).prop_shuffle(),
        past in prop::collection::vec(any::<bool>(), 60),
        seconds in prop::collection::vec(0..20_i64, 60),
        keys in prop::collection::vec(prop::sample::select(vec!["", "", "k", "g", "G", "t", "esc", "[", "n", "pgup", "enter", "v"]), 60),
        keep in 5..30_usize,
    ) {
        let story: Vec<Change> = long_story(60).collect();
        let mut stage = keeping(keep);
        for (nth, place) in order.into_iter().enumerate() {
            let provenance = if past[place] { Provenance::History } else { Provenance::Event };
            let time = super::now() - jiff::SignedDuration::from_secs(seconds[place]);
            stage.press(keys[nth]).feed([Feed::Change(Change { provenance, time, ..story[place].clone() }.into())]);
        }
        stage.draw();
        let (kept, model) = (stage.ids(), &stage.model);
        let newest = model.history.iter().rev().take_while(|change| Some(change.time) == model.history.iter().next_back().map(|last| last.time));
        prop_assert!(model.history.len() <= (keep + keep / 8 + 1).max(newest.count() + 1));
        let events = model.history.iter().filter(|change| change.provenance == Provenance::Event);
        prop_assert_eq!(&kept, &events.map(|change| change.id.clone()).collect::<Vec<_>>());
        if let Some(number) = model.selected {
            prop_assert!(model.rows.row(number).is_some() && model.change().is_some());
        }
        prop_assert!(model.offset <= kept.len() && model.paused.is_none_or(|news| news.new <= kept.len()));
    }
}
