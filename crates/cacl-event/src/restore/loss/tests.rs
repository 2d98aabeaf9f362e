use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::testing;

/// The states of a client, one after the other: what is in one and not in the next was not sent. The last may be a deletion.
fn history(states: &[Value]) -> History {
    let mut history = History::default();
    for (nth, state) in (1_u32..).zip(states) {
        let event = match (nth, state) {
            (_, Value::Null) => "DeleteUserPoolClient",
            (1, _) => "CreateUserPoolClient",
            _ => "UpdateUserPoolClient",
        };
        let mut change = testing::call_at(nth, i64::from(nth) * 60, event, state.clone(), state);
        change.client_id = Some(testing::CLIENT.into());
        history.insert(change);
    }
    history
}

fn client() -> ClientKey {
    ClientKey { user_pool: testing::POOL.into(), client: testing::CLIENT.into() }
}

/// The numbers of the changes that took something, and of those of which something is still amiss.
fn told(states: &[Value]) -> (Vec<usize>, Vec<usize>) {
    let history = history(states);
    let losses = losses(&history, &client());
    let number = |loss: &Loss<'_>| history.position(&loss.change.id).expect("known") + 1;
    let now = history.now(&client()).expect("known").settings;
    let now = Some(&now).filter(|_| states.last() != Some(&Value::Null));
    let open = losses.iter().filter(|loss| loss.is_open(now)).map(number).collect();
    (losses.iter().map(number).collect(), open)
}

#[rstest]
#[case::nothing(&[json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["a", "b"]})], &[], &[])]
#[case::reset(&[json!({"logoutURLs": ["a"]}), json!({})], &[2], &[2])]
#[case::taken_out(&[json!({"callbackURLs": ["a", "b"]}), json!({"callbackURLs": ["a"]})], &[2], &[2])]
#[case::taken_out_again(&[json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["a", "b"]}), json!({"callbackURLs": ["a"]})], &[3], &[3])]
#[case::set_to_something_else(&[json!({"accessTokenValidity": 5}), json!({"accessTokenValidity": 6})], &[], &[])]
#[case::reset_to_what_it_was(&[json!({"preventUserExistenceErrors": "LEGACY"}), json!({})], &[], &[])]
#[case::reset_to_a_list_with_all_of_it(&[json!({"explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"]}), json!({})], &[], &[])]
#[case::deleted(&[json!({"callbackURLs": ["a"]}), Value::Null], &[2], &[2])]
#[case::deleted_after_a_loss(&[json!({"logoutURLs": ["a"], "callbackURLs": ["a"]}), json!({"callbackURLs": ["a"]}), Value::Null], &[3, 2], &[3, 2])]
#[case::made_unsafe(&[json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["a", "http://b.example.org"]})], &[2], &[2])]
#[case::made_safe_again(&[json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["a", "http://b.example.org"]}), json!({"callbackURLs": ["a"]})], &[2], &[])]
#[case::put_back(&[json!({"callbackURLs": ["a"], "preventUserExistenceErrors": "ENABLED"}), json!({"callbackURLs": ["b"]}),
    json!({"callbackURLs": ["a"], "preventUserExistenceErrors": "ENABLED"})], &[2], &[])]
#[case::put_back_with_what_was_unsafe_before(&[json!({"callbackURLs": ["http://a.example.org"]}), json!({}),
    json!({"callbackURLs": ["http://a.example.org"]})], &[2], &[])]
#[case::put_back_by_a_default(&[json!({"refreshTokenRotation": {"feature": "DISABLED"}, "logoutURLs": ["a"]}),
    json!({"refreshTokenRotation": {"feature": "ENABLED"}}), json!({"logoutURLs": ["a"]})], &[2], &[])]
