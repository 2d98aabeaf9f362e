use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    BaselineKind, ClientKey, Decoded, History, Hops, Outcome, decode,
    history::{How, Moment},
    report::json_line,
    testing::{self, CLIENT, POOL, call_at},
};

/// The JSON lines of those changes that are wanted.
fn exported(history: &History, wanted: impl Fn(usize) -> bool) -> String {
    let line = |change: &Change| {
        let (diff, judgement) = history.read(&change.id).expect("known");
        json_line(change, history.client_name(&change.id), &diff, &judgement) + "\n"
    };
    history.iter().enumerate().filter(|(nth, _)| wanted(*nth)).map(|(_, change)| line(change)).collect()
}

fn read(lines: &str) -> History {
    let mut history = History::default();
    for decoded in lines.lines().flat_map(decode) {
        match decoded {
            Decoded::Change(change) => drop(history.insert(*change)),
            other => panic!("no change: {other:?}"),
        }
    }
    history
}

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn client() -> ClientKey {
    ClientKey { user_pool: POOL.into(), client: CLIENT.into() }
}

/// A client that was made, got another name and another scope, lost a setting, and was deleted.
fn life() -> History {
    let states = [
        json!({"clientName": "web", "logoutURLs": ["https://a.example.org"], "allowedOAuthScopes": ["a"]}),
        json!({"clientName": "shop", "logoutURLs": ["https://a.example.org"], "allowedOAuthScopes": ["a", "b"]}),
        json!({"clientName": "shop", "allowedOAuthScopes": ["a", "b"]}),
        Value::Null,
    ];
    let mut history = History::default();
    for (number, state) in (1_u32..).zip(&states) {
        let event = ["CreateUserPoolClient", "UpdateUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient"];
        let mut sent = state.clone();
        // An update keeps the name without being told.
        sent.as_object_mut().filter(|_| number == 3).and_then(|sent| sent.remove("clientName"));
        history.insert(call_at(number, i64::from(number) * 60, event[number as usize - 1], sent, state));
    }
    history
}

#[test]
fn an_export_knows_what_was_before_all_that_is_in_it() {
    let whole = life();
    let read = read(&exported(&whole, |nth| nth == 2));
    let before = read.before(&id(3)).expect("known");
    assert_eq!((&before.settings, before.kind), (&whole.before(&id(3)).expect("known").settings, BaselineKind::Event));
    assert_eq!(before.from, None, "the change that led to it is not there");
    assert_eq!(read.read(&id(3)), whole.read(&id(3)));
}

#[test]
fn a_deletion_keeps_the_name_that_the_client_had_at_last() {
    let whole = life();
    // The renaming is left out.
    let read = read(&exported(&whole, |nth| nth == 0 || nth == 3));
    assert_eq!(read.client_name(&id(4)), Some("shop"));
    assert_eq!(read.before(&id(4)).expect("known").settings, whole.before(&id(4)).expect("known").settings);
}

#[test]
fn where_both_agree_the_change_that_led_there_is_known() {
    let whole = life();
    let read = read(&exported(&whole, |_| true));
    assert_eq!(read.before(&id(3)), whole.before(&id(3)));
    assert_eq!(read.before(&id(3)).expect("known").from.as_deref(), Some(&*id(2)));
}

/// A change of the [`life`], at its stations.
fn seen(number: usize, ingested: i64, screen: i64) -> Change {
    let mut change = life().at(number).expect("there").clone();
    let at = |second| Timestamp::from_second(1_790_000_000 + second).ok();
    change.hops =
        Hops { lambda: Some(change.time), log: Some(change.time), ingested: at(ingested), screen: at(screen) };
    change
}

#[test]
fn a_line_that_was_told_live_did_not_know_what_came_too_late() {
    // The renaming comes when the update a minute after it has been told, or is just being told.
    for late in [300, 200] {
        let mut live = History::default();
        let told = [seen(0, 61, 62), seen(2, 181, 200), seen(1, late, late)].map(|change| {
            let place = change.id.clone();
            live.insert(change);
            exported(&live, |nth| live.at(nth).is_some_and(|change| change.id == place))
        });
        let early = read(&told[..2].concat()).before(&id(3)).expect("told");
        assert_eq!(early.settings, life().before(&id(2)).expect("known").settings);
        let read = read(&told.concat());
        assert_eq!((read.before(&id(3)), read.diff(&id(3))), (life().before(&id(3)), life().diff(&id(3))));
    }
}

#[test]
fn a_line_that_was_told_by_a_description_is_told_by_what_led_there() {
    let mut live = History::default();
    let renamed = life().before(&id(3)).expect("known").settings;
    live.snapshot(client(), Timestamp::from_second(1_790_000_130).expect("a time"), renamed);
    let told = [seen(2, 181, 182), seen(1, 300, 300)].map(|change| {
        let place = change.id.clone();
        live.insert(change);
        exported(&live, |nth| live.at(nth).is_some_and(|change| change.id == place))
    });
    assert_eq!(read(&told[0]).before(&id(3)).expect("told").kind, BaselineKind::Snapshot);
    assert_eq!(read(&told.concat()).before(&id(3)), life().before(&id(3)));
}

#[test]
fn a_line_that_was_told_live_may_know_what_is_not_here() {
    // The creation comes last, and the renaming that the update knew of is left out.
    let mut live = History::default();
    let told = [seen(1, 121, 122), seen(2, 181, 182), seen(0, 300, 300)].map(|change| {
        let place = change.id.clone();
        live.insert(change);
        exported(&live, |nth| live.at(nth).is_some_and(|change| change.id == place))
    });
    let read = read(&told[1..].concat());
    assert_eq!(read.before(&id(3)).expect("told").settings, life().before(&id(3)).expect("known").settings);
    assert_eq!(read.diff(&id(3)), life().diff(&id(3)));
}

