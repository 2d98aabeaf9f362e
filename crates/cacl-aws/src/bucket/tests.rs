use futures_util::StreamExt as _;

use super::*;
use crate::scripted::{Answer, Script, names, ok, our_tags, s3_error, versions};

const BUCKET: &str = "/cacl-deployment-123456789012-eu-west-1";

fn of(method: &str, rest: &str) -> String {
    format!("{method} {BUCKET}{rest}")
}

/// A bucket that takes all settings.
fn settings(script: Script) -> Script {
    ["?tagging", "?publicAccessBlock", "?encryption", "?policy"]
        .into_iter()
        .fold(script, |script, setting| script.on(&of("PUT", setting), [ok()]))
}

#[tokio::test]
async fn a_new_bucket_is_private_encrypted_and_tls_only() {
    let script = Script::default().on(&of("HEAD", ""), [(404, String::new())]).on(&of("PUT", ""), [ok()]);
    let (session, asked) = settings(script).session();
    create(&session, &names()).await.expect("created");
    let expected = ["HEAD", "PUT", "PUT?tagging", "PUT?publicAccessBlock", "PUT?encryption", "PUT?policy"];
    let calls: Vec<String> = asked.calls().iter().map(|call| call.replace(&format!(" {BUCKET}"), "")).collect();
    assert_eq!(calls, expected);
    let body = |rest: &str| asked.bodies(&of("PUT", rest)).concat();
    assert!(body("").contains("<LocationConstraint>eu-west-1</LocationConstraint>"), "{}", body(""));
    assert!(body("?tagging").contains("<Key>managed-by</Key><Value>cacl-tui</Value>"));
    for part in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
        assert!(body("?publicAccessBlock").contains(&format!("<{part}>true</{part}>")));
    }
    assert!(body("?encryption").contains("<SSEAlgorithm>AES256</SSEAlgorithm>"));
    let policy: serde_json::Value = serde_json::from_str(&body("?policy")).expect("JSON");
    assert_eq!(policy["Statement"][0]["Effect"], "Deny");
    assert_eq!(policy["Statement"][0]["Condition"]["Bool"]["aws:SecureTransport"], "false");
    assert_eq!(policy["Statement"][0]["Resource"][1], format!("arn:aws:s3:::{}/*", &BUCKET[1..]));
}

#[tokio::test]
async fn us_east_1_is_the_region_that_is_not_named() {
    let mut names = names();
    names.region = "us-east-1".into();
    let bucket = format!("/{}", names.deployment_bucket());
    let mut script = Script::default().region("us-east-1").on(&format!("HEAD {bucket}"), [(404, String::new())]);
    for setting in ["", "?tagging", "?publicAccessBlock", "?encryption", "?policy"] {
        script = script.on(&format!("PUT {bucket}{setting}"), [ok()]);
    }
    let (session, asked) = script.session();
    create(&session, &names).await.expect("created");
    assert_eq!(asked.bodies(&format!("PUT {bucket}")), [""]);
}

#[tokio::test]
async fn a_bucket_of_ours_is_taken_and_one_of_somebody_else_is_not() {
    let check = async |head: Answer, put: Answer, tags: Answer, listed: Answer| {
        let script = Script::default().on(&of("HEAD", ""), [head]).on(&of("PUT", ""), [put]);
        let script = script.on(&of("GET", "?tagging"), [tags]).on(&of("GET", "?versions"), [listed]);
        let (session, asked) = settings(script).session();
        (create(&session, &names()).await, asked)
    };
    let (empty, full) = (versions(&[], None), versions(&["a".into()], None));
    let untagged = || s3_error(404, "NoSuchTagSet");

    let (made, asked) = check(ok(), ok(), our_tags(), full.clone()).await;
    assert_eq!((made, asked.count(&of("PUT", ""))), (Ok(()), 0), "there already");
    let (made, _) = check(ok(), ok(), untagged(), empty.clone()).await;
    assert_eq!(made, Ok(()), "half made the last time");
    let (made, _) =
        check((404, String::new()), s3_error(409, "BucketAlreadyOwnedByYou"), our_tags(), empty.clone()).await;
    assert_eq!(made, Ok(()), "made meanwhile");

    let (made, asked) = check(ok(), ok(), untagged(), full).await;
    let error = made.expect_err("not ours");
    assert!(error.what.contains("was not made by cacl-tui"), "{error}");
    assert!(error.help.is_some_and(|help| help.contains("--prefix")));
    assert_eq!(asked.count(&of("PUT", "?policy")), 0, "and is not touched");

    let (made, _) = check((404, String::new()), s3_error(409, "BucketAlreadyExists"), untagged(), empty).await;
    let error = made.expect_err("taken");
    assert_eq!(error.reason, Reason::Invalid);
    assert!(error.what.contains("taken by another AWS account"), "{error}");
}

