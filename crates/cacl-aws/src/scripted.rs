//! AWS as a script: what each call answers, one after the other, and what was asked. For this crate's tests.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{Access, Names, Session};

/// A status and a body.
pub(crate) type Answer = (u16, String);

/// The stack's ARN in all scripts.
pub(crate) const ARN: &str = "arn:aws:cloudformation:eu-west-1:123456789012:stack/cacl-cognito-api-calls/0001";

/// The names in all scripts.
pub(crate) fn names() -> Names {
    Names {
        prefix: "cacl".into(),
        stack: "cacl-cognito-api-calls".into(),
        account: "123456789012".into(),
        region: "eu-west-1".into(),
    }
}

/// Answers by call: `DescribeStacks` for the query and JSON protocols, `PUT /bucket?tagging` for REST. The last answer to a
/// call repeats; a call that is not in the script fails the test.
#[derive(Default)]
pub(crate) struct Script {
    answers: HashMap<String, VecDeque<Answer>>,
    region: Option<String>,
}

/// What was asked, in order: the call and its body (decoded, if a form).
#[derive(Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<(String, String)>>>);

impl Asked {
    /// The calls in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.0.lock().expect("unpoisoned").iter().map(|(call, _)| call.clone()).collect()
    }

    /// The bodies of one kind of call.
    pub(crate) fn bodies(&self, call: &str) -> Vec<String> {
        let asked = self.0.lock().expect("unpoisoned");
        asked.iter().filter(|(asked, _)| asked == call).map(|(_, body)| body.clone()).collect()
    }

    /// How often a call was made.
    pub(crate) fn count(&self, call: &str) -> usize {
        self.bodies(call).len()
    }
}

impl Script {
    /// The next answers to a call.
    pub(crate) fn on(mut self, call: &str, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.answers.entry(call.to_owned()).or_default().extend(answers);
        self
    }

    /// Another region than `eu-west-1`.
    pub(crate) fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// A session that lives by this script, at a loopback endpoint (path-style S3).
    pub(crate) fn session(self) -> (Session, Asked) {
        let asked = Asked::default();
        let log = asked.clone();
        let answers = Mutex::new(self.answers);
        let http_client = infallible_client_fn(move |request| {
            let (call, body) = read(&request);
            log.0.lock().expect("unpoisoned").push((call.clone(), body));
            let mut answers = answers.lock().expect("unpoisoned");
            let queue = answers.get_mut(&call).unwrap_or_else(|| panic!("{call} is not in the script"));
            let answer = if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() };
            let (status, body) = answer.expect("a call in the script has an answer");
            http::Response::builder().status(status).body(body).expect("a response")
        });
        let access =
            Access { endpoint_url: Some("http://127.0.0.1:9".into()), region: self.region, ..Access::default() };
        (Session::with_http_client(&access, http_client), asked)
    }
}

