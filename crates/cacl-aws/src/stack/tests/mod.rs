//! Deployments on scripted answers and paused time.

mod obstacles;

use futures_util::StreamExt as _;

use super::*;
use crate::{
    Error, Reason,
    scripted::{
        Answer, Asked, Script, events, names, no_stack, ok, our_tags, query_error, resources, stack, versions, xml,
    },
};

const TEMPLATE: &str = "\
Parameters:
  Sandbox: {Type: String, Default: 'true'}
  SubscriberBucket: {Type: String}
  SubscriberKey: {Type: String}
  SubscriberArchitecture: {Type: String}
Conditions:
  CreateSandbox: {Fn::Equals: [{Ref: Sandbox}, 'true']}
Resources:
  UserPool: {Type: AWS::Cognito::UserPool, Condition: CreateSandbox}
  Rule: {Type: AWS::Events::Rule}
";

const STACK: &str = "AWS::CloudFormation::Stack";
const NAME: &str = "cacl-cognito-api-calls";

fn request() -> DeployRequest {
    DeployRequest {
        names: names(),
        template: TEMPLATE.into(),
        parameters: BTreeMap::from([("Sandbox".into(), "false".into())]),
        artifact: Artifact::stand_in(),
    }
}

/// The subscriber is uploaded already.
fn script() -> Script {
    let key = Artifact::stand_in().key();
    Script::default().on(&format!("HEAD /{}/{key}", names().deployment_bucket()), [ok()])
}

/// A change set that is made and comes to this status.
fn change_set(script: Script, status: &str, reason: &str) -> Script {
    let created = xml("CreateChangeSet", "<Id>arn:changeset</Id><StackId>arn:stack</StackId>");
    let arn = crate::scripted::ARN;
    let change = "<Changes><member><Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>Rule\
                  </LogicalResourceId><ResourceType>AWS::Events::Rule</ResourceType></ResourceChange></member></Changes>";
    let describe = |status: &str, changes: &str| {
        xml(
            "DescribeChangeSet",
            &format!("<StackId>{arn}</StackId><Status>{status}</Status><StatusReason>{reason}</StatusReason>{changes}"),
        )
    };
    script
        .on("CreateChangeSet", [created])
        .on("DescribeChangeSet", [describe("CREATE_IN_PROGRESS", ""), describe(status, change)])
        .on("ExecuteChangeSet", [xml("ExecuteChangeSet", "")])
        .on("DeleteChangeSet", [xml("DeleteChangeSet", "")])
}

/// Runs a deployment; what it reports in short, and how it ends if badly.
async fn run(script: Script) -> (Vec<String>, Option<Error>, Asked) {
    run_request(script, request()).await
}

async fn run_request(script: Script, request: DeployRequest) -> (Vec<String>, Option<Error>, Asked) {
    let (session, asked) = script.session();
    let (mut told, mut error) = (Vec::new(), None);
    let mut progress = deploy(session, request);
    while let Some(item) = progress.next().await {
        match item {
            Ok(Progress::Step(text)) => told.push(text),
            Ok(Progress::Resources(planned)) => {
                told.push(format!(
                    "resources {}",
                    planned.iter().map(|p| p.logical_id.as_str()).collect::<Vec<_>>().join(",")
                ));
            }
            Ok(Progress::Event(event)) => told.push(format!("{} {}", event.logical_id, event.status)),
            Ok(Progress::Done(Done::Deployed { changed, outputs })) => {
                told.push(format!("done {changed} {}", outputs.into_keys().collect::<Vec<_>>().join(",")));
            }
            Ok(Progress::Done(Done::Removed { .. })) => told.push("removed".into()),
            Err(end) => error = Some(end),
        }
    }
    (told, error, asked)
}

fn in_bucket() -> String {
    format!("the subscriber's stand-in (1 KiB) is in {} already", names().deployment_bucket())
}