fn keys(from: usize, count: usize) -> Vec<String> {
    (from..from + count).map(|index| format!("k{index:05}")).collect()
}

fn bucket_name() -> String {
    names().deployment_bucket()
}

#[tokio::test]
async fn versions_are_counted_over_all_pages() {
    let script = Script::default();
    let script =
        script.on(&of("GET", "?versions"), [versions(&keys(0, 1000), Some("k00999")), versions(&keys(1000, 7), None)]);
    // A page after the first has its marker in the query before `versions`.
    let script = script.on(&of("GET", "?key-marker"), [versions(&keys(1000, 7), None)]);
    let (session, _) = script.session();
    assert_eq!(count(&session, &names(), &bucket_name()).await, Ok(1007));
    let (session, _) = Script::default().on(&of("GET", "?versions"), [s3_error(404, "NoSuchBucket")]).session();
    assert_eq!(count(&session, &names(), &bucket_name()).await, Ok(0));
}

#[tokio::test]
async fn a_bucket_is_emptied_until_a_listing_is_empty() {
    let marker = "<DeleteMarker><Key>gone</Key><VersionId>m1</VersionId></DeleteMarker>";
    let with_marker =
        versions(&keys(0, 2), None).1.replace("</ListVersionsResult>", &format!("{marker}</ListVersionsResult>"));
    let listings = [(200, with_marker), versions(&keys(9, 1), None), versions(&[], None)];
    let script = Script::default().on(&of("GET", "?versions"), listings);
    let script = script.on(&of("POST", "?delete"), [(200, "<DeleteResult/>".into())]);
    let (session, asked) = script.session();
    let deleted: Vec<_> = empty(session, names(), bucket_name()).collect().await;
    assert_eq!(deleted, [Ok(3), Ok(1)]);
    let bodies = asked.bodies(&of("POST", "?delete"));
    assert!(bodies[0].contains("<Key>k00000</Key><VersionId>v-k00000</VersionId>"), "{}", bodies[0]);
    assert!(bodies[0].contains("<Key>gone</Key><VersionId>m1</VersionId>"), "delete markers go, too");
    assert!(bodies[0].contains("<Quiet>true</Quiet>"));
}

#[tokio::test]
async fn an_object_that_may_not_be_deleted_is_told() {
    let refused = "<DeleteResult><Error><Key>k\u{202e}1</Key><Code>AccessDenied</Code><Message>locked</Message></Error></DeleteResult>";
    let script = Script::default().on(&of("GET", "?versions"), [versions(&keys(0, 2), None)]);
    let (session, _) = script.on(&of("POST", "?delete"), [(200, refused.into())]).session();
    let deleted: Vec<_> = empty(session, names(), bucket_name()).collect().await;
    let [Err(error)] = deleted.as_slice() else { panic!("{deleted:?}") };
    assert_eq!(error.reason, Reason::Permission);
    let why = error.why.as_deref().unwrap_or_default();
    assert!(why.ends_with("AccessDenied: locked") && !why.contains('\u{202e}'), "{why}");
}

#[tokio::test]
async fn a_bucket_that_never_gets_empty_is_given_up() {
    let script = Script::default().on(&of("GET", "?versions"), [versions(&keys(0, 1), None)]);
    let (session, _) = script.on(&of("POST", "?delete"), [(200, "<DeleteResult/>".into())]).session();
    let deleted: Vec<_> = empty(session, names(), bucket_name()).collect().await;
    let error = deleted.last().cloned().and_then(Result::err).expect("given up");
    assert!(error.what.contains("fills faster"), "{error}");
}

#[tokio::test]
async fn deleting_empties_first_and_does_not_mind_a_bucket_that_is_gone() {
    let script = Script::default().on(&of("GET", "?versions"), [versions(&keys(0, 1), None), versions(&[], None)]);
    let script = script.on(&of("POST", "?delete"), [(200, "<DeleteResult/>".into())]);
    let (session, asked) = script.on(&of("DELETE", ""), [s3_error(409, "BucketNotEmpty"), ok()]).session();
    let deleted: Vec<_> = delete(session, names(), bucket_name()).collect().await;
    assert_eq!(deleted, [Ok(1)]);
    assert_eq!(asked.count(&of("DELETE", "")), 2);

    let script = Script::default().on(&of("GET", "?versions"), [s3_error(404, "NoSuchBucket")]);
    let (session, _) = script.on(&of("DELETE", ""), [s3_error(404, "NoSuchBucket")]).session();
    assert_eq!(delete(session, names(), bucket_name()).collect::<Vec<_>>().await, []);
}