/// A session with an AWS whose clock is so far ahead of this machine's. It dates its answers by that clock and, as AWS does,
/// refuses what is signed more than five minutes off.
pub(crate) fn elsewhen(ahead: SignedDuration, answer: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Session {
    let http_client = infallible_client_fn(move |request| {
        let now = Timestamp::now() + ahead;
        let signed = request.headers()["x-amz-date"].to_str().expect("text").replace('Z', "+0000");
        let signed = Timestamp::strptime("%Y%m%dT%H%M%S%z", signed).expect("a time");
        let (status, body) = if signed.duration_since(now).abs() > SignedDuration::from_mins(5) {
            json_error("InvalidSignatureException")
        } else {
            let body = serde_json::from_slice(request.body().bytes().expect("in memory")).expect("JSON");
            (200, answer(&body).to_string())
        };
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        http::Response::builder().status(status).header("date", date).body(body).expect("a response")
    });
    Session::with_http_client(&Access::default(), http_client)
}

fn read(request: &http::Request<SdkBody>) -> (String, String) {
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    if let Some(target) = request.headers().get("x-amz-target") {
        let target = target.to_str().expect("text");
        return (target.rsplit('.').next().unwrap_or(target).to_owned(), body);
    }
    if let Some(action) = body.strip_prefix("Action=") {
        let action = action.split('&').next().unwrap_or(action).to_owned();
        return (action, decoded(&body));
    }
    // Of a REST call's query the first key says what it is about; paging does not matter, and neither does `x-id`.
    let about = request.uri().query().unwrap_or_default().split('&').next().unwrap_or_default();
    let about = about.split('=').next().filter(|key| !key.is_empty() && *key != "x-id");
    let about = about.map(|key| format!("?{key}")).unwrap_or_default();
    (format!("{} {}{about}", request.method(), request.uri().path().trim_end_matches('/')), body)
}

/// A form without its escapes.
fn decoded(form: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = form.bytes();
    while let Some(byte) = rest.next() {
        let hex = |byte: Option<u8>| char::from(byte.unwrap_or(b'0')).to_digit(16).unwrap_or(0);
        bytes.push(match byte {
            b'%' => u8::try_from(hex(rest.next()) * 16 + hex(rest.next())).expect("two digits"),
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An answer of a query service.
pub(crate) fn xml(call: &str, inner: &str) -> Answer {
    (200, format!("<{call}Response><{call}Result>{inner}</{call}Result></{call}Response>"))
}

/// A refusal of a query service.
pub(crate) fn query_error(code: &str, message: &str) -> Answer {
    (400, format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"))
}

/// A refusal of S3.
pub(crate) fn s3_error(status: u16, code: &str) -> Answer {
    (status, format!("<Error><Code>{code}</Code><Message>{code} it is</Message></Error>"))
}

/// A refusal of a JSON service.
pub(crate) fn json_error(code: &str) -> Answer {
    (400, format!(r#"{{"__type":"{code}","message":"{code} it is"}}"#))
}

/// Success without anything to say.
pub(crate) fn ok() -> Answer {
    (200, String::new())
}

/// A stack of ours in this status.
pub(crate) fn stack(status: &str) -> Answer {
    xml(
        "DescribeStacks",
        &format!(
            "<Stacks><member><StackId>{ARN}</StackId><StackName>cacl-cognito-api-calls</StackName>\
             <CreationTime>2026-09-24T16:00:00Z</CreationTime><StackStatus>{status}</StackStatus>\
             <Tags><member><Key>managed-by</Key><Value>cacl-tui</Value></member></Tags>\
             <Outputs><member><OutputKey>LogGroupName</OutputKey><OutputValue>/aws/lambda/x</OutputValue></member></Outputs>\
             </member></Stacks>"
        ),
    )
}

/// No such stack.
pub(crate) fn no_stack() -> Answer {
    query_error("ValidationError", "Stack with id cacl-cognito-api-calls does not exist")
}

/// Events, as AWS gives them: newest first. Each is (id, logical id, type, status, reason); the stack's own have its ARN.
pub(crate) fn events(events: &[(&str, &str, &str, &str, &str)]) -> Answer {
    let member = |(id, logical_id, resource_type, status, reason): &(&str, &str, &str, &str, &str)| {
        let physical = if *resource_type == "AWS::CloudFormation::Stack" { ARN } else { "physical" };
        format!(
            "<member><EventId>{id}</EventId><StackId>{ARN}</StackId><LogicalResourceId>{logical_id}</LogicalResourceId>\
             <PhysicalResourceId>{physical}</PhysicalResourceId><ResourceType>{resource_type}</ResourceType>\
             <Timestamp>2026-09-24T16:39:59.123Z</Timestamp><ResourceStatus>{status}</ResourceStatus>\
             <ResourceStatusReason>{reason}</ResourceStatusReason></member>"
        )
    };
    let members: String = events.iter().map(member).collect();
    xml("DescribeStackEvents", &format!("<StackEvents>{members}</StackEvents>"))
}

/// Resources of the stack: (logical id, type, physical id, status).
pub(crate) fn resources(resources: &[(&str, &str, &str, &str)]) -> Answer {
    let member = |(logical_id, resource_type, physical_id, status): &(&str, &str, &str, &str)| {
        format!(
            "<member><LogicalResourceId>{logical_id}</LogicalResourceId><PhysicalResourceId>{physical_id}\
             </PhysicalResourceId><ResourceType>{resource_type}</ResourceType><ResourceStatus>{status}</ResourceStatus></member>"
        )
    };
    let members: String = resources.iter().map(member).collect();
    xml("ListStackResources", &format!("<StackResourceSummaries>{members}</StackResourceSummaries>"))
}

/// Versions in a bucket: keys, and where the next page begins.
pub(crate) fn versions(keys: &[String], next: Option<&str>) -> Answer {
    let version = |key: &String| format!("<Version><Key>{key}</Key><VersionId>v-{key}</VersionId></Version>");
    let versions: String = keys.iter().map(version).collect();
    let next = next.map_or_else(
        || "<IsTruncated>false</IsTruncated>".to_owned(),
        |key| {
            format!(
                "<IsTruncated>true</IsTruncated><NextKeyMarker>{key}</NextKeyMarker>\
                 <NextVersionIdMarker>v-{key}</NextVersionIdMarker>"
            )
        },
    );
    (200, format!("<ListVersionsResult>{next}{versions}</ListVersionsResult>"))
}

/// A bucket's tags when it is ours.
pub(crate) fn our_tags() -> Answer {
    (200, "<Tagging><TagSet><Tag><Key>managed-by</Key><Value>cacl-tui</Value></Tag></TagSet></Tagging>".into())
}
