//! Trails and what they write, and the way to EventBridge.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Call, handle, record};
use crate::{
    events, s3, sqs,
    world::{AwsError, Caller, Shared, World, lock},
};

fn somebody(name: &str) -> Caller {
    Caller {
        access_key: "AKIAEXAMPLE".to_owned(),
        identity: json!({"type": "IAMUser", "userName": name, "accessKeyId": "AKIAEXAMPLE"}),
        source_ip: "192.0.2.1".to_owned(),
        user_agent: "test".to_owned(),
        invoked_by: None,
        request_id: "r".to_owned(),
        from_console: false,
        read_only: false,
    }
}

fn call(world: &Shared, operation: &str, input: &Value) -> Result<Value, AwsError> {
    handle(world, &somebody("admin"), operation, input)
}

fn happens(world: &Shared, who: &str, operation: &'static str) {
    let call = Call { service: "cognito-idp", operation, parameters: json!({}), outcome: Ok(Value::Null) };
    record(world, &somebody(who), &call);
}

/// A world with a bucket `b` and a trail `main` that does not log yet.
fn world_with_trail() -> Shared {
    let world = World::test();
    s3::create(&world, "AWS::S3::Bucket", "b", &json!({"BucketName": "trail-bucket"})).expect("a bucket");
    let statement = |action: &str, resource: &str| {
        let service = json!({"Service": "cloudtrail.amazonaws.com"});
        json!({"Effect": "Allow", "Principal": service, "Action": action, "Resource": resource})
    };
    let policy = json!({"Version": "2012-10-17", "Statement": [
        statement("s3:GetBucketAcl", "arn:aws:s3:::trail-bucket"),
        statement("s3:PutObject", "arn:aws:s3:::trail-bucket/AWSLogs/000000000000/*"),
    ]});
    let properties = json!({"Bucket": "trail-bucket", "PolicyDocument": policy});
    s3::create(&world, "AWS::S3::BucketPolicy", "p", &properties).expect("a policy");
    s3::create(&world, "AWS::S3::Bucket", "c", &json!({"BucketName": "closed-bucket"})).expect("a bucket");
    call(&world, "CreateTrail", &json!({"Name": "main", "S3BucketName": "trail-bucket"})).expect("a trail");
    world
}

#[tokio::test]
async fn only_a_trail_that_logs_writes_opens_the_way() {
    let world = world_with_trail();
    let queue = sqs::open(&world, "q");
    let caller = somebody("admin");
    let rule = json!({"Name": "r", "EventPattern": r#"{"source":["aws.cognito-idp"]}"#});
    events::handle(&world, &caller, "PutRule", &rule).expect("a rule");
    let target = json!({"Id": "q", "Arn": world.arn("sqs", "q"), "InputPath": "$.detail.eventName"});
    events::handle(&world, &caller, "PutTargets", &json!({"Rule": "r", "Targets": [target]})).expect("a target");

    happens(&world, "a", "BeforeLogging");
    call(&world, "StartLogging", &json!({"Name": "main"})).expect("logging");
    let reads = json!({"TrailName": "main", "EventSelectors": [{"ReadWriteType": "ReadOnly"}]});
    call(&world, "PutEventSelectors", &reads).expect("reads only");
    happens(&world, "a", "WhileReadsOnly");
    let writes = json!({"TrailName": "main", "AdvancedEventSelectors": [{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "readOnly", "Equals": ["false"]},
    ]}]});
    call(&world, "PutEventSelectors", &writes).expect("writes");
    happens(&world, "a", "WhileLogging");
    let request = json!({"QueueUrl": queue});
    let arrived = loop {
        let received = sqs::handle(&world, "ReceiveMessage", &request).expect("the queue");
        match received["Messages"].as_array() {
            Some(messages) => break messages[0]["Body"].clone(),
            None => tokio::time::sleep(Duration::from_millis(2)).await,
        }
    };
    assert_eq!(arrived, "\"WhileLogging\"");
    let found = call(&world, "LookupEvents", &json!({})).expect("events");
    assert_eq!(found["Events"].as_array().map(Vec::len), Some(3), "the history needs no trail");
}

