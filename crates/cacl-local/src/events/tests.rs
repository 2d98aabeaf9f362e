//! Rules, targets and delivery, with a queue as the target, which shows what arrived.

use std::time::Duration;

use serde_json::{Value, json};

use super::{handle, put, resource};
use crate::{
    Faults, sqs,
    sts::anybody,
    world::{AwsError, Shared, World},
};

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:arrived";

fn call(world: &Shared, operation: &str, input: &Value) -> Result<Value, AwsError> {
    handle(world, &anybody(world), operation, input)
}

/// A world with the queues `arrived` and `dead`.
fn world() -> Shared {
    let world = World::test();
    for name in ["arrived", "dead"] {
        sqs::open(&world, name);
    }
    world
}

/// A rule `r` on events of source `example`, whose target is `target`.
fn rule_to(world: &Shared, target: &Value) {
    let rule = json!({"Name": "r", "EventPattern": r#"{"source":["example"]}"#});
    call(world, "PutRule", &rule).expect("a rule");
    call(world, "PutTargets", &json!({"Rule": "r", "Targets": [target]})).expect("a target");
}

/// The next so many messages of a queue.
async fn messages(world: &Shared, queue: &str, count: usize) -> Vec<Value> {
    let request = json!({"QueueUrl": format!("http://x/0/{queue}"), "MaxNumberOfMessages": 10});
    let mut messages = Vec::new();
    while messages.len() < count {
        let received = sqs::handle(world, "ReceiveMessage", &request).expect("the queue");
        match received["Messages"].as_array() {
            Some(more) => messages.extend(more.clone()),
            None => tokio::time::sleep(Duration::from_millis(2)).await,
        }
    }
    messages
}

fn event(id: &str, source: &str) -> Value {
    json!({"version": "0", "id": id, "source": source, "detail-type": "x", "detail": {}})
}

#[tokio::test]
async fn an_event_goes_where_a_rule_takes_it() {
    let world = world();
    rule_to(&world, &json!({"Id": "q", "Arn": QUEUE, "InputPath": "$.id"}));
    put(&world, &event("other", "elsewhere"));
    put(&world, &event("mine", "example"));
    assert_eq!(messages(&world, "arrived", 1).await[0]["Body"], "\"mine\"");
    call(&world, "DisableRule", &json!({"Name": "r"})).expect("disabled");
    put(&world, &event("off", "example"));
    call(&world, "EnableRule", &json!({"Name": "r"})).expect("enabled");
    put(&world, &event("on", "example"));
    assert_eq!(messages(&world, "arrived", 1).await[0]["Body"], "\"on\"");
}

#[tokio::test(start_paused = true)]
async fn faults_repeat_and_disorder_but_lose_nothing() {
    let world = world();
    world.set_faults(Faults { duplicate: 1.0, out_of_order: true, ..Faults::default() });
    rule_to(&world, &json!({"Id": "q", "Arn": QUEUE, "InputPath": "$.id"}));
    for number in 0..10 {
        put(&world, &event(&number.to_string(), "example"));
    }
    let arrived: Vec<String> = messages(&world, "arrived", 20).await.iter().map(|m| m["Body"].to_string()).collect();
    let mut sorted = arrived.clone();
    sorted.sort();
    assert_ne!(arrived, sorted, "deliveries overtake each other");
    let expected: Vec<String> =
        (0..10).flat_map(|number| [number, number]).map(|n| format!("\"\\\"{n}\\\"\"")).collect();
    assert_eq!(sorted, expected);
}

#[tokio::test]
async fn what_cannot_be_delivered_becomes_a_dead_letter() {
    let world = world();
    let function = "arn:aws:lambda:us-east-1:000000000000:function:none";
    let dead = "arn:aws:sqs:us-east-1:000000000000:dead";
    rule_to(&world, &json!({"Id": "f", "Arn": function, "DeadLetterConfig": {"Arn": dead}}));
    put(&world, &event("lost", "example"));
    let letter = &messages(&world, "dead", 1).await[0];
    let body: Value = serde_json::from_str(letter["Body"].as_str().expect("a text")).expect("JSON");
    assert_eq!(body, event("lost", "example"));
    let attribute = |name: &str| letter["MessageAttributes"][name]["StringValue"].as_str().map(str::to_owned);
    assert_eq!(attribute("ERROR_CODE").as_deref(), Some("NO_RESOURCE"));
    assert_eq!(attribute("RETRY_ATTEMPTS").as_deref(), Some("0"));
    assert_eq!(attribute("TARGET_ARN").as_deref(), Some(function));
    assert_eq!(attribute("RULE_ARN").as_deref(), Some("arn:aws:events:us-east-1:000000000000:rule/r"));
}

#[tokio::test]
async fn a_queue_whose_policy_lets_nobody_in_gets_nothing() {
    let world = world();
    sqs::handle(&world, "CreateQueue", &json!({"QueueName": "closed"})).expect("a queue");
    let [closed, dead] = ["closed", "dead"].map(|name| world.arn("sqs", name));
    rule_to(&world, &json!({"Id": "q", "Arn": closed, "DeadLetterConfig": {"Arn": dead}}));
    put(&world, &event("refused", "example"));
    let letter = &messages(&world, "dead", 1).await[0];
    assert_eq!(letter["MessageAttributes"]["ERROR_CODE"]["StringValue"], "NO_PERMISSIONS");
}

#[tokio::test]
async fn own_events_are_taken_one_by_one() {
    let world = world();
    rule_to(&world, &json!({"Id": "q", "Arn": QUEUE}));
    let entry = |source: &str, detail: &str| json!({"Source": source, "DetailType": "t", "Detail": detail});
    let entries = [entry("example", "{\"a\":1}"), entry("example", "rubbish"), entry("aws.ec2", "{}"), entry("", "{}")];
    let answer = call(&world, "PutEvents", &json!({"Entries": entries})).expect("an answer");
    let codes: Vec<&Value> =
        answer["Entries"].as_array().expect("a list").iter().map(|entry| &entry["ErrorCode"]).collect();
    assert_eq!(
        codes,
        [&Value::Null, &json!("MalformedDetail"), &json!("NotAuthorizedForSourceException"), &json!("InvalidArgument")]
    );
    assert_eq!(answer["FailedEntryCount"], 3);
    let body = messages(&world, "arrived", 1).await[0]["Body"].as_str().expect("a text").to_owned();
    let event: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(event["id"], answer["Entries"][0]["EventId"]);
    let names: Vec<&String> = event.as_object().expect("an object").keys().collect();
    let expected = ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn says_no_as_aws_does() {
    let world = world();
    rule_to(&world, &json!({"Id": "q", "Arn": QUEUE}));
    let table = [
        ("DescribeRule", json!({"Name": "none"}), "ResourceNotFoundException"),
        ("DescribeRule", json!({"Name": "r", "EventBusName": "other"}), "ResourceNotFoundException"),
        ("DeleteRule", json!({"Name": "r"}), "ValidationException"),
        ("PutRule", json!({"Name": "x"}), "ValidationException"),
        ("PutRule", json!({"Name": "x", "EventPattern": "{\"source\":\"aws\"}"}), "InvalidEventPatternException"),
        ("PutRule", json!({"Name": "x", "EventPattern": "rubbish"}), "InvalidEventPatternException"),
        ("PutTargets", json!({"Rule": "r", "Targets": [{"Id": "x", "Arn": "nonsense"}]}), "ValidationException"),
        ("TestEventPattern", json!({"EventPattern": "{\"source\":[\"a\"]}", "Event": "{}"}), "ValidationException"),
        ("CreateEventBus", json!({"Name": "x"}), "UnknownOperationException"),
    ];
    for (operation, input, code) in table {
        let error = call(&world, operation, &input).expect_err(operation);
        assert_eq!(error.code, code, "{operation} {input}");
    }
    call(&world, "RemoveTargets", &json!({"Rule": "r", "Ids": ["q"]})).expect("removed");
    call(&world, "DeleteRule", &json!({"Name": "r"})).expect("deleted");
    call(&world, "DeleteRule", &json!({"Name": "r"})).expect("deleted is deleted");
}

#[tokio::test]
async fn cloudformation_brings_and_takes_rule_and_targets() {
    let world = world();
    let kind = "AWS::Events::Rule";
    let old = json!({
        "Name": "r",
        "EventPattern": {"source": ["example"]},
        "Targets": [{"Id": "q", "Arn": QUEUE}],
    });
    let made = resource::create(&world, &anybody(&world), kind, "Rule", &old).await.expect("a rule");
    assert_eq!((made.ref_value.as_str(), &made.attributes["Arn"]), ("r", &json!(world.arn("events", "rule/r"))));
    assert!(resource::create(&world, &anybody(&world), kind, "Rule", &old).await.is_err(), "the name is taken");
    let mut new = old.clone();
    new["Targets"] = json!([]);
    resource::update(&world, &anybody(&world), kind, "r", &old, &new).await.expect("an update");
    let targets = call(&world, "ListTargetsByRule", &json!({"Rule": "r"})).expect("the rule");
    assert_eq!(targets["Targets"], json!([]));
    resource::delete(&world, &anybody(&world), kind, "r").await.expect("deleted");
    assert!(call(&world, "DescribeRule", &json!({"Name": "r"})).is_err());
}