#[case::put_back_in_part(&[json!({"callbackURLs": ["a"], "logoutURLs": ["a"]}), json!({"callbackURLs": ["b"]}), json!({"callbackURLs": ["a"]})], &[2], &[2])]
#[case::put_back_and_lost_again(&[json!({"logoutURLs": ["a"]}), json!({}), json!({"logoutURLs": ["a"]}), json!({})], &[4, 2], &[4, 2])]
#[case::one_of_two_put_back(&[json!({"callbackURLs": ["a", "b", "c"]}), json!({"callbackURLs": ["a", "b"]}), json!({"callbackURLs": ["a"]}),
    json!({"callbackURLs": ["a", "b"]})], &[3, 2], &[2])]
#[case::decided_since(&[json!({"accessTokenValidity": 5}), json!({}), json!({"accessTokenValidity": 7})], &[2], &[])]
#[case::kept_by_a_good_change(&[json!({"callbackURLs": ["a"], "logoutURLs": ["a"]}), json!({"callbackURLs": ["a", "b"]}),
    json!({"callbackURLs": ["a", "b"], "logoutURLs": ["a"]}), json!({"callbackURLs": ["a"], "logoutURLs": ["a", "b"]})], &[4, 2], &[4])]
#[case::forgotten_after_a_move(&[json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["b"]}), json!({})], &[3, 2], &[3, 2])]
#[case::forgotten_after_a_move_of_another(&[json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["b"], "preventUserExistenceErrors": "ENABLED"}),
    json!({"callbackURLs": ["b"]})], &[3, 2], &[3, 2])]
#[case::what_made_it_unsafe_is_not_missed(&[json!({"callbackURLs": ["a"]}), json!({"callbackURLs": ["http://b.example.org"]}), json!({})], &[2], &[2])]
#[case::hardened_and_forgotten(&[json!({"clientName": "a"}), json!({"clientName": "a", "explicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
    "preventUserExistenceErrors": "ENABLED"}), json!({"clientName": "a"})], &[3], &[3])]
fn what_was_taken_and_what_is_back(#[case] states: &[Value], #[case] taken: &[usize], #[case] open: &[usize]) {
    assert_eq!(told(states), (taken.to_vec(), open.to_vec()));
}

#[test]
fn without_a_baseline_nothing_is_known_to_be_lost() {
    let mut history = History::default();
    history.insert(testing::call("UpdateUserPoolClient", json!({}), &json!({"clientName": "web"})));
    assert_eq!(losses(&history, &client()), []);
    assert_eq!(losses(&History::default(), &client()), []);
}

#[test]
fn a_refused_call_took_nothing() {
    let mut history = history(&[json!({"logoutURLs": ["a"]})]);
    let mut refused = testing::call_at(2, 120, "UpdateUserPoolClient", json!({}), &Value::Null);
    refused.outcome = crate::Outcome::Failed { code: "AccessDenied".into(), message: None };
    history.insert(refused);
    assert_eq!(losses(&history, &client()), []);
}

fn object(settings: &Settings) -> Value {
    settings.iter().map(|(path, value)| (path.to_owned(), value)).collect::<serde_json::Map<_, _>>().into()
}

proptest! {
    /// Whoever does as told is not told next to undo that.
    #[test]
    fn putting_back_takes_nothing(states in proptest::collection::vec(testing::state(), 1..7), rounds in 1..4u32) {
        let states: Vec<Value> = states.iter().map(object).collect();
        let mut history = history(&states);
        for round in 0..rounds {
            let now = history.now(&client()).expect("known").settings;
            let Some(loss) = losses(&history, &client()).into_iter().find(|loss| loss.is_open(Some(&now))) else { break };
            let lost = loss.change.id.clone();
            let state = object(&history.before(&lost).expect("known").settings);
            history.insert(testing::call_at(100 + round, 6_000 + i64::from(round), "UpdateUserPoolClient", state.clone(), &state));
            let (losses, now) = (losses(&history, &client()), history.now(&client()).expect("known").settings);
            prop_assert!(losses.iter().all(|loss| history.position(&loss.change.id) < Some(states.len())), "{:?}", losses);
            let same = losses.iter().find(|loss| loss.change.id == lost);
            prop_assert!(!same.expect("it was one").is_open(Some(&now)), "what it took is back");
        }
    }
}
