use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::{
    Outcome, Provenance, Settings,
    testing::{CLIENT, POOL, call_at},
};

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn key() -> ClientKey {
    ClientKey { user_pool: POOL.into(), client: CLIENT.into() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a time")
}

/// A call whose response repeats what was sent, with more.
fn call(number: u32, event: &str, sent: Value, more: Value) -> Change {
    let mut client = sent.clone();
    if let (Some(client), Value::Object(more)) = (client.as_object_mut(), more) {
        client.extend(more);
    }
    call_at(number, i64::from(number) * 10, event, sent, &client)
}

fn create(number: u32, sent: Value) -> Change {
    call(number, "CreateUserPoolClient", sent, json!({"refreshTokenValidity": 30}))
}

fn update(number: u32, sent: Value) -> Change {
    call(number, "UpdateUserPoolClient", sent, json!({"clientName": "web", "refreshTokenValidity": 30}))
}

fn history(changes: impl IntoIterator<Item = Change>) -> History {
    let mut history = History::default();
    for change in changes {
        history.insert(change);
    }
    history
}

/// `path how by`, with the number of the change.
fn found(history: &History, moment: Moment<'_>) -> Vec<String> {
    let by = |by: Option<Text>| by.map_or("-".to_owned(), |id| id.trim_start_matches(['0', '-', '4', '8']).to_owned());
    let one = |field: FieldOrigin| format!("{} {} {}", field.path, field.how, by(field.by));
    history.settings_of(&key(), moment).into_iter().map(one).collect()
}

fn story() -> Vec<Change> {
    vec![
        create(1, json!({"clientName": "web", "callbackURLs": ["a"], "logoutURLs": ["x"]})),
        update(2, json!({"callbackURLs": ["a"], "logoutURLs": ["x"], "idTokenValidity": 2})),
        update(3, json!({"callbackURLs": ["a", "b"], "idTokenValidity": 2})),
    ]
}

#[test]
fn each_setting_knows_who_gave_it_its_value() {
    let history = history(story());
    let now = [
        "callbackURLs sent 3",
        "clientName sent 1",
        "idTokenValidity sent 2",
        "logoutURLs reset 3",
        "refreshTokenValidity default 1",
    ];
    assert_eq!(found(&history, Moment::Now), now);
    assert_eq!(found(&history, Moment::After(&id(3))), now);
    let earlier = [
        "callbackURLs sent 1",
        "clientName sent 1",
        "idTokenValidity sent 2",
        "logoutURLs sent 1",
        "refreshTokenValidity default 1",
    ];
    assert_eq!(found(&history, Moment::After(&id(2))), earlier);
    let logout = &history.settings_of(&key(), Moment::Now)[3];
    assert_eq!((&logout.value, logout.since), (&None, Some(at(30))));
}

#[test]
fn whoever_comes_late_is_heard_all_the_same() {
    let in_order = history(story());
    let mut late = story();
    late.reverse();
    let late = history(late);
    assert_eq!(late.settings_of(&key(), Moment::Now), in_order.settings_of(&key(), Moment::Now));
}

#[test]
fn what_is_sent_again_was_set_before() {
    let history = history(story().into_iter().chain([
        update(4, json!({"callbackURLs": ["b", "a"], "idTokenValidity": 3})),
        update(5, json!({"callbackURLs": ["a", "b"], "idTokenValidity": 2})),
    ]));
    let found = found(&history, Moment::Now);
    assert_eq!([&*found[0], &*found[2]], ["callbackURLs sent 3", "idTokenValidity sent 5"]);
}

#[test]
fn what_failed_set_nothing() {
    let mut refused = update(4, json!({"callbackURLs": ["evil"]}));
    refused.outcome = Outcome::Failed { code: "InvalidParameterException".into(), message: None };
    refused.resulting = None;
    let without = history(story());
    let with = history(story().into_iter().chain([refused]));
    assert_eq!(found(&with, Moment::Now), found(&without, Moment::Now));
    assert_eq!(found(&with, Moment::After(&id(4))), found(&without, Moment::Now), "after it all is as it was");
}

#[test]
fn of_what_was_before_all_records_less_is_known() {
    let history = history(story().into_iter().skip(1));
    let now = [
        "callbackURLs sent 3",
        "clientName unknown 2",
        "idTokenValidity stated 2",
        "logoutURLs reset 3",
        "refreshTokenValidity unknown 2",
    ];
    assert_eq!(found(&history, Moment::Now), now);
    assert_eq!(found(&history, Moment::After("nobody")), [""; 0]);
}

#[test]
fn nothing_is_left_of_what_was_deleted() {
    let delete = call_at(4, 40, "DeleteUserPoolClient", json!({}), &Value::Null);
    let history = history(story().into_iter().chain([delete]));
    assert_eq!(found(&history, Moment::Now), [""; 0]);
    assert_eq!(found(&history, Moment::After(&id(3))).len(), 5);
}

#[rstest]
#[case::before_all_records(false, json!({"callbackURLs": ["a"], "logoutURLs": ["x"]}), "callbackURLs described -")]
#[case::as_it_was_made(true, json!({"callbackURLs": ["a"], "logoutURLs": ["x"]}), "callbackURLs sent 1")]
#[case::otherwise_than_it_was_made(true, json!({"callbackURLs": ["b"]}), "callbackURLs described -")]
fn what_was_described_is_an_origin_too(#[case] created: bool, #[case] described: Value, #[case] expected: &str) {
    let create = create(1, json!({"callbackURLs": ["a"], "logoutURLs": ["x"]}));
    let mut history = history(created.then_some(create));
    history.snapshot(key(), at(15), Settings::of_client(&described));
    assert_eq!(found(&history, Moment::Now)[0], expected);
    assert_eq!(found(&history, Moment::Described(at(15)))[0], expected);
    history.insert(update(2, json!({"callbackURLs": described["callbackURLs"], "logoutURLs": ["y"]})));
    let now = found(&history, Moment::Now);
    assert_eq!([&*now[0], &*now[2]], [expected, "logoutURLs sent 2"], "it was sent again");
    assert_eq!(found(&history, Moment::Described(at(15)))[0], expected);
    assert_eq!(history.descriptions(&key()).collect::<Vec<_>>(), [at(15)]);
}

#[test]
fn states_are_compared_whichever_was_first() {
    let mut past = story();
    past[0].provenance = Provenance::History;
    let history = history(past);
    let classes = |one: u32, other: u32| -> Vec<(Class, String)> {
        let rows = history.between(&id(one), &id(other)).expect("known").rows;
        rows.into_iter().map(|row| (row.class, row.path.to_string())).filter(|row| row.0 != Class::Unchanged).collect()
    };
    let of = |class, path: &str| (class, path.to_owned());
    let forth =
        [of(Class::Changed, "callbackURLs"), of(Class::Changed, "idTokenValidity"), of(Class::Removed, "logoutURLs")];
    let back =
        [of(Class::Changed, "callbackURLs"), of(Class::Changed, "idTokenValidity"), of(Class::Added, "logoutURLs")];
    assert_eq!(classes(1, 3), forth);
    assert_eq!(classes(3, 1), back);
    assert_eq!(classes(2, 2), []);
    assert_eq!(history.between(&id(1), "nobody"), None);
}

#[test]
fn a_long_life_is_looked_back_through_without_end() {
    let changes = (1..3_000).map(|number| update(number, json!({"callbackURLs": [format!("{}", number % 2)]})));
    let history = history(changes);
    assert_eq!(found(&history, Moment::Now)[0], "callbackURLs sent 2999");
    assert_eq!(found(&history, Moment::Now)[1], "clientName unknown 1");
}

/// The same by looking at each diff from the last one back.
fn found_slowly(history: &History) -> Vec<String> {
    let last = history.of_client(&key()).next_back().expect("a change");
    let state = history.after(&last.id).expect("known").settings;
    let mut fields = BTreeMap::new();
    for change in history.of_client(&key()).rev() {
        let known = history.before(&change.id).is_some();
        for row in history.diff(&change.id).expect("known").rows {
            let there = state.get(&row.path).is_some() || row.after.is_none() || fields.contains_key(&*row.path);
            if let Some(how) = how(&row, known).filter(|_| there) {
                let by = change.id.trim_start_matches(['0', '-', '4', '8']).to_owned();
                fields.entry(row.path.to_string()).or_insert(format!("{} {how} {by}", row.path));
            }
        }
    }
    fields.into_values().collect()
}

proptest! {
    #[test]
    fn what_is_passed_by_has_done_nothing(
        sent in proptest::collection::vec((0..4_u8, 0..3_u8, 0..3_u8, 0..3_u8), 1..12),
    ) {
        let settings = |(validity, unit, urls, errors): (u8, u8, u8, u8)| {
            let mut sent = json!({});
            if validity > 0 {
                sent["accessTokenValidity"] = validity.into();
            }
            if unit > 0 {
                sent["tokenValidityUnits"] = json!({"accessToken": if unit == 1 { "minutes" } else { "hours" }});
            }
            if urls > 0 {
                sent["callbackURLs"] = ["a", "b"][..usize::from(urls)].into();
            }
            if errors > 0 {
                sent["preventUserExistenceErrors"] = ["ENABLED", "LEGACY"][usize::from(errors - 1)].into();
            }
            sent
        };
        let calls = sent.into_iter().zip(2..).map(|(sent, number)| update(number, settings(sent)));
        let history = history(std::iter::once(create(1, json!({"clientName": "web"}))).chain(calls));
        prop_assert_eq!(found(&history, Moment::Now), found_slowly(&history));
    }
}
