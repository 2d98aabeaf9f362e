use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::{Hops, Kind, Outcome, Provenance, testing};

fn update() -> Value {
    let after = json!({"clientName": "web", "callbackURLs": ["https://a.example.org/cb"]});
    testing::record("UpdateUserPoolClient", after.clone(), &after)
}

fn envelope(record: &Value) -> Value {
    json!({"version": "0", "id": "e", "detail-type": "AWS API Call via CloudTrail", "source": "aws.cognito-idp",
           "account": "123456789012", "time": "2026-10-01T08:41:07Z", "region": "eu-west-1", "resources": [], "detail": record})
}

fn line(record: &Value) -> Value {
    let received = "2026-10-01T08:41:13.100Z".parse().expect("a time");
    serde_json::from_str(&crate::line::line(received, "r-1", envelope(record))).expect("JSON")
}

fn log_event(message: &str) -> Value {
    json!({"logStreamName": "s", "timestamp": 1_790_844_073_300_i64, "message": message, "ingestionTime": 1_790_844_075_200_i64, "eventId": "1"})
}

fn only(mut items: Vec<Decoded>) -> Change {
    match (items.pop(), items.is_empty()) {
        (Some(Decoded::Change(change)), true) => *change,
        other => panic!("no single change: {other:?}"),
    }
}

#[rstest]
#[case::record(update())]
#[case::envelope(envelope(&update()))]
#[case::our_line(line(&update()))]
#[case::trail_file(json!({"Records": [update()]}))]
#[case::lookup_events(json!({"Events": [{"EventId": "1", "EventName": "UpdateUserPoolClient", "CloudTrailEvent": update().to_string()}], "NextToken": "t"}))]
#[case::looked_up_event(json!({"EventId": "1", "CloudTrailEvent": update().to_string()}))]
#[case::filter_log_events(json!({"events": [log_event(&line(&update()).to_string())], "searchedLogStreams": []}))]
#[case::log_event(log_event(&line(&update()).to_string()))]
#[case::subscription(json!({"messageType": "DATA_MESSAGE", "logEvents": [log_event(&line(&update()).to_string())]}))]
#[case::live_tail(json!({"sessionResults": [log_event(&line(&update()).to_string())]}))]
#[case::message_text(json!({"timestamp": "2026-10-01T08:41:13Z", "level": "INFO", "message": envelope(&update()).to_string()}))]
#[case::message_object(json!({"level": "INFO", "message": envelope(&update())}))]
#[case::log_text(json!({"log": format!("{}\n", update()), "stream": "stdout"}))]
#[case::event_object(json!({"event": update()}))]
#[case::detail_only(json!({"detail": update()}))]
#[case::queue_message(json!({"Records": [{"messageId": "m", "body": envelope(&update()).to_string(), "eventSource": "aws:sqs"}]}))]
#[case::logger_in_log_event(log_event(&json!({"level": "INFO", "message": line(&update()).to_string()}).to_string()))]
#[case::list(json!([update()]))]
#[case::text_of_json(Value::String(update().to_string()))]
fn every_form_gives_the_same_change(#[case] input: Value) {
    let expected = testing::change(&update());
    for text in [input.to_string(), format!("\u{feff}{input:#}\n")] {
        let found = only(decode(&text));
        assert_eq!(Change { hops: Hops::default(), provenance: Provenance::Event, ..found }, expected);
    }
}

#[test]
fn a_record_tells_everything() {
    let change = testing::change(&update());
    assert_eq!(&*change.id, "00000000-0000-4000-8000-000000000001");
    assert_eq!(change.time.to_string(), "2026-10-01T08:41:07Z");
    assert_eq!(
        (&*change.event, change.kind, &change.outcome),
        ("UpdateUserPoolClient", Kind::Update, &Outcome::Succeeded)
    );
    assert_eq!((change.account.as_deref(), change.region.as_deref()), (Some("123456789012"), Some("eu-west-1")));
    assert_eq!(
        (change.user_pool_id.as_deref(), change.client_id.as_deref()),
        (Some(testing::POOL), Some(testing::CLIENT))
    );
    assert_eq!((change.client_name.as_deref(), change.source_ip.as_deref()), (Some("web"), Some("198.51.100.7")));
    assert_eq!(change.sent, change.resulting);
    assert_eq!(change.record.to_value(), update());
    assert_eq!(change.provenance, Provenance::Event);
}

