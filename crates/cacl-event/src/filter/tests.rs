use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::testing;

/// Seconds after which the change was looked at.
const LATER: i64 = 3_600;

fn parsed(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A history of a creation and of an update that drops a scope, adds a URL and forgets a setting.
fn history() -> History {
    let before = json!({"clientName": "Web Shop", "allowedOAuthScopes": ["openid", "api/write"], "refreshTokenValidity": 30,
        "callbackURLs": ["https://shop.example.org/cb"], "preventUserExistenceErrors": "ENABLED"});
    let sent = json!({"allowedOAuthScopes": ["openid"], "callbackURLs": ["https://shop.example.org/cb", "http://evil.example.net/"]});
    let after = json!({"clientName": "Web Shop", "allowedOAuthScopes": ["openid"], "refreshTokenValidity": 30,
        "callbackURLs": ["https://shop.example.org/cb", "http://evil.example.net/"]});
    let mut history = History::default();
    let mut create = testing::call_at(1, 0, "CreateUserPoolClient", before.clone(), &before);
    create.client_id = Some(testing::CLIENT.into());
    history.insert(create);
    history.insert(testing::call_at(2, 60, "UpdateUserPoolClient", sent, &after));
    history
}

fn now(change: &Change) -> Timestamp {
    Timestamp::from_second(change.time.as_second() + LATER).expect("a time")
}

fn gist(history: &History, change: &Change) -> Option<Gist> {
    Reading::of(history, &change.id).as_ref().map(Gist::from)
}

/// Whether the update of [`history`] passes.
fn passes(text: &str) -> bool {
    let history = history();
    let change = history.at(1).expect("two");
    let client_name = history.client_name(&change.id);
    let subject = Subject { change, client_name, gist: None, now: now(change) };
    let filter = parsed(text);
    let holds = filter.matches(&subject, || Reading::of(&history, &change.id));
    let known = Subject { gist: gist(&history, change), ..subject };
    assert_eq!(filter.matches(&known, || Reading::of(&history, &change.id)), holds, "with the gist known: {text}");
    let mut search = filter.search();
    for _ in 0..2 {
        assert_eq!(search.matches(&subject, || Reading::of(&history, &change.id)), holds, "a search: {text}");
    }
    holds
}

#[rstest]
#[case::everything("")]
#[case::client("client:web")]
#[case::client_any_case("CLIENT:WEB")]
#[case::quoted("client:\"web shop\"")]
#[case::whole("client=\"web shop\"")]
#[case::client_id("client:3k1v9s0")]
#[case::actor("actor:ana")]
#[case::arn("actor:user/ana")]
#[case::event("event:update")]
#[case::list("event:delete,update")]
#[case::whole_event("event=UpdateUserPoolClient")]
#[case::origin("origin:cli")]
#[case::outcome("outcome:succeeded")]
#[case::account("account:123456789012")]
#[case::region("region:eu-")]
#[case::pool("pool:Zq4TrPm9K")]
#[case::ip("ip:198.51.100.7")]
#[case::ip_block("ip:198.51.100.0/24")]
#[case::ip_blocks("ip:192.0.2.0/24,198.51.0.0/16")]
#[case::agent("agent:aws-cli")]
#[case::severity("sev>=high")]
#[case::severity_exact("sev:high")]
#[case::severity_list("severity=high,critical")]
#[case::severity_below("sev<critical")]
#[case::severity_not("sev!=low")]
#[case::path("path:scopes")]
#[case::paths("path:scopes path:callbackURLs")]
#[case::class("class:reset")]
#[case::path_of_class("path:preventUserExistenceErrors class:reset")]
#[case::unchanged("path:clientName class:unchanged")]
#[case::value_lost("value:api/write")]
#[case::value_came("value:evil.example.net path:callback class:changed")]
#[case::value_reset("value:enabled class:reset")]
#[case::rule("rule:url-plain-http")]
#[case::since("since:2h")]
#[case::since_composed("since:1h1m")]
#[case::until("until:30m")]
#[case::day("time:2026-09-21")]
#[case::days("since:2026-09-21 until:2026-09-21")]
#[case::time("time>2026-09-21T14:13:20Z time<=2026-09-21T16:14:20+02:00")]
#[case::word("ana")]
#[case::word_sent("evil.example.net")]
#[case::word_path("CALLBACKurls")]
#[case::word_value_packed("OPENID")]
#[case::words("web 198.51 update")]
#[case::url("http://evil")]
#[case::arn_word("arn:aws:iam::123456789012")]
#[case::negated("-client:admin")]
#[case::negated_word("!alice")]
#[case::negated_rule("-rule:root-call")]
#[case::all_at_once("client:web sev>=high actor:ana event:update origin:cli since:2h shop")]
fn holds(#[case] text: &str) {
    assert!(passes(text), "{text}");
}

#[rstest]
#[case::client("client:admin")]
#[case::whole("client=web")]
#[case::actor("actor:alice")]
#[case::event("event:delete")]
#[case::origin("origin:console")]
#[case::outcome("outcome:failed")]
#[case::ip("ip:198.51.100.8")]
#[case::ip_block("ip:198.51.101.0/24")]
#[case::ip_other_family("ip:2001:db8::/32")]
#[case::severity("sev>high")]
#[case::severity_not("sev!=high")]
#[case::path("path:logoutURLs")]
#[case::path_unchanged("path:clientName")]
#[case::path_of_class("path:scopes class:reset")]
#[case::value_kept("value:shop.example.org")]
#[case::rule("rule:root-call")]
#[case::since("since:59m59s")]
#[case::until("until:2h")]
#[case::day("time:2026-09-22")]
#[case::after_the_day("time>2026-09-21")]
#[case::before_the_day("time<2026-09-21")]
#[case::word("alice")]
#[case::word_lost("api/write")]
#[case::negated("-client:web")]
#[case::negated_word("-ana")]
#[case::negated_list("-event:update,delete")]
#[case::negated_class("-class:reset")]
#[case::negated_path("-path:scopes")]
#[case::twice_negated("-sev!=low")]
#[case::one_of_many("client:web actor:ana alice")]
#[case::punctuation("\"[]\"")]
fn does_not_hold(#[case] text: &str) {
    assert!(!passes(text), "{text}");
}

#[test]
fn what_failed_is_found() {
    let mut denied = testing::record("UpdateUserPoolClient", json!({}), &Value::Null);
    denied["errorCode"] = json!("AccessDenied");
    denied["errorMessage"] = json!("User is not authorized to perform that");
    let change = testing::change(&denied);
    let mut history = History::default();
    history.insert(change.clone());
    let subject = Subject { change: &change, client_name: None, gist: gist(&history, &change), now: now(&change) };
    for (text, expected) in [
        ("outcome:failed", true),
        ("outcome:denied", true),
        ("outcome:succeeded", false),
        ("error:accessdenied", true),
        ("error:\"not authorized\"", true),
        ("denied", true),
        ("authorized", true),
        ("sev:high", true),
    ] {
        assert_eq!(parsed(text).matches(&subject, || None), expected, "{text}");
    }
}

#[rstest]
#[case("client:web ana", Needs::Facts, 0)]
#[case("sev>=high", Needs::Gist, 0)]
#[case("sev>=high class:reset -rule:root-call", Needs::Gist, 0)]
#[case("class:reset path:scopes rule:url-plain-http", Needs::Reading, 1)]
#[case::cheap_terms_first("path:scopes alice", Needs::Reading, 0)]
#[case::gist_before_rows("path:scopes class:defaulted", Needs::Reading, 0)]
fn a_reading_is_asked_for_late_and_once(#[case] text: &str, #[case] needs: Needs, #[case] expected: usize) {
    let history = history();
    let change = history.at(1).expect("two");
    let subject = Subject { change, client_name: None, gist: gist(&history, change), now: now(change) };
    let mut asked = 0;
    parsed(text).matches(&subject, || {
        asked += 1;
        Reading::of(&history, &change.id)
    });
    assert_eq!((parsed(text).needs(), asked), (needs, expected));
}

#[rstest]
#[case::positive("class:reset", false)]
#[case::negative("-class:reset", true)]
#[case::severity("sev:info", false)]
#[case::known_facts("event:update", true)]
fn without_a_reading_nothing_is_claimed(#[case] text: &str, #[case] expected: bool) {
    let history = history();
    let change = history.at(1).expect("two");
    let subject = Subject { change, client_name: None, gist: None, now: now(change) };
    assert_eq!(parsed(text).matches(&subject, || None), expected);
}

#[test]
fn letters_of_any_script_match_whatever_their_case() {
    let change = testing::call("UpdateUserPoolClient", json!({"clientName": "ÜBER-Кафе"}), &Value::Null);
    let subject = Subject { change: &change, client_name: Some("ÜBER-Кафе"), gist: None, now: now(&change) };
    let absent = Subject { client_name: None, ..subject };
    for (text, expected) in
        [("client:über", true), ("КАФЕ", true), ("client=über-кафе", true), ("client:uber", false), ("чай", false)]
    {
        assert_eq!(parsed(text).matches(&subject, || None), expected, "{text}");
        if !text.contains(':') && !text.contains('=') {
            assert_eq!(parsed(text).matches(&absent, || None), expected, "what was sent: {text}");
        }
    }
}

#[rstest]
#[case::typed("client:Web", "client:Web")]
#[case::spelling("SEV>=High Origin:CLI", "sev>=high origin:cli")]
#[case::not_equal("sev!=low", "-sev:low")]
#[case::not_this("client!=web", "-client=web")]
#[case::bang("!word", "-word")]
#[case::quotes("\"web shop\" client:\"a\\\"b\\\\\"", "\"web shop\" client:\"a\\\"b\\\\\"")]
#[case::quoted_dash("-\"-x\"", "-\"-x\"")]
#[case::looks_like_a_key("\"client:web\"", "\"client:web\"")]
#[case::looks_like_a_url("client:\"//x\" pool:\":x\"", "client:\"//x\" pool:\":x\"")]
#[case::since("since:90m", "since:1h30m")]
#[case::since_is("since=3600s", "since:1h")]
#[case::day("until:2026-10-01", "until:2026-10-01")]
#[case::offset("time>=2026-10-01T10:00:00+02:00", "time>=2026-10-01T08:00:00Z")]
#[case::blanks("  a \t b  ", "a b")]
fn is_written(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(parsed(text).to_string(), expected);
    assert_eq!(parsed(expected), parsed(text));
}

#[rstest]
#[case::unknown_key("a clent:web", 2..7, "there is no key clent", "did you mean client:?")]
#[case::synonym("user:ana", 0..4, "there is no key user", "did you mean actor:?")]
#[case::no_idea("zzzzzz:1", 0..6, "there is no key zzzzzz", "keys are client, sev")]
#[case::severity("sev>=hihg", 5..9, "there is no sev hihg", "did you mean high?")]
#[case::severity_short("sev:med", 4..7, "there is no sev med", "did you mean medium?")]
#[case::severity_lost("sev:x", 4..5, "there is no sev x", "one of critical, high, medium, low, info")]
#[case::in_a_list("event:update origin:cli,consle", 24..30, "there is no origin consle", "did you mean console?")]
#[case::rule("rule:setings-reset", 5..18, "there is no rule setings-reset", "did you mean settings-reset?")]
#[case::event("event:delte", 6..11, "no known event has delte", "did you mean delete?")]
#[case::path("path:calbackURLs", 5..16, "no known path has calbackURLs", "did you mean callbackURLs?")]
#[case::nothing("client:", 7..7, "nothing after client:", "name or id of the client")]
#[case::nothing_of_a_set("-sev>=", 6..6, "nothing after -sev>=", "one of critical, high")]
#[case::nothing_negated("a -", 2..3, "nothing after -", "not wanted")]
#[case::empty("client:\"\"", 7..9, "empty quotes", "between them")]
#[case::gap("event:a,,b", 8..8, "a value is missing", "comma")]
#[case::end_of_list("event:update,", 13..13, "a value is missing", "comma")]
#[case::open("client:\"web shop", 7..8, "quotes are never closed", "put a \" at the end")]
#[case::glued("\"a\"b", 3..4, "text right after closing quotes", "blank")]
#[case::no_order("client>web", 6..7, "client cannot be compared with >", "write client:")]
#[case::since_order("since>1h", 5..6, "since cannot be compared with >", "time>")]
#[case::many_to_compare("sev>=low,high", 9..13, "sev>= takes one value", "take the others out")]
#[case::many_times("since:1h,2h", 9..11, "since: takes one value", "take the others out")]
#[case::no_time("since:soon", 6..10, "soon is no time", "write 90s, 15m, 1h")]
#[case::no_clock("since:2026-10-01T08:00:00", 6..25, "is no time", "add Z for UTC")]
#[case::too_long_ago("since:99999999999999999999w", 6..27, "is no time", "write 90s")]
#[case::exactly_ago("time:1h", 5..7, "exactly that long ago", "since:1h")]
#[case::block("ip:198.51.100.0/99", 3..18, "no block of addresses", "198.51.100.0/24")]
#[case::hostile("sev:\u{1b}[2J", 4..8, "\\u{1b}[2J", "one of")]
#[case::wide("ü sev:größe", 7..14, "größe", "one of")]
fn is_refused(#[case] text: &str, #[case] at: std::ops::Range<usize>, #[case] message: &str, #[case] help: &str) {
    let error = Filter::parse(text).expect_err(text);
    assert_eq!(error.at, at, "{error}");
    assert!(error.message.contains(message) && error.help.contains(help), "{error}");
}

#[rstest]
#[case::accepted_though_unknown("event:Frobnicate path:somethingNew rule:root-call")]
#[case::part_of_a_name("event:Group path:Scope path:Validity")]
fn is_accepted(#[case] text: &str) {
    parsed(text);
}

#[test]
fn tells_what_it_wants() {
    let filter = parsed("web -admin client:x \"two words\" since:1h");
    assert_eq!(filter.words().collect::<Vec<_>>(), ["web", "two words"]);
    assert_eq!(filter.ages().collect::<Vec<_>>(), [SignedDuration::from_hours(1)]);
    assert!(
        filter.asks_for_client() && parsed("-x").asks_for_client() && !parsed("sev:high actor:x").asks_for_client()
    );
    assert!(filter.is_relative() && !parsed("since:2026-10-01").is_relative());
    assert!(parsed(" ").is_empty() && !filter.is_empty());
    assert_eq!("sev:high".parse::<Filter>(), Filter::parse("sev:high"));
}

fn offered(key: Key) -> Vec<String> {
    let values: &[&str] = match key {
        Key::Client => &["web-shop", "Admin Web", "web-shop", "e\u{1b}vil"],
        Key::Actor => &["ana", "webmaster@example.org"],
        _ => &[],
    };
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// What completing at `|` gives, applied to the input.
fn completed(marked: &str) -> Vec<String> {
    let cursor = marked.find('|').expect("a cursor");
    let input = marked.replacen('|', "", 1);
    let apply = |completion: Completion| {
        let mut input = input.clone();
        input.replace_range(completion.at, &completion.text);
        input
    };
    complete(&input, cursor, offered).into_iter().map(apply).collect()
}

#[rstest]
#[case::key("cl|", &["client:", "class:"])]
#[case::key_after_a_term("sev:high -ori|", &["sev:high -origin:"])]
#[case::key_before_a_term("se| x", &["sev>= x"])]
#[case::key_with_a_value("ac|tor:ana", &["actor:ana", "account:ana"])]
#[case::severity("sev>=h|", &["sev>=high"])]
#[case::in_the_middle("sev>=|lo", &["sev>=critical", "sev>=high", "sev>=medium", "sev>=low", "sev>=info"])]
#[case::in_a_list("origin:cli,con|", &["origin:cli,console"])]
#[case::within("class:ed|", &["class:changed", "class:added", "class:removed", "class:defaulted", "class:unchanged"])]
#[case::offered("client:web|", &["client:web-shop", "client:\"Admin Web\""])]
#[case::in_quotes("client:\"adm|", &["client:\"Admin Web\""])]
#[case::word("webm|", &["actor:webmaster@example.org"])]
#[case::nothing_new("outcome:denied|", &[])]
#[case::unknown_key("clent:w|", &[])]
#[case::quoted_word("\"cl|", &[])]
fn completes(#[case] marked: &str, #[case] expected: &[&str]) {
    assert_eq!(completed(marked), expected);
}

#[test]
fn every_key_is_offered_on_nothing_and_takes_its_own_values() {
    assert_eq!(complete("", 9, offered).len(), Key::ALL.len());
    assert_eq!(completed("x |").len(), Key::ALL.len());
    for key in Key::ALL {
        assert!(!key.about().is_empty());
        for text in completed(&format!("{key}:|")) {
            parsed(&text);
        }
    }
}

/// Texts that are often filters.
fn text() -> impl Strategy<Value = String> {
    let key = prop_oneof![Just(String::new()), proptest::sample::select(Key::ALL).prop_map(|key| key.to_string())];
    let op = proptest::sample::select(vec!["", ":", ":", ":", "=", "!=", ">=", "<", " "]);
    let value = prop_oneof![
        proptest::sample::select(vec![
            "high",
            "console",
            "failed",
            "reset",
            "1h",
            "90s",
            "2026-10-01",
            "update",
            "root-call",
            "198.51.100.0/24"
        ])
        .prop_map(str::to_owned),
        "[a-z\"\\\\,: -]{0,6}",
        "[a-c]{1,2}",
        "\"[^\"\\\\]{1,5}\"",
        any::<String>(),
    ];
    let sign = proptest::sample::select(vec!["", "", "-", "!"]);
    let term = (sign, key, op, value).prop_map(|(sign, key, op, value)| format!("{sign}{key}{op}{value}"));
    proptest::collection::vec(term, 0..4).prop_map(|terms| terms.join(" "))
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(text in text()) {
        match Filter::parse(&text) {
            Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter)),
            Err(error) => {
                prop_assert!(text.get(error.at.clone()).is_some(), "{:?} {}", error, text);
                prop_assert!(!error.message.is_empty() && !error.help.is_empty());
                prop_assert!(!error.to_string().chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn nothing_makes_matching_fail(text in text(), request in testing::harmless_json(), response in testing::harmless_json()) {
        let change = testing::call("UpdateUserPoolClient", request, &response);
        if let Ok(filter) = Filter::parse(&text) {
            let mut history = History::default();
            history.insert(change.clone());
            let subject = Subject { change: &change, client_name: None, gist: None, now: now(&change) };
            filter.matches(&subject, || Reading::of(&history, &change.id));
        }
    }

    /// A search remembers nothing that is not so.
    #[test]
    fn a_search_finds_what_its_filter_does(text in text(), names in proptest::collection::vec("[a-c]{0,2}", 1..12)) {
        if let Ok(filter) = Filter::parse(&text) {
            let change = testing::call("UpdateUserPoolClient", json!({}), &Value::Null);
            let mut search = filter.search();
            for name in names.iter().chain(&names) {
                let subject = Subject { change: &change, client_name: Some(name), gist: None, now: now(&change) };
                prop_assert_eq!(search.matches(&subject, || None), filter.matches(&subject, || None));
            }
        }
    }

    /// Whatever a narrower filter holds for, the wider one does.
    #[test]
    fn what_narrows_lets_no_more_through(text in text(), more in "[a-e,: \"-]{0,3}", names in proptest::collection::vec("[a-e]{0,3}", 1..9)) {
        if let (Ok(wide), Ok(narrow)) = (Filter::parse(&text), Filter::parse(&format!("{text}{more}")))
            && narrow.narrows(&wide)
        {
            for name in &names {
                let sent = json!({"callbackURLs": [name], "q": name});
                let change = testing::call("UpdateUserPoolClient", sent, &Value::Null);
                let mut history = History::default();
                history.insert(change.clone());
                for gist in [None, gist(&history, &change)] {
                    let subject = Subject { change: &change, client_name: Some(name), gist, now: now(&change) };
                    let holds = |filter: &Filter| filter.matches(&subject, || Reading::of(&history, &change.id));
                    prop_assert!(!holds(&narrow) || holds(&wide), "{} {}", narrow, wide);
                }
            }
        }
    }

    /// A free word is found in whatever a call sent, and it is not found if it is nowhere.
    #[test]
    fn words_are_found_where_they_are(value in "[a-zA-Z ü\"\\\\/!]{0,12}", word in "[a-zA-Zü\"\\\\/!]{1,4}") {
        let mut record = testing::record("x", json!({"q": value}), &Value::Null);
        record["userIdentity"] = json!({});
        for key in ["userAgent", "awsRegion", "recipientAccountId", "sourceIPAddress"] {
            record[key] = Value::Null;
        }
        record["requestParameters"] = json!({"q": value});
        let change = testing::change(&record);
        let subject = Subject { change: &change, client_name: None, gist: None, now: now(&change) };
        let filter = Filter::parse(&lex::written(&word, true)).expect("a word");
        let elsewhere = ["x", "q", "unknown"].iter().any(|text| text.contains(&word.to_lowercase()));
        let expected = elsewhere || value.to_lowercase().contains(&word.to_lowercase());
        prop_assert_eq!(filter.matches(&subject, || None), expected);
    }

    #[test]
    fn completions_fit(text in text(), cursor in 0usize..40) {
        for completion in complete(&text, cursor, offered) {
            prop_assert!(text.get(completion.at.clone()).is_some());
            prop_assert!(!completion.text.is_empty());
        }
    }
}
