//! Teardowns on scripted answers and paused time.

use futures_util::StreamExt as _;

use super::*;
use crate::{
    Error, Progress, Reason,
    scripted::{
        ARN, Answer, Asked, Script, events, json_error, names, no_stack, ok, our_tags, query_error, resources,
        s3_error, stack, versions, xml,
    },
    stack::Done,
};

const STACK: &str = "AWS::CloudFormation::Stack";
const NAME: &str = "cacl-cognito-api-calls";
const FUNCTION: &str = "cacl-app-client-api-call-subscriber";

fn deployment() -> String {
    format!("/{}", names().deployment_bucket())
}

fn trail_bucket() -> String {
    format!("/{}", names().trail_bucket())
}

fn all(status: &str) -> Answer {
    let bucket = names().trail_bucket();
    let group = names().log_group();
    resources(&[
        ("UserPool", "AWS::Cognito::UserPool", "eu-west-1_pool", status),
        ("TrailBucket", "AWS::S3::Bucket", &bucket, status),
        ("Trail", "AWS::CloudTrail::Trail", "cacl-main", status),
        ("SubscriberLogGroup", "AWS::Logs::LogGroup", &group, status),
        ("SubscriberRole", "AWS::IAM::Role", "role", status),
        ("Subscriber", "AWS::Lambda::Function", FUNCTION, status),
        ("Rule", "AWS::Events::Rule", "cacl-app-client-api-call-events", status),
        ("DeadLetterQueue", "AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/1/queue-1", status),
    ])
}

fn groups(groups: &[&str]) -> Answer {
    let groups: Vec<_> = groups.iter().map(|name| serde_json::json!({"logGroupName": name})).collect();
    (200, serde_json::json!({"logGroups": groups}).to_string())
}