#[test]
fn a_creation_has_its_id_from_the_response() {
    let change = testing::call("CreateUserPoolClient", json!({"clientName": "web"}), &json!({"clientName": "web"}));
    assert_eq!((change.kind, change.client_id.as_deref()), (Kind::Create, Some(testing::CLIENT)));
}

#[test]
fn the_hops_are_collected_on_the_way() {
    let change = only(decode(&json!({"events": [log_event(&line(&update()).to_string())]}).to_string()));
    let hops = [change.hops.lambda, change.hops.log, change.hops.ingested].map(|hop| hop.map(|time| time.to_string()));
    let expected = ["2026-10-01T08:41:13.1Z", "2026-10-01T08:41:13.3Z", "2026-10-01T08:41:15.2Z"];
    assert_eq!(hops, expected.map(|time| Some(time.to_owned())));
}

#[test]
fn lookups_are_history() {
    let change = only(decode(&json!({"Events": [{"CloudTrailEvent": update().to_string()}]}).to_string()));
    assert_eq!(change.provenance, Provenance::History);
}

#[test]
fn our_json_lines_can_be_read_again() {
    let change = only(decode(&log_event(&line(&update()).to_string()).to_string()));
    let diff = crate::Diff::of(&change, None);
    let judgement = crate::judge::judge(&change, &diff);
    let written = crate::report::json_line(&change, Some("web"), &diff, &judgement);
    assert_eq!(only(decode(&written)), change);
}

#[test]
fn an_access_denied_has_its_pool_in_the_message() {
    let mut record = update();
    record["requestParameters"] = Value::Null;
    record["responseElements"] = Value::Null;
    record["errorCode"] = json!("AccessDenied");
    record["errorMessage"] = json!(
        "User: x is not authorized to perform: cognito-idp:UpdateUserPoolClient on resource: \
        arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc because no policy allows it"
    );
    let change = testing::change(&record);
    assert_eq!((change.user_pool_id.as_deref(), change.client_id.as_deref()), (Some("eu-west-1_abc"), None));
    assert_eq!((change.sent, change.resulting), (None, None));
    assert!(change.outcome.is_denied());
}

#[rstest]
#[case::other_service("eventSource", json!("s3.amazonaws.com"))]
#[case::service_event("eventType", json!("AwsServiceEvent"))]
#[case::read("eventName", json!("DescribeUserPoolClient"))]
fn what_is_no_call_that_changes_a_client(#[case] member: &str, #[case] value: Value) {
    let mut record = update();
    record[member] = value;
    assert_eq!(testing::change(&record).kind, Kind::Other);
}

#[test]
fn odd_records_are_changes_all_the_same() {
    let odd =
        r#"{"eventName": "UpdateUserPoolClient", "eventTime": 0, "requestParameters": "HIDDEN_X", "userIdentity": []}"#;
    let change = only(decode(odd));
    assert_eq!((change.kind, change.time, change.sent), (Kind::Update, Timestamp::UNIX_EPOCH, None));
    assert!(change.id.starts_with("record-"));
    assert_eq!(change.id, only(decode(odd)).id);
}

#[test]
fn a_record_without_a_time_has_that_of_what_is_around_it_or_is_foreign() {
    let mut record = update();
    let nested = update().to_string();
    record["requestParameters"]["clientName"] = json!(nested);
    for time in [Value::Null, json!("soon")] {
        record["eventTime"] = time;
        let text = record.to_string();
        let foreign = |text: &str| vec![Decoded::Foreign(text.into())];
        assert_eq!(decode(&text), foreign(&text), "and what is in it is no record");
        assert_eq!(decode(&json!({"Records": [record, 7]}).to_string()).len(), 1);
        let Decoded::Foreign(one) = &decode(&json!({"Records": [record, update()]}).to_string())[0] else { panic!() };
        assert!(one.starts_with('{') && one.contains("UpdateUserPoolClient"));

        let at: Timestamp = "2026-10-01T08:41:09Z".parse().expect("a time");
        let around = [
            decode_at(&text, at),
            decode(&json!({"time": at, "detail": record}).to_string()),
            decode(&json!({"schema": "cacl.line/1", "timestamp": at, "event": {"detail": record}}).to_string()),
            decode(&json!({"events": [{"timestamp": at.as_millisecond(), "message": text}]}).to_string()),
        ];
        for found in around {
            assert_eq!(only(found).time, at);
        }
    }
}