#[tokio::test]
async fn what_was_logged_is_written_even_after_the_end() {
    let world = world_with_trail();
    call(&world, "StartLogging", &json!({"Name": "main"})).expect("logging");
    happens(&world, "a", "UpdateUserPoolClient");
    call(&world, "StopLogging", &json!({"Name": "main"})).expect("stopped");
    let status = loop {
        let status = call(&world, "GetTrailStatus", &json!({"Name": "main"})).expect("the trail");
        if status.get("LatestDeliveryTime").is_some() {
            break status;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    assert_eq!((&status["IsLogging"], &status["LatestDeliveryTime"]), (&json!(false), &json!(1_800_000_000)));
}

#[tokio::test]
async fn what_cannot_be_written_waits_and_the_status_says_why() {
    let world = world_with_trail();
    call(&world, "UpdateTrail", &json!({"Name": "main", "S3BucketName": "gone"})).expect("another bucket");
    call(&world, "StartLogging", &json!({"Name": "main"})).expect("logging");
    happens(&world, "a", "UpdateUserPoolClient");
    let error = loop {
        let status = call(&world, "GetTrailStatus", &json!({"Name": "main"})).expect("the trail");
        if let Some(error) = status.get("LatestDeliveryError") {
            break error.clone();
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    assert_eq!(error, "NoSuchBucket");
    assert_eq!(lock(&world.cloudtrail).trail("main").expect("the trail").take_pending().len(), 1);
}

#[tokio::test]
async fn the_past_is_found_by_attribute_and_time_newest_first() {
    let world = World::test();
    for (who, operation) in
        [("a", "UpdateUserPoolClient"), ("b", "DeleteUserPoolClient"), ("a", "DeleteUserPoolClient")]
    {
        happens(&world, who, operation);
    }
    let by = |key: &str, value: &str| json!({"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]});
    let now = world.now().as_second();
    let table = [
        (json!({}), vec!["a Delete", "b Delete", "a Update"]),
        (by("EventName", "DeleteUserPoolClient"), vec!["a Delete", "b Delete"]),
        (by("Username", "a"), vec!["a Delete", "a Update"]),
        (by("EventSource", "cognito-idp.amazonaws.com"), vec!["a Delete", "b Delete", "a Update"]),
        (by("ReadOnly", "true"), vec![]),
        (json!({"StartTime": now, "EndTime": now}), vec!["a Delete", "b Delete", "a Update"]),
        (json!({"StartTime": now + 1}), vec![]),
        (json!({"EndTime": now - 1}), vec![]),
    ];
    for (mut input, expected) in table {
        input["MaxResults"] = 1.into();
        let mut found = Vec::new();
        loop {
            let page = call(&world, "LookupEvents", &input).expect("a page");
            for event in page["Events"].as_array().expect("a list") {
                let record: Value =
                    serde_json::from_str(event["CloudTrailEvent"].as_str().expect("a text")).expect("JSON");
                assert_eq!(record["eventID"], event["EventId"]);
                let name = event["EventName"].as_str().expect("a text").trim_end_matches("UserPoolClient").to_owned();
                found.push(format!("{} {name}", event["Username"].as_str().expect("a text")));
            }
            let Some(token) = page.get("NextToken") else { break };
            input["NextToken"] = token.clone();
        }
        assert_eq!(found, expected, "{input}");
    }
}

#[tokio::test]
async fn says_no_as_aws_does() {
    let world = world_with_trail();
    let table = [
        ("CreateTrail", json!({"Name": "main", "S3BucketName": "trail-bucket"}), "TrailAlreadyExistsException"),
        ("CreateTrail", json!({"Name": "other", "S3BucketName": "none"}), "S3BucketDoesNotExistException"),
        (
            "CreateTrail",
            json!({"Name": "other", "S3BucketName": "closed-bucket"}),
            "InsufficientS3BucketPolicyException",
        ),
        ("CreateTrail", json!({"Name": "x", "S3BucketName": "trail-bucket"}), "InvalidTrailNameException"),
        ("CreateTrail", json!({"Name": "a--main", "S3BucketName": "trail-bucket"}), "InvalidTrailNameException"),
        ("GetTrailStatus", json!({"Name": "none"}), "TrailNotFoundException"),
        ("PutEventSelectors", json!({"TrailName": "main"}), "InvalidEventSelectorsException"),
        ("LookupEvents", json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        ("LookupEvents", json!({"LookupAttributes": [{"AttributeKey": "Mood"}]}), "InvalidLookupAttributesException"),
        ("LookupEvents", json!({"StartTime": 2, "EndTime": 1}), "InvalidTimeRangeException"),
        ("LookupEvents", json!({"NextToken": "rubbish"}), "InvalidNextTokenException"),
        ("CreateChannel", json!({}), "UnknownOperationException"),
    ];
    for (operation, input, code) in table {
        let error = call(&world, operation, &input).expect_err(operation);
        assert_eq!(error.code, code, "{operation} {input}");
    }
}