/// Everything is gone when it is looked for.
fn gone(script: Script) -> Script {
    script
        .on("DescribeTrails", [(200, r#"{"trailList":[]}"#.into())])
        .on("DescribeRule", [json_error("ResourceNotFoundException")])
        .on(&format!("GET /2015-03-31/functions/{FUNCTION}"), [(404, "{}".into())])
        .on("DescribeUserPool", [json_error("ResourceNotFoundException")])
        .on("GetQueueUrl", [json_error("com.amazonaws.sqs#QueueDoesNotExist")])
        .on("DescribeLogGroups", [groups(&[])])
        .on(&format!("HEAD {}", trail_bucket()), [(404, String::new())])
        .on(&format!("HEAD {}", deployment()), [(404, String::new())])
}

fn full_plan() -> TeardownPlan {
    TeardownPlan {
        names: names(),
        stack: Some(ARN.into()),
        resources: vec![Planned { logical_id: "Rule".into(), resource_type: "AWS::Events::Rule".into() }],
        buckets: vec![(names().trail_bucket(), 1), (names().deployment_bucket(), 1)],
        untouched: Vec::new(),
    }
}

async fn run(script: Script, plan: TeardownPlan) -> (Vec<String>, Option<Done>, Option<Error>, Asked) {
    let (session, asked) = script.session();
    let (mut told, mut done, mut error) = (Vec::new(), None, None);
    let mut progress = teardown(session, plan);
    while let Some(item) = progress.next().await {
        match item {
            Ok(Progress::Step(text)) => told.push(text),
            Ok(Progress::Resources(planned)) => told.push(format!("{} resources", planned.len())),
            Ok(Progress::Event(event)) => told.push(format!("{} {}", event.logical_id, event.status)),
            Ok(Progress::Done(end)) => done = Some(end),
            Err(end) => error = Some(end),
        }
    }
    (told, done, error, asked)
}

fn removed(checked: &[&str], left: &[&str]) -> Done {
    let owned = |list: &[&str]| list.iter().map(|item| (*item).to_owned()).collect();
    Done::Removed { checked: owned(checked), left: owned(left), unchecked: Vec::new() }
}

const ALL: [&str; 9] = ["stack", "rule", "function", "log group", "user pool", "bucket", "trail", "queue", "role"];

/// The trail is stopped, both buckets are emptied and deleted.
fn deletion(script: Script) -> Script {
    let script = script
        .on("StopLogging", [(200, "{}".into())])
        .on(&format!("GET {}?versions", trail_bucket()), [versions(&["log".into()], None), versions(&[], None)])
        .on(&format!("POST {}?delete", trail_bucket()), [(200, "<DeleteResult/>".into())])
        .on(&format!("GET {}?versions", deployment()), [versions(&["zip".into()], None), versions(&[], None)])
        .on(&format!("POST {}?delete", deployment()), [(200, "<DeleteResult/>".into())])
        .on(&format!("DELETE {}", deployment()), [ok()]);
    script.on("DeleteStack", [xml("DeleteStack", "")])
}

#[tokio::test(start_paused = true)]
async fn everything_is_deleted_and_looked_for() {
    let script = gone(deletion(Script::default()))
        .on(
            "DescribeStacks",
            [stack("CREATE_COMPLETE"), stack("CREATE_COMPLETE"), stack("DELETE_IN_PROGRESS"), stack("DELETE_COMPLETE")],
        )
        .on("ListStackResources", [all("CREATE_COMPLETE"), all("CREATE_COMPLETE"), all("DELETE_COMPLETE")])
        .on(
            "DescribeStackEvents",
            [
                events(&[("1", NAME, STACK, "CREATE_COMPLETE", "")]),
                events(&[("2", NAME, STACK, "DELETE_IN_PROGRESS", ""), ("1", NAME, STACK, "CREATE_COMPLETE", "")]),
                events(&[
                    ("4", NAME, STACK, "DELETE_COMPLETE", ""),
                    ("3", "Rule", "AWS::Events::Rule", "DELETE_COMPLETE", ""),
                    ("2", NAME, STACK, "DELETE_IN_PROGRESS", ""),
                ]),
            ],
        );
    let (told, done, error, asked) = run(script, full_plan()).await;
    assert_eq!(error, None);
    let expect = [
        "1 resources".to_owned(),
        "stopped the trail cacl-main".into(),
        format!("emptied {} (1 object)", names().trail_bucket()),
        format!("{NAME} DELETE_IN_PROGRESS"),
        "Rule DELETE_COMPLETE".into(),
        format!("{NAME} DELETE_COMPLETE"),
        format!("deleted the bucket {} (1 object)", names().deployment_bucket()),
    ];
    assert_eq!(told, expect);
    assert_eq!(done, Some(removed(&ALL, &[])));
    let calls = asked.calls();
    let place = |name: &str| calls.iter().position(|call| call == name);
    assert!(place("StopLogging") < place("DeleteStack"));
    assert_eq!(asked.bodies("GetQueueUrl"), [r#"{"QueueName":"queue-1"}"#]);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_fills_again_is_emptied_again() {
    let bucket = names().trail_bucket();
    let script = gone(deletion(Script::default()))
        .on(
            "DescribeStacks",
            [stack("CREATE_COMPLETE"), stack("CREATE_COMPLETE"), stack("DELETE_FAILED"), stack("DELETE_COMPLETE")],
        )
        .on(
            "ListStackResources",
            [all("CREATE_COMPLETE"), all("CREATE_COMPLETE"), all("DELETE_FAILED"), all("DELETE_COMPLETE")],
        )
        .on(
            "DescribeStackEvents",
            [
                events(&[]),
                events(&[
                    ("3", NAME, STACK, "DELETE_FAILED", "The following resource(s) failed to delete: [TrailBucket]."),
                    (
                        "2",
                        "TrailBucket",
                        "AWS::S3::Bucket",
                        "DELETE_FAILED",
                        "The bucket you tried to delete is not empty",
                    ),
                ]),
                events(&[("3", NAME, STACK, "DELETE_FAILED", "")]),
                events(&[("3", NAME, STACK, "DELETE_FAILED", "")]),
                events(&[("4", NAME, STACK, "DELETE_COMPLETE", ""), ("3", NAME, STACK, "DELETE_FAILED", "")]),
            ],
        );
    let (told, done, error, asked) = run(script, full_plan()).await;
    assert_eq!(error, None);
    assert_eq!(asked.count("DeleteStack"), 2);
    let again = "physical was filled again meanwhile; emptying it once more";
    assert!(told.iter().any(|line| line == again), "{told:?}");
    assert_eq!(done, Some(removed(&ALL, &[])));
    assert!(told.contains(&format!("emptied {bucket} (1 object)")));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_told() {
    let script = deletion(Script::default())
        .on("DescribeTrails", [(200, r#"{"trailList":[{"Name":"cacl-main"}]}"#.into())])
        .on("DescribeRule", [(200, "{}".into())])
        .on(&format!("GET /2015-03-31/functions/{FUNCTION}"), [json_error("AccessDeniedException")])
        .on("DescribeUserPool", [json_error("ResourceNotFoundException")])
        .on("GetQueueUrl", [(200, r#"{"QueueUrl":"u"}"#.into())])
        .on("DescribeLogGroups", [groups(&[])])
        .on(&format!("HEAD {}", trail_bucket()), [ok()])
        .on(&format!("HEAD {}", deployment()), [(404, String::new())])
        .on("DescribeStacks", [stack("CREATE_COMPLETE"), stack("CREATE_COMPLETE"), stack("DELETE_FAILED")])
        .on("ListStackResources", [all("CREATE_COMPLETE"), all("CREATE_COMPLETE"), all("DELETE_FAILED")])
        .on(
            "DescribeStackEvents",
            [
                events(&[]),
                events(&[
                    ("3", NAME, STACK, "DELETE_FAILED", ""),
                    ("2", "SubscriberRole", "AWS::IAM::Role", "DELETE_FAILED", "denied"),
                ]),
            ],
        );
    let (_, done, error, asked) = run(script, full_plan()).await;
    assert_eq!(error, None);
    assert_eq!(asked.count("DeleteStack"), 1, "to delete again would be no help");
    let Some(Done::Removed { checked, left, unchecked }) = done else { panic!("not done") };
    let [unknown] = unchecked.as_slice() else { panic!("{unchecked:?}") };
    assert_eq!(unknown.what, format!("cannot look for the function {FUNCTION}"));
    assert_eq!(unknown.reason, Reason::Permission);
    assert!(unknown.help.as_ref().is_some_and(|help| help.contains("lambda:GetFunction")), "{unknown:?}");
    assert!(!checked.contains(&"function".to_owned()), "what was not seen was not checked");
    let bucket = format!("bucket {}", names().trail_bucket());
    let expect = [
        "stack cacl-cognito-api-calls (DELETE_FAILED)",
        "rule cacl-app-client-api-call-events",
        &bucket,
        "trail cacl-main",
        "queue https://sqs.eu-west-1.amazonaws.com/1/queue-1",
        "SubscriberRole (DELETE_FAILED)",
    ];
    assert_eq!(left, expect);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_fails_keeps_no_other_from_being_made() {
    let script = Script::default()
        .on("DescribeStacks", [query_error("AccessDenied", "no")])
        .on("ListStackResources", [all("DELETE_COMPLETE"), query_error("AccessDenied", "no")])
        .on("DescribeTrails", [json_error("OddException")])
        .on("DescribeRule", [json_error("ResourceNotFoundException")])
        .on(&format!("GET /2015-03-31/functions/{FUNCTION}"), [(404, "{}".into())])
        .on("DescribeUserPool", [json_error("UnknownOperationException")])
        .on("GetQueueUrl", [json_error("com.amazonaws.sqs#QueueDoesNotExist")])
        .on("DescribeLogGroups", [json_error("AccessDeniedException")])
        .on(&format!("HEAD {}", trail_bucket()), [(403, String::new())])
        .on(&format!("HEAD {}", deployment()), [(404, String::new())]);
    let (session, _) = script.session();
    let record = crate::stack::resources(&session, ARN).await.expect("a record");
    let items: Vec<_> = verify::verify(session, full_plan(), record).collect().await;
    let Some(Ok(Progress::Done(Done::Removed { checked, left, unchecked }))) = items.last() else {
        panic!("{items:?}")
    };
    assert_eq!((checked.join(", "), left.len()), ("rule, function, queue, bucket".to_owned(), 0));
    let reasons: Vec<_> = unchecked.iter().map(|error| error.reason).collect();
    let denied = Reason::Permission;
    assert_eq!(reasons, [denied, denied, denied, Reason::Other, denied], "{unchecked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_group_that_came_back_is_deleted_too() {
    let group = names().log_group();
    let script = Script::default()
        .on("DescribeLogGroups", [groups(&[&group]), groups(&[])])
        .on("DeleteLogGroup", [(200, "{}".into())])
        .on("DescribeRule", [json_error("ResourceNotFoundException")])
        .on(&format!("GET /2015-03-31/functions/{FUNCTION}"), [(404, "{}".into())]);
    let plan = TeardownPlan { stack: None, resources: Vec::new(), buckets: Vec::new(), ..full_plan() };
    let (_, done, error, asked) = run(script, plan).await;
    assert_eq!(error, None);
    assert_eq!(asked.bodies("DeleteLogGroup"), [format!(r#"{{"logGroupName":"{group}"}}"#)]);
    assert_eq!(
        done,
        Some(removed(&["rule", "function", "log group"], &[])),
        "a stack that was gone before is no hindrance"
    );
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_was_carried_out_already_does_no_harm() {
    let script = gone(Script::default())
        .on("DescribeStacks", [no_stack()])
        .on("ListStackResources", [no_stack()])
        .on(&format!("GET {}?versions", trail_bucket()), [s3_error(404, "NoSuchBucket")])
        .on(&format!("GET {}?versions", deployment()), [s3_error(404, "NoSuchBucket")])
        .on(&format!("DELETE {}", trail_bucket()), [s3_error(404, "NoSuchBucket")])
        .on(&format!("DELETE {}", deployment()), [s3_error(404, "NoSuchBucket")]);
    let (_, done, error, asked) = run(script, full_plan()).await;
    assert_eq!((error, asked.count("DeleteStack")), (None, 0));
    assert_eq!(done, Some(removed(&["stack", "rule", "function", "log group", "bucket"], &[])));
}

#[tokio::test(start_paused = true)]
async fn a_deletion_under_way_is_joined() {
    let script = gone(deletion(Script::default()))
        .on("DescribeStacks", [stack("DELETE_IN_PROGRESS"), stack("DELETE_IN_PROGRESS"), stack("DELETE_COMPLETE")])
        .on("ListStackResources", [all("DELETE_IN_PROGRESS"), all("DELETE_COMPLETE")])
        .on(
            "DescribeStackEvents",
            [
                events(&[("2", NAME, STACK, "DELETE_IN_PROGRESS", ""), ("1", NAME, STACK, "CREATE_COMPLETE", "")]),
                events(&[("3", NAME, STACK, "DELETE_COMPLETE", ""), ("2", NAME, STACK, "DELETE_IN_PROGRESS", "")]),
            ],
        );
    let (told, done, error, asked) = run(script, full_plan()).await;
    assert_eq!((error, asked.count("DeleteStack")), (None, 0));
    assert_eq!(told[1], "an operation is under way (DELETE_IN_PROGRESS); following it first");
    assert_eq!(done, Some(removed(&ALL, &[])));
}

mod plans {
    use super::*;

    fn nothing() -> Script {
        Script::default()
            .on("DescribeStacks", [no_stack()])
            .on("DescribeLogGroups", [groups(&[])])
            .on(&format!("HEAD {}", trail_bucket()), [(404, String::new())])
            .on(&format!("HEAD {}", deployment()), [(404, String::new())])
    }

    #[tokio::test]
    async fn nothing_deployed_is_no_plan() {
        let (session, _) = nothing().session();
        assert_eq!(plan(&session, &names()).await, Ok(None));
    }

    #[tokio::test]
    async fn a_plan_names_the_stack_its_buckets_and_what_stays() {
        let script = Script::default()
            .on("DescribeStacks", [stack("CREATE_COMPLETE")])
            .on("ListStackResources", [all("CREATE_COMPLETE")])
            .on(&format!("GET {}?versions", trail_bucket()), [versions(&["a".into(), "b".into()], None)])
            .on(&format!("GET {}?versions", deployment()), [versions(&["c".into()], None)])
            .on(&format!("GET {}?tagging", deployment()), [our_tags()])
            .on(&format!("HEAD {}", deployment()), [ok()])
            .on("DescribeTrails", [(200, r#"{"trailList":[{"Name":"cacl-main"},{"Name":"company"}]}"#.into())]);
        let (session, asked) = script.session();
        let plan = plan(&session, &names()).await.expect("a plan").expect("something");
        assert_eq!(plan.stack.as_deref(), Some(ARN));
        assert_eq!(plan.resources.len(), 8);
        assert_eq!(plan.buckets, [(names().trail_bucket(), 2), (names().deployment_bucket(), 1)]);
        assert_eq!(plan.untouched, ["company"]);
        assert!(!asked.calls().iter().any(|call| call.starts_with("Delete") || call.starts_with("POST /")));
    }

    #[tokio::test]
    async fn leftovers_without_a_stack_are_found() {
        let script = Script::default()
            .on("DescribeStacks", [no_stack()])
            .on("DescribeLogGroups", [groups(&[&names().log_group()])])
            .on("DescribeTrails", [json_error("AccessDeniedException")])
            .on(&format!("HEAD {}", trail_bucket()), [(404, String::new())])
            .on(&format!("HEAD {}", deployment()), [ok()])
            .on(&format!("GET {}?tagging", deployment()), [our_tags()])
            .on(&format!("GET {}?versions", deployment()), [versions(&["c".into()], None)]);
        let (session, _) = script.session();
        let plan = plan(&session, &names()).await.expect("a plan").expect("something");
        assert_eq!((plan.stack, plan.buckets), (None, vec![(names().deployment_bucket(), 1)]));
        assert_eq!(
            plan.resources.iter().map(|p| p.resource_type.as_str()).collect::<Vec<_>>(),
            ["AWS::Logs::LogGroup"]
        );
        assert!(plan.untouched.is_empty(), "who may not list trails can tear down nonetheless");
    }

    #[tokio::test]
    async fn a_bucket_of_our_name_that_is_not_ours_stays_out_of_it() {
        let script = Script::default()
            .on("DescribeStacks", [no_stack()])
            .on("DescribeLogGroups", [groups(&[])])
            .on(&format!("HEAD {}", trail_bucket()), [ok()])
            .on(&format!("GET {}?tagging", trail_bucket()), [s3_error(404, "NoSuchTagSet")])
            .on(&format!("GET {}?versions", trail_bucket()), [versions(&["audit-log".into()], None)])
            .on(&format!("HEAD {}", deployment()), [(404, String::new())]);
        let (session, _) = script.session();
        assert_eq!(plan(&session, &names()).await, Ok(None));
    }

    #[tokio::test]
    async fn somebody_elses_stack_is_refused() {
        let foreign = xml(
            "DescribeStacks",
            "<Stacks><member><StackId>arn:x</StackId><StackName>x</StackName><CreationTime>2026-09-24T16:00:00Z\
             </CreationTime><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks>",
        );
        let (session, _) = Script::default().on("DescribeStacks", [foreign]).session();
        assert_eq!(plan(&session, &names()).await.expect_err("refused").reason, Reason::Invalid);
    }
}
