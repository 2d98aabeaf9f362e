//! The life of stacks, through the Query protocol.

use std::time::{Duration, Instant};

use crate::client::{Answer, local, query, s3};
use cacl_local::{Faults, Local};
use rstest::rstest;

const STACK: &str = include_str!("../../../../stack.yaml");

const SMALL: &str = r"
Parameters:
  Color: {Type: String, Default: red}
  Extra: {Type: String, Default: 'no'}
Conditions:
  WithExtra: !Equals [!Ref Extra, 'yes']
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: small, DisplayName: !Ref Color}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub '${Topic.TopicName}-queue'}
  Bucket:
    Type: AWS::S3::Bucket
    DependsOn: Queue
    Properties: {BucketName: small-bucket}
  Other:
    Type: AWS::SNS::Topic
    Condition: WithExtra
    DependsOn: Topic
Outputs:
  QueueArn: {Value: !GetAtt Queue.Arn, Description: the queue}
  OtherArn: {Value: !Ref Other, Condition: WithExtra}
";

fn call(local: &Local, action: &str, fields: &[(&str, &str)]) -> Answer {
    query(local, "cloudformation", action, fields)
}

/// Fields with a template and parameters beside.
fn with<'a>(template: &'a str, parameters: &'a [(String, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("TemplateBody", template), ("Capabilities.member.1", "CAPABILITY_IAM")];
    fields.extend(parameters.iter().map(|(name, value)| (name.as_str(), *value)));
    fields
}

fn parameters<'a>(values: &[(&'a str, &'a str)]) -> Vec<(String, &'a str)> {
    let numbered = values.iter().zip(1..).flat_map(|((name, value), number)| {
        let field = format!("Parameters.member.{number}.Parameter");
        [(format!("{field}Key"), *name), (format!("{field}Value"), *value)]
    });
    numbered.collect()
}

