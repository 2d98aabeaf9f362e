use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    Class, Hops, Provenance,
    testing::{CLIENT, POOL, call_at, state},
};

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn key() -> ClientKey {
    ClientKey { user_pool: POOL.into(), client: CLIENT.into() }
}

fn update(number: u32, second: i64, scope: &str) -> Change {
    let parameters = json!({"allowedOAuthScopes": [scope]});
    call_at(number, second, "UpdateUserPoolClient", parameters.clone(), &parameters)
}

fn failed(mut change: Change) -> Change {
    change.outcome = crate::Outcome::Failed { code: "InvalidParameterException".into(), message: None };
    change.resulting = None;
    change
}

fn history(changes: impl IntoIterator<Item = Change>) -> History {
    let mut history = History::default();
    for change in changes {
        history.insert(change);
    }
    history
}

fn scope_before(history: &History, number: u32) -> Option<Value> {
    history.before(&id(number))?.settings.get("allowedOAuthScopes")
}

#[test]
fn the_baseline_is_the_nearest_earlier_success() {
    let history = history([update(1, 10, "a"), failed(update(2, 20, "b")), update(3, 30, "c"), update(4, 40, "d")]);
    assert_eq!(history.before(&id(1)), None);
    assert_eq!(scope_before(&history, 2), Some(json!(["a"])));
    assert_eq!(scope_before(&history, 3), Some(json!(["a"])));
    assert_eq!(scope_before(&history, 4), Some(json!(["c"])));
    assert_eq!(history.before(&id(4)).expect("known").from.as_deref(), Some(&*id(3)));
    assert_eq!(history.diff(&id(1)).expect("known").baseline, BaselineKind::None);
}

/// One second of a client: it is made, updated, its deletion refused, and deleted.
fn within_a_second(ids: [u32; 4]) -> [Change; 4] {
    let made = json!({"clientName": "web", "allowedOAuthScopes": ["a"]});
    [
        call_at(ids[0], 10, "CreateUserPoolClient", made.clone(), &made),
        update(ids[1], 10, "b"),
        failed(call_at(ids[2], 10, "DeleteUserPoolClient", json!({}), &Value::Null)),
        call_at(ids[3], 10, "DeleteUserPoolClient", json!({}), &Value::Null),
    ]
}

#[test]
fn within_a_second_a_client_is_made_first_and_deleted_last() {
    for ids in [[1, 2, 3, 4], [4, 3, 2, 1], [2, 4, 1, 3], [3, 1, 4, 2]] {
        let [created, updated, refused, deleted] = ids;
        for late in 0..4 {
            let mut changes = within_a_second(ids).to_vec();
            changes.rotate_left(late);
            let history = history(changes);
            assert_eq!(history.before(&id(created)).expect("known").settings, Settings::default());
            assert_eq!(scope_before(&history, updated), Some(json!(["a"])), "{ids:?}");
            assert_eq!(scope_before(&history, deleted), Some(json!(["b"])), "{ids:?}");
            assert!(scope_before(&history, refused).is_some(), "{ids:?}");
            assert!(history.iter().is_sorted_by_key(|change| &change.id), "all together they stand as ever");
            let own: Vec<_> = history.of_client(&key()).map(Change::turn).collect();
            assert!(own.is_sorted() && own.len() == 4, "{own:?}");
            assert_eq!(history.settings_of(&key(), Moment::Now), [], "it is gone");
            assert!(history.dependants(&id(created)).contains(&id(updated).into()));
        }
    }
}

#[test]
fn a_second_is_forgotten_as_a_whole() {
    let [created, updated, refused, deleted] = within_a_second([9, 1, 2, 3]);
    for keep in 1..=3 {
        let mut history = history([updated.clone(), created.clone(), refused.clone(), update(10, 20, "c")]);
        history.forget(keep);
        assert_eq!((history.len(), history.get(&id(9))), (1, None));
        assert_eq!(scope_before(&history, 10), Some(json!(["b"])));
        assert_eq!(history.insert(created.clone()), Inserted::Known);
        assert_eq!(scope_before(&history, 10), Some(json!(["b"])));
    }
    let mut history = history([update(8, 0, "z"), updated, created, refused, deleted]);
    for (keep, stay) in [(2, 4), (1, 4), (0, 0)] {
        history.forget(keep);
        assert_eq!(history.len(), stay, "of the newest second all stays, unless nothing shall");
    }
}