#[test]
fn many_records_stay_many_and_rubbish_among_them_is_kept() {
    let items = decode(&json!({"Records": [update(), {"hello": 1}, update(), 7]}).to_string());
    assert!(
        matches!(&items[..], [Decoded::Change(_), Decoded::Foreign(one), Decoded::Change(_), Decoded::Foreign(two)]
        if &**one == r#"{"hello":1}"# && &**two == "7")
    );
    let lines = decode(
        &json!({"events": [log_event("START RequestId: r-1 Version: $LATEST"), log_event("hello")]}).to_string(),
    );
    assert!(matches!(&lines[..], [Decoded::Platform(_), Decoded::Foreign(text)] if &**text == "hello"));
}

#[rstest]
#[case::text("hello world")]
#[case::broken(r#"{"eventName": "UpdateUser"#)]
#[case::scalar("42")]
#[case::object(r#"{"hello":  "world"}"#)]
#[case::nothing_in_it(r#"{"Records": []}"#)]
#[case::numbers("[1, 2, 3]")]
#[case::our_schema_without_event(r#"{"schema":"cacl.line/1"}"#)]
#[case::s3_notification(r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-10-01T08:41:07Z"}]}"#)]
#[case::overflowing_number(r#"{"eventName":"X","eventTime":0,"n":1e999}"#)]
fn all_else_is_foreign_and_as_it_came(#[case] text: &str) {
    assert_eq!(decode(text), [Decoded::Foreign(text.into())]);
    assert_eq!(decode(&format!("  {text}\r\n")), [Decoded::Foreign(text.into())]);
}

#[test]
fn blank_is_nothing() {
    for text in ["", " \t\r\n", "\u{feff}"] {
        assert_eq!(decode(text), []);
        assert_eq!(decode_document(text).count(), 0);
    }
}

#[rstest]
#[case("START RequestId: r-1 Version: $LATEST", "platform.start", Some("r-1"))]
#[case("END RequestId: r-1", "platform.runtimeDone", Some("r-1"))]
#[case("REPORT RequestId: r-1\tDuration: 1.02 ms\tBilled Duration: 2 ms", "platform.report", Some("r-1"))]
#[case("INIT_START Runtime Version: provided:al2023.v1", "platform.initStart", None)]
fn platform_lines_in_text(#[case] text: &str, #[case] kind: &str, #[case] id: Option<&str>) {
    let [Decoded::Platform(line)] = &decode(text)[..] else { panic!("no platform line") };
    assert_eq!((&*line.kind, line.record["requestId"].as_str(), line.record["text"].as_str()), (kind, id, Some(text)));
}

#[test]
fn platform_lines_in_json() {
    let text = r#"{"time":"2026-10-01T08:41:13Z","type":"platform.report","record":{"requestId":"r-1","metrics":{"durationMs":1.5}}}"#;
    let [Decoded::Platform(line)] = &decode(text)[..] else { panic!("no platform line") };
    assert_eq!((&*line.kind, &line.record["metrics"]["durationMs"]), ("platform.report", &json!(1.5)));
}

#[test]
fn words_before_the_json_are_no_hindrance() {
    let change = only(decode(&format!("2026-10-01T08:41:13Z\tr-1\tINFO\t{}", envelope(&update()))));
    assert_eq!(change, testing::change(&update()));
}

#[test]
fn a_document_mixes_everything() {
    let text = format!(
        "\u{feff}rubbish\n{:#}\n{}{} tail\n{{broken\n{{\"Records\": [\n{}\n]}}\n\nEND RequestId: r-1\n[1,\n",
        update(),
        line(&update()),
        envelope(&update()),
        update()
    );
    let kinds: String = decode_document(&text)
        .map(|item| match item {
            Decoded::Change(_) => 'c',
            Decoded::Platform(_) => 'p',
            Decoded::Foreign(_) => 'f',
        })
        .collect();
    assert_eq!(kinds, "fcccffcpf");
}

#[test]
fn secrets_are_masked_in_every_form() {
    let mut record = update();
    record["responseElements"]["userPoolClient"]["clientSecret"] = json!("s3cr3t");
    record["errorMessage"] = json!("with client_secret=s3cr3t");
    let texts = [
        record.to_string(),
        json!({"events": [log_event(&record.to_string())]}).to_string(),
        json!({"hello": {"clientSecret": "s3cr3t"}}).to_string(),
        format!("cut short {}", &record.to_string()[..record.to_string().len() - 1]),
        json!({"type": "platform.fault", "record": {"password": "s3cr3t"}}).to_string(),
    ];
    for text in texts {
        assert!(!format!("{:?}", decode(&text)).contains("s3cr3t"), "{text}");
        assert!(!format!("{:?}", decode_document(&text).collect::<Vec<_>>()).contains("s3cr3t"), "{text}");
    }
}

#[test]
fn deep_and_huge_input_is_survived() {
    let deep = format!("{}{}", "{\"a\":".repeat(100_000), "1");
    assert_eq!(decode(&deep).len(), 1);
    assert!(decode_document(&"[\n".repeat(20_000)).count() > 0);
    let mut nested = update().to_string();
    for _ in 0..12 {
        nested = json!({"message": nested}).to_string();
    }
    assert_eq!(decode(&nested).len(), 1);
    let huge = json!({"eventName": "X", "eventTime": 0, "requestParameters": {"a": "x".repeat(5_000_000)}}).to_string();
    assert_eq!(only(decode(&huge)).record.text().len(), huge.len());
}

#[rstest]
#[case::number_beyond_all("1e999", false)]
#[case::number_of_many_digits("123456789012345678901234567890", true)]
#[case::number_of_nothing("-0", true)]
#[case::lone_surrogate(r#""\ud800""#, false)]
#[case::lone_low_surrogate(r#""\udc00x""#, false)]
#[case::surrogates(r#""\ud83d\ude00""#, true)]
#[case::nul(r#""a\u0000b""#, true)]
#[case::raw_control("\"a\u{1}b\"", false)]
#[case::bidi(r#""\u202egnp.exe""#, true)]
#[case::empty_names(r#"{"": {"": ""}}"#, true)]
#[case::names_twice(r#"{"a": 1, "a": 2}"#, true)]
#[case::name_of_packed_words("\"\\u0001\\u0002\"", true)]
#[case::not_even_a_value("nan", false)]
fn odd_values_are_kept_or_shown_as_they_came(#[case] value: &str, #[case] is_change: bool) {
    let record =
        format!(r#"{{"eventName": "UpdateUserPoolClient", "eventTime": 0, "requestParameters": {{"odd": {value}}}}}"#);
    for text in [record.clone(), format!("\u{feff}{record}\r\n"), format!("{record}\n{record}")] {
        for item in decode_document(&text) {
            match item {
                Decoded::Change(change) => {
                    assert!(is_change);
                    let kept: Value = serde_json::from_str(&change.record.text()).expect("JSON");
                    assert_eq!(kept, serde_json::from_str::<Value>(&record).expect("JSON"));
                }
                Decoded::Foreign(found) => assert_eq!((&*found, is_change), (&*record, false)),
                Decoded::Platform(line) => panic!("{line:?}"),
            }
        }
    }
}

#[test]
fn long_lists_of_anything_are_put_in_order_in_time() {
    let numbers: Vec<u32> = (0..50_000).rev().collect();
    let client = json!({"callbackURLs": numbers, "logoutURLs": numbers.iter().map(u32::to_string).collect::<Vec<_>>()});
    let settings = crate::Settings::of_client(&client);
    let list = |path| settings.get(path).expect("there").as_array().map(Vec::len);
    assert_eq!((list("callbackURLs"), list("logoutURLs")), (Some(50_000), Some(50_000)));
}

#[rstest]
#[case::as_deep_as_any(90, true)]
#[case::absurd(110, false)]
fn what_is_written_about_a_record_can_be_read(#[case] levels: usize, #[case] is_change: bool) {
    let mut record = update();
    record["requestParameters"]["odd"] = (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let mut items = decode(&record.to_string());
    let Some(Decoded::Change(change)) = items.pop() else { return assert!(!is_change) };
    assert!(is_change);
    let mut history = crate::History::default();
    let id = change.id.clone();
    history.insert(*change);
    let (diff, judgement) = (history.diff(&id).expect("known"), history.judge(&id).expect("known"));
    let written = crate::report::json_line(history.get(&id).expect("known"), None, &diff, &judgement);
    let read: Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(read["record"], record);
}
