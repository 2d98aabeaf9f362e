use aws_smithy_http_client::test_util::infallible_client_fn;

use super::*;
use crate::Access;

/// A session whose calls are answered by operation.
fn scripted(answer: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static) -> Session {
    let http_client = infallible_client_fn(move |request| {
        let target = request.headers()["x-amz-target"].to_str().expect("text").to_owned();
        let input = serde_json::from_slice(request.body().bytes().expect("in memory")).expect("JSON");
        let operation = target.strip_prefix("CloudTrail_20131101.").expect("CloudTrail");
        let (status, body) = answer(operation, &input);
        http::Response::builder().status(status).body(body.to_string()).expect("a response")
    });
    Session::with_http_client(&Access::default(), http_client)
}

fn two_trails() -> Value {
    json!({"trailList": [
        {"Name": "company", "TrailARN": "arn:company", "S3BucketName": "b", "HomeRegion": "us-east-1",
         "IsMultiRegionTrail": true, "IsOrganizationTrail": true},
        {"Name": "elsewhere", "TrailARN": "arn:elsewhere", "S3BucketName": "b", "HomeRegion": "us-east-1",
         "IsMultiRegionTrail": false},
        {"Name": "here", "TrailARN": "arn:here", "S3BucketName": "b2", "HomeRegion": "eu-west-1"},
    ]})
}

#[tokio::test]
async fn a_trail_serves_that_logs_writes_in_this_region() {
    let session = scripted(|operation, input| match operation {
        "DescribeTrails" => (200, two_trails()),
        "GetTrailStatus" => (200, json!({"IsLogging": input["Name"] == "arn:company"})),
        "GetEventSelectors" => {
            (200, json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}]}))
        }
        other => panic!("{other}"),
    });
    let trails = trails(&session).await.expect("trails");
    let found: Vec<_> = trails.iter().map(|trail| (trail.name.as_str(), trail.serves())).collect();
    assert_eq!(found, [("company", true), ("here", false)]);
    assert!(trails[0].organization && trails[0].multi_region && !trails[1].multi_region);
}

#[tokio::test]
async fn what_we_may_not_ask_is_unknown() {
    let session = scripted(|operation, _| match operation {
        "DescribeTrails" => (200, two_trails()),
        _ => (400, json!({"__type": "AccessDeniedException", "message": "no"})),
    });
    let trails = trails(&session).await.expect("trails");
    assert!(trails.iter().all(|trail| trail.logging.is_none() && trail.writes.is_none() && !trail.serves()));
    let denied = scripted(|_, _| (400, json!({"__type": "AccessDeniedException", "message": "no"})));
    assert_eq!(names(&denied).await, Ok(None));
    assert_eq!(super::trails(&denied).await.expect_err("denied").reason, Reason::Permission);
    let unknown = scripted(|_, _| (400, json!({"__type": "UnknownOperationException"})));
    assert_eq!(names(&unknown).await, Ok(None));
}