#[test]
fn a_late_event_takes_its_place_and_its_neighbours_are_seen_anew() {
    let mut history = history([update(1, 10, "a"), update(3, 30, "c"), update(4, 40, "d")]);
    assert_eq!(scope_before(&history, 3), Some(json!(["a"])));
    assert_eq!(history.insert(update(2, 20, "b")), Inserted::New);
    assert_eq!(scope_before(&history, 3), Some(json!(["b"])));
    assert_eq!(history.dependants(&id(2)), [id(3).into()]);
    assert_eq!(history.position(&id(2)), Some(1));
    assert_eq!(history.at(1).map(|change| &*change.id), Some(&*id(2)));
    let order: Vec<_> = history.of_client(&key()).map(|change| change.time).collect();
    assert!(order.is_sorted());
}

#[test]
fn dependants_go_up_to_the_next_that_settles() {
    let silent = call_at(3, 30, "UpdateUserPoolClient", json!({"allowedOAuthScopes": ["c"]}), &Value::Null);
    let history =
        history([update(1, 10, "a"), failed(update(2, 20, "b")), silent, update(4, 40, "d"), update(5, 50, "e")]);
    assert_eq!(history.dependants(&id(1)), [id(2).into(), id(3).into(), id(4).into()]);
    assert_eq!(history.dependants(&id(5)), []);
    assert_eq!(history.dependants("unknown"), []);
}

#[test]
fn many_refused_calls_make_no_look_back_long() {
    let refused = failed(update(2, 20, "b"));
    let refused = (0..30_000).map(|number| {
        let time = refused.time + jiff::SignedDuration::from_secs(number);
        Change { id: format!("refused-{number}").into(), time, client_name: None, ..refused.clone() }
    });
    let history = history(std::iter::once(update(1, 10, "a")).chain(refused));
    for change in history.iter().skip(1) {
        let before = history.before(&change.id).expect("known");
        assert_eq!((before.from.as_deref(), history.client_name(&change.id)), (Some(&*id(1)), None));
    }
}

#[test]
fn after_a_deletion_there_is_nothing() {
    let history = history([
        update(1, 10, "a"),
        call_at(2, 20, "DeleteUserPoolClient", json!({}), &Value::Null),
        call_at(3, 30, "DeleteUserPoolClient", json!({}), &Value::Null),
    ]);
    assert_eq!(history.diff(&id(2)).expect("known").summary().removed, 1);
    assert_eq!(history.before(&id(3)).expect("known").settings, Settings::default());
}

#[test]
fn an_event_that_hides_its_result_leaves_the_state_unknown() {
    let mut hidden = update(2, 20, "b");
    (hidden.sent, hidden.resulting) = (None, None);
    let history = history([update(1, 10, "a"), hidden, update(3, 30, "c")]);
    assert_eq!(history.before(&id(3)), None);
}

#[test]
fn what_history_told_says_so() {
    let mut told = update(1, 10, "a");
    told.provenance = Provenance::History;
    let history = history([told, update(2, 20, "b")]);
    assert_eq!(history.diff(&id(2)).expect("known").baseline, BaselineKind::History);
}

#[test]
fn a_snapshot_is_used_until_an_event_tells_more() {
    let described = |scope: &str| [("allowedOAuthScopes", json!([scope]))].into_iter().collect::<Settings>();
    let at = |second: i64| Timestamp::from_second(1_790_000_000 + second).expect("a time");
    let mut history = history([update(2, 20, "b"), update(4, 40, "d"), update(6, 60, "f")]);
    history.snapshot(key(), at(10), described("ten"));
    history.snapshot(key(), at(40), described("forty"));
    history.snapshot(key(), at(50), described("fifty"));
    assert_eq!(scope_before(&history, 2), Some(json!(["ten"])));
    assert_eq!(history.diff(&id(2)).expect("known").baseline, BaselineKind::Snapshot);
    assert_eq!(scope_before(&history, 4), Some(json!(["b"])), "within a second nothing tells which was first");
    assert_eq!(scope_before(&history, 6), Some(json!(["fifty"])), "something happened that was not seen");
}

#[test]
fn an_event_that_says_the_same_as_a_snapshot_tells_more() {
    let mut history = history([update(2, 20, "b"), update(4, 40, "d")]);
    let taken = Timestamp::from_second(1_790_000_030).expect("a time");
    history.snapshot(key(), taken, [("allowedOAuthScopes", json!(["b"]))].into_iter().collect());
    assert_eq!(history.before(&id(4)).expect("known").from.as_deref(), Some(&*id(2)));
}