/// Asks until the answer is no longer one of being under way.
fn settled(local: &Local, action: &str, fields: &[(&str, &str)], element: &str) -> Answer {
    let patience = Instant::now() + Duration::from_mins(10);
    loop {
        let answer = call(local, action, fields);
        let status = answer.one(element);
        if status == "REVIEW_IN_PROGRESS" || !status.ends_with("IN_PROGRESS") {
            return answer;
        }
        assert!(Instant::now() < patience, "{answer:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn status(local: &Local, name: &str) -> Answer {
    settled(local, "DescribeStacks", &[("StackName", name)], "StackStatus")
}

fn change_set(local: &Local, kind: &str, template: &str, values: &[(&str, &str)]) -> Answer {
    let parameters = parameters(values);
    let mut fields = with(template, &parameters);
    fields.extend([("StackName", "s"), ("ChangeSetName", "c"), ("ChangeSetType", kind)]);
    let made = call(local, "CreateChangeSet", &fields);
    if made.status != 200 {
        return made;
    }
    settled(local, "DescribeChangeSet", &[("ChangeSetName", made.one("Id"))], "Status")
}

fn execute(local: &Local) -> Answer {
    let fields = [("StackName", "s"), ("ChangeSetName", "c"), ("ClientRequestToken", "token-1")];
    assert_eq!(call(local, "ExecuteChangeSet", &fields).status, 200);
    let ended = status(local, "s");
    call(local, "DeleteChangeSet", &fields);
    ended
}

/// Logical id and status of every event, the oldest first.
fn events(local: &Local, stack: &str) -> Vec<String> {
    let answer = call(local, "DescribeStackEvents", &[("StackName", stack)]);
    let pairs = answer.all("LogicalResourceId").into_iter().zip(answer.all("ResourceStatus"));
    let mut events: Vec<_> = pairs.map(|(id, status)| format!("{id} {status}")).collect();
    events.reverse();
    events
}

fn place(events: &[String], wanted: &str) -> usize {
    events.iter().position(|event| event == wanted).unwrap_or_else(|| panic!("no {wanted} in {events:#?}"))
}

#[test]
fn a_stack_is_reviewed_made_updated_and_deleted() {
    let local = local(Faults::default());
    let set = change_set(&local, "CREATE", SMALL, &[]);
    assert_eq!((set.one("Status"), set.one("ExecutionStatus")), ("CREATE_COMPLETE", "AVAILABLE"), "{set:?}");
    assert_eq!(set.all("LogicalResourceId"), ["Topic", "Queue", "Bucket"]);
    assert_eq!(status(&local, "s").one("StackStatus"), "REVIEW_IN_PROGRESS");

    let made = execute(&local);
    assert_eq!(made.one("StackStatus"), "CREATE_COMPLETE", "{made:?}");
    assert_eq!(made.all("OutputKey"), ["QueueArn"]);
    assert_eq!(made.one("OutputValue"), "arn:aws:sqs:us-east-1:000000000000:small-queue");
    let told = events(&local, "s");
    assert_eq!(told[..2], ["s REVIEW_IN_PROGRESS", "s CREATE_IN_PROGRESS"]);
    for (first, then) in [("Topic", "Queue"), ("Queue", "Bucket")] {
        let (done, begun) = (format!("{first} CREATE_COMPLETE"), format!("{then} CREATE_IN_PROGRESS"));
        assert!(place(&told, &done) < place(&told, &begun), "{told:#?}");
    }
    let answer = call(&local, "DescribeStackEvents", &[("StackName", "s")]);
    assert_eq!(answer.all("ClientRequestToken").len(), told.len() - 1, "all but the review");
    assert_eq!(s3(&local, "HEAD /small-bucket", "", "").status, 200);

    let set = change_set(&local, "UPDATE", SMALL, &[]);
    assert_eq!(set.one("Status"), "FAILED");
    assert!(set.one("StatusReason").starts_with("The submitted information didn&apos;t contain changes."), "{set:?}");
    call(&local, "DeleteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]);
    let set = change_set(&local, "UPDATE", &format!("{SMALL}\nDescription: the same"), &[]);
    assert_eq!(set.one("StatusReason"), "No updates are to be performed.");
    call(&local, "DeleteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]);

    let set = change_set(&local, "UPDATE", SMALL, &[("Color", "blue"), ("Extra", "yes")]);
    assert_eq!((set.all("Action"), set.all("LogicalResourceId")), (vec!["Modify", "Add"], vec!["Topic", "Other"]));
    let updated = execute(&local);
    assert_eq!(updated.one("StackStatus"), "UPDATE_COMPLETE", "{updated:?}");
    assert_eq!(updated.all("OutputKey"), ["QueueArn", "OtherArn"]);

    let set = change_set(&local, "UPDATE", SMALL, &[("Color", "blue")]);
    assert_eq!((set.all("Action"), set.all("LogicalResourceId")), (vec!["Remove"], vec!["Other"]));
    assert_eq!(execute(&local).one("StackStatus"), "UPDATE_COMPLETE");
    let resources = call(&local, "DescribeStackResources", &[("StackName", "s")]);
    assert_eq!(resources.all("LogicalResourceId"), ["Topic", "Queue", "Bucket"]);

    let id = updated.one("StackId");
    call(&local, "DeleteStack", &[("StackName", "s")]);
    assert_eq!(status(&local, id).one("StackStatus"), "DELETE_COMPLETE");
    let gone = status(&local, "s");
    assert_eq!((gone.status, gone.one("Code")), (400, "ValidationError"));
    assert_eq!(gone.one("Message"), "Stack with id s does not exist");
    let told = events(&local, id);
    assert!(place(&told, "Bucket DELETE_COMPLETE") < place(&told, "Queue DELETE_IN_PROGRESS"), "{told:#?}");
    assert_eq!(s3(&local, "HEAD /small-bucket", "", "").status, 404);
}

#[test]
fn what_is_renamed_is_made_anew_and_the_old_one_goes() {
    let local = local(Faults::default());
    let create = |template: &str| {
        let fields = with(template, &[]);
        [&fields[..], &[("StackName", "s")]]
            .concat()
            .iter()
            .map(|&(n, v)| (n.to_owned(), v.to_owned()))
            .collect::<Vec<_>>()
    };
    let send = |action: &str, template: &str| {
        let fields = create(template);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        call(&local, action, &fields)
    };
    assert_eq!(send("CreateStack", SMALL).status, 200);
    assert_eq!(status(&local, "s").one("StackStatus"), "CREATE_COMPLETE");
    assert_eq!(send("CreateStack", SMALL).one("Code"), "AlreadyExistsException");
    assert_eq!(send("UpdateStack", SMALL).one("Message"), "No updates are to be performed.");

    let renamed = SMALL.replace("small-bucket", "other-bucket");
    assert_eq!(send("UpdateStack", &renamed).status, 200);
    assert_eq!(status(&local, "s").one("StackStatus"), "UPDATE_COMPLETE");
    assert_eq!(s3(&local, "HEAD /small-bucket", "", "").status, 404);
    assert_eq!(s3(&local, "HEAD /other-bucket", "", "").status, 200);
    let told = events(&local, "s");
    assert!(place(&told, "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") < place(&told, "Bucket DELETE_COMPLETE"));

    let broken = renamed.replace("other-bucket", "third-bucket").replace("DependsOn: Topic", "DependsOn: Bucket");
    let broken = broken.replace("Default: 'no'", "Default: 'yes'");
    let broken = broken.replace("DependsOn: Bucket\n", "DependsOn: Bucket\n    Properties: {TopicNam: x}\n");
    assert_eq!(send("UpdateStack", &broken).status, 200);
    let rolled_back = status(&local, "s");
    assert_eq!(rolled_back.one("StackStatus"), "UPDATE_ROLLBACK_COMPLETE", "{:#?}", events(&local, "s"));
    let told = call(&local, "DescribeStackEvents", &[("StackName", "s")]);
    assert!(told.all("ResourceStatusReason").contains(&"Encountered unsupported property TopicNam"), "{told:?}");
    assert_eq!(s3(&local, "HEAD /other-bucket", "", "").status, 200, "as before");
    assert_eq!(s3(&local, "HEAD /third-bucket", "", "").status, 404, "taken back");
    assert_eq!(send("UpdateStack", &renamed).one("Message"), "No updates are to be performed.");
}

#[test]
fn a_failed_creation_is_rolled_back_and_can_only_be_deleted() {
    let local = local(Faults { fail_resource: Some("Bucket".to_owned()), ..Faults::default() });
    change_set(&local, "CREATE", SMALL, &[]);
    let failed = execute(&local);
    assert_eq!(failed.one("StackStatus"), "ROLLBACK_COMPLETE", "{failed:?}");
    let told = call(&local, "DescribeStackEvents", &[("StackName", "s")]);
    let reasons = told.all("ResourceStatusReason");
    assert!(
        reasons.contains(&"The following resource(s) failed to create: [Bucket]. Rollback requested by user."),
        "{reasons:?}"
    );
    let told = events(&local, "s");
    assert!(place(&told, "Bucket CREATE_FAILED") < place(&told, "s ROLLBACK_IN_PROGRESS"), "{told:#?}");
    assert!(place(&told, "Queue DELETE_COMPLETE") < place(&told, "Topic DELETE_IN_PROGRESS"), "{told:#?}");
    assert!(query(&local, "sns", "ListTopics", &[]).all("TopicArn").is_empty());

    let refused = change_set(&local, "UPDATE", SMALL, &[]);
    let id = failed.one("StackId");
    assert_eq!(refused.one("Message"), format!("Stack:{id} is in ROLLBACK_COMPLETE state and can not be updated."));
    let refused = change_set(&local, "CREATE", SMALL, &[]);
    assert!(refused.one("Message").starts_with("Stack [s] already exists"), "{refused:?}");

    call(&local, "DeleteStack", &[("StackName", "s")]);
    assert_eq!(status(&local, id).one("StackStatus"), "DELETE_COMPLETE");
    local.set_faults(Faults::default());
    change_set(&local, "CREATE", SMALL, &[]);
    assert_eq!(execute(&local).one("StackStatus"), "CREATE_COMPLETE");
}

#[test]
fn a_bucket_with_something_in_it_stays_until_emptied() {
    let local = local(Faults::default());
    change_set(&local, "CREATE", SMALL, &[]);
    let id = execute(&local).one("StackId").to_owned();
    s3(&local, "PUT /small-bucket/key", "", "x");
    call(&local, "DeleteStack", &[("StackName", "s")]);
    let failed = status(&local, "s");
    assert_eq!(failed.one("StackStatus"), "DELETE_FAILED");
    assert!(failed.one("StackStatusReason").contains("failed to delete: [Bucket]"), "{failed:?}");
    let resources = call(&local, "DescribeStackResources", &[("StackName", "s"), ("LogicalResourceId", "Bucket")]);
    assert_eq!(resources.one("ResourceStatus"), "DELETE_FAILED");
    assert!(resources.one("ResourceStatusReason").starts_with("The bucket you tried to delete is not empty."));

    s3(&local, "DELETE /small-bucket/key", "", "");
    call(&local, "DeleteStack", &[("StackName", "s")]);
    assert_eq!(status(&local, &id).one("StackStatus"), "DELETE_COMPLETE");
}

#[rstest]
#[case("DescribeStacks", "Stack with id none does not exist")]
#[case("DescribeStackResources", "Stack with id none does not exist")]
#[case("ListStackResources", "Stack with id none does not exist")]
#[case("GetTemplate", "Stack with id none does not exist")]
#[case("DescribeStackEvents", "Stack [none] does not exist")]
fn a_missing_stack_is_named(#[case] action: &str, #[case] message: &str) {
    let answer = call(&local(Faults::default()), action, &[("StackName", "none")]);
    assert_eq!((answer.status, answer.one("Code"), answer.one("Message")), (400, "ValidationError", message));
}

#[test]
fn many_events_come_in_pages() {
    let local = local(Faults::default());
    let template = (0..40).fold("Resources:\n".to_owned(), |template, number| {
        format!("{template}  Q{number}: {{Type: AWS::SQS::Queue}}\n")
    });
    change_set(&local, "CREATE", &template, &[]);
    assert_eq!(execute(&local).one("StackStatus"), "CREATE_COMPLETE");
    let first = call(&local, "DescribeStackEvents", &[("StackName", "s")]);
    assert_eq!(first.all("EventId").len(), 100);
    let fields = [("StackName", "s"), ("NextToken", first.one("NextToken"))];
    let second = call(&local, "DescribeStackEvents", &fields);
    // Three of each queue, and three of the stack.
    assert_eq!((second.all("EventId").len(), second.one("NextToken")), (23, ""));
    let mut all = [first.all("EventId"), second.all("EventId")].concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 123);
}

#[test]
fn the_stack_of_the_product_comes_and_goes() {
    let local = local(Faults::default());
    s3(&local, "PUT /code", "", "");
    // The end record of a zip without files.
    let zip = "PK\u{5}\u{6}".to_owned() + &"\0".repeat(18);
    assert_eq!(s3(&local, "PUT /code/subscriber.zip", "", &zip).status, 200);
    let values = [
        ("SubscriberBucket", "code"),
        ("SubscriberKey", "subscriber.zip"),
        ("SubscriberArchitecture", "x86_64"),
        ("NotifyEmail", "kim@example.org"),
    ];
    let set = change_set(&local, "CREATE", STACK, &values);
    assert_eq!(set.one("Status"), "CREATE_COMPLETE", "{set:?}");
    let made = execute(&local);
    assert_eq!(made.one("StackStatus"), "CREATE_COMPLETE", "{:#?}", events(&local, "s"));
    for output in
        ["LogGroupName", "RuleName", "FunctionName", "TrailName", "TrailBucketName", "UserPoolId", "AppClientId"]
    {
        assert!(made.all("OutputKey").contains(&output), "{output}: {made:?}");
    }
    let id = made.one("StackId").to_owned();
    call(&local, "DeleteStack", &[("StackName", "s")]);
    // The trail may have written a file by then, and another one while that was deleted.
    for _ in 0..100 {
        if status(&local, &id).one("StackStatus") != "DELETE_FAILED" {
            break;
        }
        let bucket = "cacl-cloudtrail-000000000000-us-east-1";
        for key in s3(&local, &format!("GET /{bucket}?list-type=2"), "", "").all("Key") {
            s3(&local, &format!("DELETE /{bucket}/{key}"), "", "");
        }
        call(&local, "DeleteStack", &[("StackName", "s")]);
    }
    assert_eq!(status(&local, &id).one("StackStatus"), "DELETE_COMPLETE", "{:#?}", events(&local, &id));
    assert_eq!(s3(&local, "GET /", "", "").all("Name"), ["code"]);
    assert!(query(&local, "iam", "ListRoles", &[]).all("RoleName").is_empty());
}

#[rstest]
#[case(&[("StackName", "9s")], "Member must satisfy regular expression pattern")]
#[case(&[("StackName", "s"), ("TemplateBody", "Resources: {Q: {Type: Nope}}")], "Unrecognized resource types: [Nope]")]
#[case(&[("StackName", "s")], "Either Template URL or Template Body must be specified.")]
#[case(&[("StackName", "s"), ("TemplateURL", "http://127.0.0.1/none/key")], "S3 error: The specified bucket does not exist")]
fn creation_is_refused(#[case] fields: &[(&str, &str)], #[case] message: &str) {
    let local = local(Faults::default());
    let answer = call(&local, "CreateStack", fields);
    assert_eq!(answer.one("Code"), "ValidationError");
    assert!(answer.one("Message").contains(message), "{answer:?}");
    assert_eq!(call(&local, "ListStacks", &[]).all("StackName"), Vec::<&str>::new(), "nothing was begun");
}