#[test]
fn the_settings_before_an_export_are_known_and_who_set_them_is_not() {
    let read = read(&exported(&life(), |nth| nth == 2));
    let fields = read.settings_of(&client(), Moment::After(&id(3)));
    let told: Vec<_> = fields.iter().map(|field| (&*field.path, field.how, field.by.as_deref())).collect();
    let (reset, unknown) = ((How::Reset, Some(&*id(3))), (How::Unknown, None));
    let expected = [("allowedOAuthScopes", unknown), ("clientName", unknown), ("logoutURLs", reset)];
    assert_eq!(told, expected.map(|(path, (how, by))| (path, how, by)));
}

#[test]
fn what_an_export_says_is_masked_and_nonsense_is_nothing() {
    let line = exported(&life(), |nth| nth == 2);
    let mut line: Value = serde_json::from_str(&line).expect("JSON");
    line["diff"] = json!([{"path": "x.secretString", "class": "unchanged", "before": "planted", "after": "planted"}]);
    let before = read(&line.to_string()).before(&id(3)).expect("known").settings;
    assert_eq!(before.get("x.secretString"), Some(json!("HIDDEN_BY_CACL")));
    for (name, value) in [("baseline", json!("none")), ("baseline", json!("rubbish")), ("diff", json!(null))] {
        let mut line = line.clone();
        line[name] = value;
        assert_eq!(read(&line.to_string()).before(&id(3)), None, "{name}");
    }
}

/// Calls in the life of one client: some without a response, some refused, and of two that were made within a second.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let one = (testing::state(), testing::state(), 0..8u8, any::<bool>(), 0..4i64);
    proptest::collection::vec(one, 1..10).prop_map(|calls| {
        let mut second = 0;
        let call = |(number, (sent, filled, what, silent, later)): (u32, (Settings, Settings, u8, bool, i64))| {
            second += later;
            let object = |settings: &mut dyn Iterator<Item = (&str, Value)>| -> Value {
                settings.map(|(path, value)| (path.to_owned(), value)).collect::<serde_json::Map<_, _>>().into()
            };
            let response = object(&mut filled.iter().chain(sent.iter()));
            let response = if silent || what < 3 { Value::Null } else { response };
            let event = match what {
                0 => "DeleteUserPoolClient",
                1 => "SetUICustomization",
                _ if number == 1 => "CreateUserPoolClient",
                _ => "UpdateUserPoolClient",
            };
            let mut record = testing::record(event, object(&mut sent.iter()), &response);
            record["eventID"] = json!(id(number));
            record["requestParameters"]["clientId"] = json!(CLIENT);
            let time = Timestamp::from_second(1_790_000_000 + second).expect("a time");
            record["eventTime"] = json!(time.to_string());
            match what {
                2 => record["errorCode"] = json!("InvalidParameterException"),
                7 if silent => {
                    record["errorCode"] = json!("AccessDenied");
                    record["requestParameters"] = json!({"userPoolId": POOL, "clientId": CLIENT});
                }
                _ => {}
            }
            testing::change(&record)
        };
        (1..).zip(calls).map(call).collect()
    })
}

proptest! {
    #[test]
    fn what_was_exported_is_exported_again(
        changes in changes(), kept in any::<u16>(), again in any::<u16>(), described in proptest::option::of((0..20i64, testing::state())),
    ) {
        let mut whole = History::default();
        for change in changes {
            whole.insert(change);
        }
        if let Some((second, settings)) = described {
            let taken = Timestamp::from_second(1_790_000_000 + second).expect("a time");
            whole.snapshot(client(), taken, settings);
        }
        let is_in = |set: u16| move |nth: usize| set >> nth & 1 == 1;
        let first = exported(&whole, is_in(kept));
        let read_once = read(&first);
        prop_assert_eq!(&exported(&read_once, |_| true), &first);
        // Of a part of it, too; and whatever the order of the lines.
        let part = exported(&read_once, is_in(again));
        let backwards: String = part.lines().rev().map(|line| line.to_owned() + "\n").collect();
        prop_assert_eq!(&exported(&read(&backwards), |_| true), &part);
    }

    #[test]
    fn of_two_tellings_the_order_does_not_matter(changes in changes(), kept in any::<u16>()) {
        let mut whole = History::default();
        for change in changes.clone() {
            whole.insert(change);
        }
        let lines = exported(&whole, |nth| kept >> nth & 1 == 1);
        let (mut one, mut other) = (read(&lines), History::default());
        for change in changes {
            other.insert(change.clone());
            one.insert(change);
        }
        for decoded in lines.lines().flat_map(decode) {
            if let Decoded::Change(change) = decoded {
                other.insert(*change);
            }
        }
        prop_assert_eq!(exported(&one, |_| true), exported(&other, |_| true));
        prop_assert_eq!(exported(&one, |_| true), exported(&whole, |_| true), "and nothing is known worse");
    }
}

#[test]
fn an_outcome_is_no_matter_here() {
    let mut refused = call_at(1, 0, "UpdateUserPoolClient", json!({}), &Value::Null);
    refused.sent = None;
    refused.outcome = Outcome::Failed { code: "AccessDenied".into(), message: None };
    refused.known = Some(Box::new(Known {
        client_name: None,
        before: Some(Baseline { settings: Settings::default(), kind: BaselineKind::History, from: None }),
    }));
    let derived = Baseline { settings: testing::settings(json!({"a": 1})), kind: BaselineKind::Event, from: None };
    let found = before(&refused, Some(&derived)).expect("known");
    assert_eq!((found.settings, found.kind), (derived.settings, BaselineKind::History));
}
