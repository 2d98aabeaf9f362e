use std::sync::{Arc, Mutex};

use aws_smithy_http_client::test_util::infallible_client_fn;
use serde_json::json;

use super::*;
use crate::{Access, Reason, scripted::elsewhen};

/// A session whose every call gets this answer, and what was asked: method, URI, chosen headers, body.
fn scripted(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: &'static str,
) -> (Session, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let headers = headers.to_vec();
    let http_client = infallible_client_fn(move |request| {
        let header = |name: &str| request.headers().get(name).map_or("", |value| value.to_str().unwrap_or("?"));
        let authorization = header("authorization");
        let scope = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or("");
        let scope: String = scope.splitn(3, '/').nth(2).unwrap_or("").to_owned();
        let body_sent = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        seen.lock().expect("unpoisoned").push(format!(
            "{} {} [{}] [{}] {scope} {body_sent}",
            request.method(),
            request.uri(),
            header("x-amz-target"),
            header("content-type"),
        ));
        let mut response = http::Response::builder().status(status);
        for (name, value) in &headers {
            response = response.header(*name, *value);
        }
        response.body(body).expect("a response")
    });
    (Session::with_http_client(&Access::default(), http_client), asked)
}

#[tokio::test]
async fn a_call_is_signed_json_and_so_is_the_answer() {
    let (session, asked) = scripted(200, &[], r#"{"trailList":[{"Name":"cacl-main"}]}"#);
    let answer =
        call(&session, CLOUDTRAIL, "DescribeTrails", json!({"includeShadowTrails": true})).await.expect("trails");
    assert_eq!(answer["trailList"][0]["Name"], "cacl-main");
    assert_eq!(
        *asked.lock().expect("unpoisoned"),
        ["POST https://cloudtrail.eu-west-1.amazonaws.com/ [CloudTrail_20131101.DescribeTrails] \
          [application/x-amz-json-1.1] eu-west-1/cloudtrail/aws4_request {\"includeShadowTrails\":true}"]
    );
}

#[tokio::test]
async fn a_function_is_got_by_rest() {
    let (session, asked) = scripted(200, &[], "{\"Configuration\":{}}");
    get_function(&session, "cacl-x").await.expect("a function");
    assert_eq!(
        *asked.lock().expect("unpoisoned"),
        ["GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/cacl-x [] [] eu-west-1/lambda/aws4_request "]
    );
}

#[tokio::test]
async fn an_empty_answer_is_an_empty_object() {
    let (session, _) = scripted(200, &[], "");
    assert_eq!(call(&session, SQS, "PurgeQueue", json!({})).await.expect("an answer"), json!({}));
}

#[tokio::test]
async fn refusals_have_a_code_and_a_reason() {
    let check =
        async |status, headers: &[(&'static str, &'static str)], body, code: Option<&str>, reason, why: &str| {
            let (session, _) = scripted(status, headers, body);
            let failure = json(&session, COGNITO, "DescribeUserPool", json!({})).await.expect_err("refused");
            assert_eq!((failure.code.as_deref(), failure.reason, failure.why.as_str()), (code, reason, why));
        };
    check(
        400,
        &[],
        r#"{"__type":"com.amazonaws.cognito#ResourceNotFoundException","message":"User pool x does not exist."}"#,
        Some("ResourceNotFoundException"),
        Reason::NotFound,
        "ResourceNotFoundException: User pool x does not exist.",
    )
    .await;
    check(
        400,
        &[("x-amzn-errortype", "NotAuthorizedException:http://internal.amazon.com/coral/")],
        r#"{"Message":"no"}"#,
        Some("NotAuthorizedException"),
        Reason::Permission,
        "NotAuthorizedException: no",
    )
    .await;
    check(403, &[], "<html>", None, Reason::Permission, "HTTP status 403").await;
    check(404, &[], "", None, Reason::NotFound, "HTTP status 404").await;
}

#[tokio::test(start_paused = true)]
async fn throttled_calls_are_tried_three_times() {
    let (session, asked) = scripted(400, &[], r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
    let error = call(&session, EVENTBRIDGE, "DescribeRule", json!({"Name": "x"})).await.expect_err("throttled");
    assert_eq!(error.reason, Reason::Throttled);
    assert_eq!(error.what, "events:DescribeRule failed");
    assert_eq!(asked.lock().expect("unpoisoned").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_made_up_for() {
    for hours in [-2, 2] {
        let ahead = jiff::SignedDuration::from_hours(hours);
        let session = elsewhen(ahead, |_| json!({"Rules": []}));
        call(&session, EVENTBRIDGE, "ListRules", json!({})).await.expect("signed anew");
        assert!((session.now().duration_since(jiff::Timestamp::now()) - ahead).abs().as_mins() < 30);
        // Whoever does not try again has learnt with the others.
        call(&session.without_retries(), EVENTBRIDGE, "ListRules", json!({})).await.expect("signed right");
    }
}

#[test]
fn endpoints_follow_region_and_fips() {
    let check = |region: &str, fips: bool, service: JsonService, expect: &str| {
        let access = Access { region: Some(region.to_owned()), ..Access::default() };
        let session = Session::with_http_client(&access, infallible_client_fn(|_| http::Response::new("")));
        let session = if fips { session.with_fips() } else { session };
        let target = Target { endpoint: service.endpoint, operation: "X" };
        assert_eq!(operation::endpoint(&session, target), expect);
    };
    check("eu-west-1", false, COGNITO, "https://cognito-idp.eu-west-1.amazonaws.com");
    check("us-east-1", true, COGNITO, "https://cognito-idp-fips.us-east-1.amazonaws.com");
    check("us-gov-west-1", true, COGNITO, "https://cognito-idp-fips.us-gov-west-1.amazonaws.com");
    check("us-gov-west-1", true, CLOUDTRAIL, "https://cloudtrail.us-gov-west-1.amazonaws.com");
    check("cn-north-1", false, SQS, "https://sqs.cn-north-1.amazonaws.com.cn");
    check("eusc-de-east-1", false, EVENTBRIDGE, "https://events.eusc-de-east-1.amazonaws.eu");
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_no_answer_of_aws() {
    let (session, _) = scripted(200, &[], "<html>sign in to the guest network</html>");
    let error = call(&session, SQS, "GetQueueUrl", json!({})).await.expect_err("no JSON");
    assert_eq!(error.why.as_deref(), Some("the answer (HTTP 200) is not one that AWS gives"));
}