#[test]
fn the_name_is_found_where_it_was_told() {
    let telling = |number, second, name: &str| {
        call_at(number, second, "UpdateUserPoolClient", json!({}), &json!({"clientName": name}))
    };
    let history = history([
        call_at(1, 10, "UpdateUserPoolClient", json!({}), &Value::Null),
        telling(2, 20, "old"),
        call_at(3, 30, "UpdateUserPoolClient", json!({}), &Value::Null),
        telling(4, 40, "new"),
        call_at(5, 50, "DeleteUserPoolClient", json!({}), &Value::Null),
    ]);
    let names: Vec<_> = (1..=5).map(|number| history.client_name(&id(number))).collect();
    assert_eq!(names, [Some("old"), Some("old"), Some("old"), Some("new"), Some("new")]);
    assert_eq!(history.before(&id(4)).expect("known").settings.get("clientName"), Some(json!("old")));
    assert_eq!(history.client_name("unknown"), None);
}

#[test]
fn seen_again_more_may_be_known() {
    let mut history = History::default();
    let change = update(1, 10, "a");
    assert_eq!(history.insert(change.clone()), Inserted::New);
    assert_eq!(history.insert(change.clone()), Inserted::Known);
    let seen = Hops { screen: Some(change.time), ..Hops::default() };
    assert_eq!(history.insert(Change { hops: seen, ..change.clone() }), Inserted::Enriched);
    assert_eq!(history.insert(change), Inserted::Known);
    assert_eq!(history.get(&id(1)).expect("known").hops, seen);
    assert_eq!(history.len(), 1);
}

#[test]
fn denied_calls_without_parameters_have_their_place_too() {
    let mut record = crate::testing::record("UpdateUserPoolClient", json!({}), &Value::Null);
    record["requestParameters"] = Value::Null;
    record["errorCode"] = json!("AccessDenied");
    let history = history([crate::testing::change(&record), update(2, 20, "b")]);
    assert_eq!((history.len(), history.of_client(&key()).count()), (2, 1));
    let denied = history.iter().find(|change| !change.outcome.is_success()).expect("there");
    assert_eq!(history.diff(&denied.id).expect("known").rows, []);
}

/// Changes with few ids, times, clients and tellings, so that they meet: repeated, contradicting, at one time.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = (1..8u32, 0..6i64, 0..5u8, state(), any::<bool>(), proptest::option::of(0..3i64));
    let change = one.prop_map(|(number, second, what, after, told, hop)| {
        let flat: Value =
            after.iter().map(|(path, value)| (path.to_owned(), value)).collect::<serde_json::Map<_, _>>().into();
        let response = if what == 4 { Value::Null } else { flat.clone() };
        let event = ["UpdateUserPoolClient", "CreateUserPoolClient", "DeleteUserPoolClient", "SetUICustomization"];
        let event = event.get(usize::from(what)).copied().unwrap_or("UpdateUserPoolClient");
        let mut change = call_at(number, second, event, flat, &response);
        if told {
            change.provenance = Provenance::History;
        }
        change.hops.lambda = hop.and_then(|hop| Timestamp::from_second(1_790_000_100 + hop).ok());
        // Whether it failed is told by the record in life; here it must not differ between tellings of one id.
        if number % 3 == 0 { failed(change) } else { change }
    });
    proptest::collection::vec(change, 0..12)
}

fn told(history: &History) -> Vec<(Change, Diff, Judgement, Option<String>)> {
    let one = |change: &Change| {
        let (diff, judgement) = (history.diff(&change.id), history.judge(&change.id));
        assert_eq!(
            history.read(&change.id),
            diff.clone().zip(judgement.clone()),
            "judging needs no more than it looks at"
        );
        let name = history.client_name(&change.id).map(str::to_owned);
        (change.clone(), diff.expect("known"), judgement.expect("known"), name)
    };
    history.iter().map(one).collect()
}

#[test]
fn what_is_forgotten_is_still_what_was_before() {
    let mut history = history([update(1, 10, "a"), update(2, 20, "b"), update(3, 30, "c")]);
    history.forget(5);
    assert_eq!(history.len(), 3, "there was nothing to forget");
    history.forget(1);
    assert_eq!((history.len(), history.get(&id(2)), history.position(&id(3))), (1, None, Some(0)));
    assert_eq!(history.before(&id(3)).expect("known").from.as_deref(), Some(&*id(2)));
    history.forget(0);
    assert_eq!((history.len(), history.clients().count()), (0, 1));
    assert_eq!(history.insert(update(4, 40, "d")), Inserted::New);
    assert_eq!(scope_before(&history, 4), Some(json!(["c"])));
}