#[tokio::test(start_paused = true)]
async fn a_new_stack_is_created_and_followed_event_by_event() {
    let script = change_set(script(), "CREATE_COMPLETE", "")
        .on(
            "DescribeStacks",
            [no_stack(), stack("REVIEW_IN_PROGRESS"), stack("CREATE_IN_PROGRESS"), stack("CREATE_COMPLETE")],
        )
        .on(
            "DescribeStackEvents",
            [
                events(&[("0", NAME, STACK, "REVIEW_IN_PROGRESS", "")]),
                events(&[("0", NAME, STACK, "REVIEW_IN_PROGRESS", "")]),
                events(&[
                    ("2", "Rule", "AWS::Events::Rule", "CREATE_IN_PROGRESS", ""),
                    ("1", NAME, STACK, "CREATE_IN_PROGRESS", ""),
                    ("0", NAME, STACK, "REVIEW_IN_PROGRESS", ""),
                ]),
                events(&[
                    ("4", NAME, STACK, "CREATE_COMPLETE", ""),
                    ("3", "Rule", "AWS::Events::Rule", "CREATE_COMPLETE", ""),
                    ("2b", "Rule", "AWS::Events::Rule", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
                    ("2", "Rule", "AWS::Events::Rule", "CREATE_IN_PROGRESS", ""),
                ]),
            ],
        );
    let (told, error, asked) = run(script).await;
    assert_eq!(error, None);
    let name = |status: &str| format!("{NAME} {status}");
    let expect = [
        in_bucket(),
        "resources Rule".into(),
        name("CREATE_IN_PROGRESS"),
        "Rule CREATE_IN_PROGRESS".into(),
        "Rule CREATE_COMPLETE".into(),
        name("CREATE_COMPLETE"),
        "done true LogGroupName".into(),
    ];
    assert_eq!(told, expect);

    let form = asked.bodies("CreateChangeSet").concat();
    for part in [
        "ChangeSetType=CREATE",
        "Capabilities.member.1=CAPABILITY_NAMED_IAM",
        "Tags.member.1.Key=managed-by&Tags.member.1.Value=cacl-tui",
        "ParameterKey=Sandbox&Parameters.member.1.ParameterValue=false",
        "ParameterValue=cacl-deployment-123456789012-eu-west-1",
        "ParameterValue=subscriber/",
        "ClientToken=cacl-",
        "TemplateBody=Parameters:",
    ] {
        assert!(form.contains(part), "{part}: {form}");
    }
    assert!(asked.bodies("ExecuteChangeSet").concat().contains("ClientRequestToken=cacl-"));
}

#[tokio::test(start_paused = true)]
async fn the_subscriber_is_uploaded_with_its_checksum() {
    let bucket = format!("/{}", names().deployment_bucket());
    let key = Artifact::stand_in().key();
    let mut script = change_set(Script::default(), "FAILED", "The submitted information didn't contain changes.")
        .on(&format!("HEAD {bucket}/{key}"), [(404, String::new())])
        .on(&format!("HEAD {bucket}"), [(404, String::new())])
        .on(&format!("PUT {bucket}/{key}"), [ok()])
        .on("DescribeStacks", [stack("CREATE_COMPLETE")]);
    for setting in ["", "?tagging", "?publicAccessBlock", "?encryption", "?policy"] {
        script = script.on(&format!("PUT {bucket}{setting}"), [ok()]);
    }
    let (told, error, asked) = run(script).await;
    assert_eq!(error, None);
    assert_eq!(told[0], format!("uploaded the subscriber's stand-in (1 KiB) to {}", &bucket[1..]));
    let calls = asked.calls();
    let (created, put) = (format!("PUT {bucket}"), format!("PUT {bucket}/{key}"));
    let place = |call: &String| calls.iter().position(|made| made == call);
    assert!(place(&created) < place(&put) && place(&created).is_some(), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_to_do_is_success() {
    let script = change_set(script(), "FAILED", "No updates are to be performed.")
        .on("DescribeStacks", [stack("UPDATE_COMPLETE")]);
    let (told, error, asked) = run(script).await;
    assert_eq!((told, error), (vec![in_bucket(), "done false LogGroupName".into()], None));
    assert!(asked.bodies("CreateChangeSet").concat().contains("ChangeSetType=UPDATE"));
    assert_eq!((asked.count("ExecuteChangeSet"), asked.count("DeleteChangeSet")), (0, 1));

    let refused = script_refusing("ValidationError", "No updates are to be performed.");
    let (told, error, _) = run(refused.on("DescribeStacks", [stack("UPDATE_COMPLETE")])).await;
    assert_eq!((told.len(), error), (2, None));
}

fn script_refusing(code: &str, message: &str) -> Script {
    script().on("CreateChangeSet", [query_error(code, message)])
}

#[tokio::test(start_paused = true)]
async fn an_update_tells_what_it_touches() {
    let script = change_set(script(), "CREATE_COMPLETE", "")
        .on("DescribeStacks", [stack("CREATE_COMPLETE"), stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE")])
        .on(
            "DescribeStackEvents",
            [
                events(&[("1", NAME, STACK, "CREATE_COMPLETE", "")]),
                events(&[("2", NAME, STACK, "UPDATE_IN_PROGRESS", ""), ("1", NAME, STACK, "CREATE_COMPLETE", "")]),
                events(&[("3", NAME, STACK, "UPDATE_COMPLETE", ""), ("2", NAME, STACK, "UPDATE_IN_PROGRESS", "")]),
            ],
        );
    let (told, error, _) = run(script).await;
    assert_eq!(error, None);
    let update = |status: &str| format!("{NAME} UPDATE_{status}");
    let expect = [
        in_bucket(),
        "resources Rule".into(),
        update("IN_PROGRESS"),
        update("COMPLETE"),
        "done true LogGroupName".into(),
    ];
    assert_eq!(told, expect);
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_is_the_cause() {
    let denied = "User: u is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/r";
    let script =
        change_set(script(), "CREATE_COMPLETE", "").on("DescribeStacks", [no_stack(), stack("ROLLBACK_COMPLETE")]).on(
            "DescribeStackEvents",
            [
                events(&[]),
                events(&[
                    ("9", NAME, STACK, "ROLLBACK_COMPLETE", ""),
                    ("8", "Role", "AWS::IAM::Role", "DELETE_COMPLETE", ""),
                    ("5", NAME, STACK, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Role]"),
                    ("4", "Pool", "AWS::Cognito::UserPool", "CREATE_FAILED", "another, later failure"),
                    ("3", "Role", "AWS::IAM::Role", "CREATE_FAILED", denied),
                    ("2", "Rule", "AWS::Events::Rule", "CREATE_FAILED", "Resource creation cancelled"),
                    ("1", NAME, STACK, "CREATE_IN_PROGRESS", ""),
                ]),
            ],
        );
    let (told, error, _) = run(script).await;
    assert_eq!(told.len(), 2 + 7);
    let error = error.expect("failed");
    assert_eq!(error.reason, Reason::StackFailed);
    assert_eq!(error.what, format!("the stack {NAME} failed and is now in ROLLBACK_COMPLETE"));
    assert_eq!(error.why, Some(format!("Role (AWS::IAM::Role) CREATE_FAILED: {denied}")));
    assert!(error.help.is_some_and(|help| help.starts_with("ask for the permission iam:CreateRole")));
}

#[tokio::test(start_paused = true)]
async fn trouble_while_following_does_not_end_it() {
    let down = || query_error("Throttling", "Rate exceeded");
    let script = change_set(script(), "CREATE_COMPLETE", "")
        // The SDK tries three times itself; then we do.
        .on("DescribeStacks", [no_stack(), down(), down(), down(), down(), down(), down(), stack("CREATE_COMPLETE")])
        .on("DescribeStackEvents", [events(&[]), events(&[("1", NAME, STACK, "CREATE_COMPLETE", "")])]);
    let (told, error, _) = run(script).await;
    assert_eq!(error, None);
    let trouble = told.iter().filter(|line| line.ends_with("trying again")).count();
    assert_eq!(trouble, 2, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn who_loses_the_operation_is_told_that_it_goes_on() {
    let expired: Answer = query_error("ExpiredToken", "The security token included in the request is expired");
    let script = change_set(script(), "CREATE_COMPLETE", "")
        .on("DescribeStacks", [no_stack(), expired])
        .on("DescribeStackEvents", [events(&[])]);
    let (_, error, _) = run(script).await;
    let error = error.expect("expired");
    assert_eq!(error.reason, Reason::Expired);
    let help = error.help.expect("help");
    assert!(help.contains("aws sso login") && help.contains("the operation goes on"), "{help}");
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_tells_nothing_ends_when_it_is_at_rest() {
    let script = change_set(script(), "CREATE_COMPLETE", "")
        .on("DescribeStacks", [no_stack(), stack("CREATE_COMPLETE")])
        .on("DescribeStackEvents", [query_error("ValidationError", "Stack [x] does not exist")]);
    let (told, error, _) = run(script).await;
    assert_eq!(error, None);
    assert_eq!(told, [in_bucket(), "resources Rule".into(), "done true LogGroupName".into()]);
}

#[tokio::test(start_paused = true)]
async fn a_change_set_that_fails_leaves_no_stack_under_review() {
    let script = change_set(script(), "FAILED", "Template error: bad")
        .on("DescribeStacks", [no_stack(), stack("REVIEW_IN_PROGRESS"), stack("REVIEW_IN_PROGRESS"), no_stack()])
        .on("ListStackResources", [resources(&[])])
        .on("DescribeStackEvents", [events(&[])])
        .on("DeleteStack", [xml("DeleteStack", "")]);
    let (_, error, asked) = run(script).await;
    let error = error.expect("failed");
    assert_eq!((error.reason, error.why.as_deref()), (Reason::StackFailed, Some("Template error: bad")));
    assert_eq!(asked.count("DeleteStack"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_large_template_goes_by_way_of_s3() {
    let mut request = request();
    request.template += "# ";
    request.template += &"x".repeat(52_000);
    let key = crate::artifact::template_key(&request.template);
    let put = format!("PUT /{}/{key}", names().deployment_bucket());
    let script = change_set(script(), "FAILED", "didn't contain changes")
        .on(&put, [ok()])
        .on("DescribeStacks", [stack("CREATE_COMPLETE")]);
    let (_, error, asked) = run_request(script, request).await;
    assert_eq!(error, None);
    assert_eq!(asked.count(&put), 1);
    let form = asked.bodies("CreateChangeSet").concat();
    assert!(form.contains(&format!("TemplateURL=http://127.0.0.1:9/{}/template/", names().deployment_bucket())));
    assert!(!form.contains("TemplateBody"));
}

#[tokio::test]
async fn a_bad_template_is_found_before_anything_is_made() {
    let mut request = request();
    request.template = "Resources:\n  A: [\n".into();
    let (told, error, asked) = run_request(Script::default(), request).await;
    assert_eq!((told.len(), asked.calls().len()), (0, 0));
    assert_eq!(error.map(|error| error.reason), Some(Reason::Invalid));
}

#[tokio::test]
async fn a_stack_is_described_with_what_it_has() {
    let (session, _) = Script::default().on("DescribeStacks", [stack("CREATE_COMPLETE"), no_stack()]).session();
    let found = describe(&session, NAME).await.expect("described").expect("a stack");
    assert_eq!((found.arn.as_str(), found.status.as_str()), (crate::scripted::ARN, "CREATE_COMPLETE"));
    assert_eq!(found.outputs["LogGroupName"], "/aws/lambda/x");
    assert_eq!(found.created.map(|time| time.to_string()).as_deref(), Some("2026-09-24T16:00:00Z"));
    assert_eq!(found.updated, found.created);
    assert_eq!(describe(&session, NAME).await, Ok(None));
    let (session, _) = Script::default().on("DescribeStacks", [stack("DELETE_COMPLETE")]).session();
    assert_eq!(describe(&session, NAME).await, Ok(None), "a deleted stack is found by ARN only");
}

#[test]
fn streams_are_sent_and_outlive_their_caller() {
    fn check<T: Send + 'static>(_: T) {}
    let (session, _) = Script::default().on("x", [our_tags()]).session();
    check(deploy(session, request()));
}
