//! The screens in a real terminal, with a story told from a file, to look at and to take pictures of:
//! `cargo run -p cacl-tui --example screens -- watch|empty|deploy|failed [--mono] [--ascii]`.

use std::{env, error::Error, time::Duration};

use cacl_aws::{Progress, StackEvent, Status, template::Planned};
use cacl_event::{Decoded, decode};
use cacl_tui::{
    feed::Feed,
    screen::{self, Heading, Look, Outside, Scene, Session},
};
use futures_util::stream::{self, StreamExt};
use jiff::{
    SignedDuration, Timestamp,
    tz::{TimeZone, offset},
};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let look = Look { color: !given("--mono"), ascii: given("--ascii"), time_zone: TimeZone::fixed(offset(2)) };
    let start: Timestamp = "2026-10-01T08:46:40Z".parse()?;
    let began = Instant::now();
    let now = || start + SignedDuration::try_from(began.elapsed()).unwrap_or_default();
    let mut session = Session::enter(true)?;
    let stop = std::future::pending();
    if given("deploy") || given("failed") {
        let items = stream::iter(deployment(start, given("failed")).into_iter().map(Ok)).chain(stream::pending());
        let heading = heading(start - SignedDuration::from_secs(72));
        let outside = Outside { input: &mut session.input, stop, now, carry_out: |task| match task {} };
        screen::progress(&mut session.terminal, &heading, &look, items, outside).await?;
    } else {
        let changes = if given("empty") { Vec::new() } else { story() };
        let first = stream::iter([Feed::Status(Status::Live)]).chain(stream::iter(changes));
        let alive = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Feed::Status(Status::Live), ()))
        });
        let scene = scene(start)?;
        let mut outlet = screen::task::Outlet::stdout();
        let carry_out = |task| outlet.carry_out(task);
        let outside = Outside { input: &mut session.input, stop, now, carry_out };
        screen::watch(&mut session.terminal, &scene, &look, first.chain(alive), outside).await?;
    }
    Ok(())
}

fn story() -> Vec<Feed> {
    let lines = include_str!("../src/screen/tests/story.jsonl").lines().flat_map(decode);
    lines
        .map(|decoded| match decoded {
            Decoded::Change(mut change) => {
                let lambda = change.hops.lambda.unwrap_or(change.time);
                change.hops.log = Some(lambda + SignedDuration::from_millis(200));
                change.hops.ingested = Some(lambda + SignedDuration::from_millis(2100));
                change.hops.screen = Some(lambda + SignedDuration::from_millis(3300));
                Feed::Change(change)
            }
            Decoded::Platform(platform) => Feed::Platform(platform),
            Decoded::Foreign(text) => Feed::Foreign { time: None, text },
        })
        .collect()
}

fn scene(start: Timestamp) -> Result<Scene, Box<dyn Error>> {
    Ok(Scene {
        recorded: false,
        stack: "cacl-cognito-api-calls".into(),
        account: "123456789012".into(),
        region: "eu-west-1".into(),
        who: "IdentityAdmin kim@example.org".into(),
        armed: Some(start.checked_sub(SignedDuration::from_mins(4))?),
        hint: None,
        wishes: screen::Wishes::default(),
        filter: None,
    })
}

fn heading(started: Timestamp) -> Heading {
    Heading {
        verb: "Deploying".into(),
        stack: "cacl-cognito-api-calls".into(),
        account: "123456789012".into(),
        region: "eu-west-1".into(),
        expected: Some(Duration::from_mins(2)),
        started,
        detach_hint: "the deployment goes on; `cacl-tui deploy` comes back to it".into(),
    }
}

fn deployment(start: Timestamp, failed: bool) -> Vec<Progress> {
    let resources = [
        ("UserPool", "AWS::Cognito::UserPool"),
        ("UserPoolResourceServer", "AWS::Cognito::UserPoolResourceServer"),
        ("UserPoolClient", "AWS::Cognito::UserPoolClient"),
        ("TrailBucket", "AWS::S3::Bucket"),
        ("TrailBucketPolicy", "AWS::S3::BucketPolicy"),
        ("Trail", "AWS::CloudTrail::Trail"),
        ("SubscriberLogGroup", "AWS::Logs::LogGroup"),
        ("DeadLetterQueue", "AWS::SQS::Queue"),
        ("SubscriberRole", "AWS::IAM::Role"),
        ("Subscriber", "AWS::Lambda::Function"),
        ("Rule", "AWS::Events::Rule"),
        ("SubscriberPermission", "AWS::Lambda::Permission"),
        ("DeadLetterQueuePolicy", "AWS::SQS::QueuePolicy"),
    ];
    let kind = |id: &str| {
        resources.iter().find(|(known, _)| *known == id).map_or("AWS::CloudFormation::Stack", |(_, kind)| kind)
    };
    let plan = resources.map(|(id, kind)| Planned { logical_id: id.into(), resource_type: kind.into() });
    let mut told = vec![
        Progress::Step("made the bucket cacl-deployment-123456789012-eu-west-1".into()),
        Progress::Step("uploaded the subscriber (412 KiB)".into()),
        Progress::Resources(plan.into()),
    ];
    let mut event = |second: i64, id: &str, status: &str, reason: Option<&str>| {
        told.push(Progress::Event(StackEvent {
            id: format!("{id}-{status}-{second}"),
            time: start - SignedDuration::from_secs(72 - second),
            logical_id: id.into(),
            resource_type: kind(id).into(),
            physical_id: None,
            status: status.into(),
            reason: reason.map(str::to_owned),
        }));
    };
    event(6, "cacl-cognito-api-calls", "CREATE_IN_PROGRESS", Some("User Initiated"));
    for id in ["SubscriberLogGroup", "TrailBucket", "DeadLetterQueue", "UserPool"] {
        event(8, id, "CREATE_IN_PROGRESS", None);
    }
    for (second, id) in [(10, "SubscriberLogGroup"), (12, "UserPool"), (30, "TrailBucket")] {
        event(second, id, "CREATE_COMPLETE", None);
    }
    for id in ["TrailBucketPolicy", "UserPoolResourceServer", "SubscriberRole"] {
        event(31, id, "CREATE_IN_PROGRESS", None);
    }
    for (second, id) in [(33, "UserPoolResourceServer"), (34, "TrailBucketPolicy"), (40, "DeadLetterQueue")] {
        event(second, id, "CREATE_COMPLETE", None);
    }
    event(41, "Trail", "CREATE_IN_PROGRESS", None);
    if failed {
        let why = "Resource handler returned message: \"User: arn:aws:sts::123456789012:assumed-role/Developer/kim is not \
                   authorized to perform: cloudtrail:CreateTrail\" (HandlerErrorCode: AccessDenied)";
        event(44, "Trail", "CREATE_FAILED", Some(why));
        event(44, "SubscriberRole", "CREATE_FAILED", Some("Resource creation cancelled"));
        event(
            45,
            "cacl-cognito-api-calls",
            "ROLLBACK_IN_PROGRESS",
            Some("The following resource(s) failed to create: [Trail]."),
        );
        event(47, "TrailBucketPolicy", "DELETE_IN_PROGRESS", None);
        event(48, "TrailBucketPolicy", "DELETE_COMPLETE", None);
    }
    told
}