#[test]
fn told_again_what_is_forgotten_is_no_news() {
    let past = Change { provenance: Provenance::History, ..update(1, 10, "a") };
    let mut history = history([past, update(2, 20, "b"), update(4, 40, "d")]);
    history.forget(0);
    assert_eq!(history.insert(update(2, 20, "b")), Inserted::Known);
    assert_eq!(history.insert(update(4, 40, "d")), Inserted::Known);
    assert_eq!(history.insert(update(1, 10, "a")), Inserted::New, "as an event it was not told yet");
    assert_eq!(history.insert(update(3, 30, "c")), Inserted::New);
    assert_eq!(history.before(&id(3)), None, "whoever comes that late finds nothing known");
    history.insert(update(5, 50, "e"));
    assert_eq!(scope_before(&history, 5), Some(json!(["d"])), "and does not stand before what is later");
    history.forget(0);
    history.insert(update(6, 60, "f"));
    assert_eq!(scope_before(&history, 6), Some(json!(["e"])));
}

proptest! {
    #[test]
    fn forgetting_does_not_change_what_is_known_of_later_changes(
        changes in changes(), more in changes(), keeps in proptest::collection::vec(0..8usize, 1..3),
        snapshots in proptest::collection::vec((0..6i64, state()), 0..2), later in proptest::option::of((6..9i64, state())),
    ) {
        let mut whole = history(changes);
        let at = |second: i64| Timestamp::from_second(1_790_000_000 + second).expect("a time");
        for (second, settings) in snapshots {
            whole.snapshot(key(), at(second), settings);
        }
        let mut short = whole.clone();
        let mut last_gone = None;
        let mut late = more;
        for keep in keeps {
            if let Some(gone) = short.len().checked_sub(keep + 1) {
                last_gone = last_gone.max(short.at(gone).map(|change| change.time));
            }
            short.forget(keep);
            prop_assert!(short.len() <= keep || short.iter().all(|change| Some(change.time) == short.at(0).map(|first| first.time)));
            for change in late.drain(..late.len() / 2) {
                // Of what was forgotten, and of what is no later, nothing more is to be learnt.
                if last_gone.is_none_or(|gone| change.time > gone) && (short.get(&change.id).is_some() || whole.get(&change.id).is_none()) {
                    whole.insert(change.clone());
                    short.insert(change);
                }
            }
        }
        if let Some((second, settings)) = later {
            for history in [&mut whole, &mut short] {
                history.snapshot(key(), at(second), settings.clone());
            }
        }
        let whole: std::collections::HashMap<_, _> = told(&whole).into_iter().map(|told| (told.0.id.clone(), told)).collect();
        for told in told(&short) {
            prop_assert_eq!(&whole[&told.0.id], &told);
        }
    }

    #[test]
    fn order_and_repetition_of_inserts_do_not_matter(
        (changes, shuffled) in changes().prop_flat_map(|changes| {
            let twice = changes.iter().chain(&changes).cloned().collect::<Vec<_>>();
            (Just(changes), Just(twice).prop_shuffle())
        })
    ) {
        let (once, often) = (history(changes), history(shuffled));
        prop_assert_eq!(told(&once), told(&often));
        prop_assert!(once.iter().map(|change| (change.time, change.id.clone())).is_sorted());
        for key in once.clients() {
            let mut of_one: Vec<_> = once.iter().filter(|change| change.client_key().as_ref() == Some(key)).collect();
            of_one.sort_by_key(|change| (change.time, change.turn()));
            prop_assert!(once.of_client(key).eq(of_one));
        }
    }

    #[test]
    fn only_dependants_are_seen_anew(changes in changes(), late in changes()) {
        let mut history = history(changes);
        for late in late {
            if history.get(&late.id).is_some() {
                continue;
            }
            let before: Vec<_> = history.iter().map(|change| (change.id.clone(), history.diff(&change.id))).collect();
            let late_id = late.id.clone();
            history.insert(late);
            let dependants = history.dependants(&late_id);
            for (id, diff) in before {
                prop_assert!(dependants.contains(&id) || history.diff(&id) == diff);
            }
        }
    }

    #[test]
    fn a_diff_leads_from_state_to_state(states in proptest::collection::vec(state(), 1..6)) {
        let mut changes = Vec::new();
        for (number, state) in states.iter().enumerate() {
            let number = u32::try_from(number).expect("few");
            let mut change = call_at(number, i64::from(number), "UpdateUserPoolClient", json!({}), &Value::Null);
            (change.sent, change.resulting) = (Some(state.clone()), Some(state.clone()));
            changes.push(change);
        }
        let history = history(changes);
        for (change, state) in history.iter().zip(&states) {
            let diff = history.diff(&change.id).expect("known");
            let before = history.before(&change.id).map(|baseline| baseline.settings).unwrap_or_default();
            prop_assert_eq!(&diff.apply(&before), state);
            prop_assert!(diff.rows.iter().all(|row| row.class != Class::Reset || row.before.is_some()));
        }
    }
}
