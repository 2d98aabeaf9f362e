//! What is on the wire: protocols, errors, STS and S3.

use crate::client::{Answer, local, query, s3, send, signed};
use cacl_local::{Faults, Local, Options, Pace};
use rstest::rstest;

#[test]
fn who_it_is_depends_on_the_key() {
    let local = local(Faults::default());
    let answer = query(&local, "sts", "GetCallerIdentity", &[]);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.one("Arn"), "arn:aws:iam::000000000000:user/developer");
    assert!(answer.one("UserId").starts_with("AIDACACLLOCAL"), "{answer:?}");

    let headers = signed("AKIALOCALROOT", "us-east-1", "sts") + "Content-Type: application/x-www-form-urlencoded\r\n";
    let answer = send(&local, "POST /", &headers, "Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(answer.one("Arn"), "arn:aws:iam::000000000000:root");
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const COGNITO: &str = "X-Amz-Target: AWSCognitoIdentityProviderService.ListUserPools\r\n";

#[rstest]
#[case::query("POST /", FORM, "Action=GetCallerIdentity", 403, "<Code>MissingAuthenticationToken</Code>")]
#[case::json("POST /", COGNITO, "{}", 400, "\"MissingAuthenticationTokenException\"")]
#[case::s3("GET /bucket", "", "", 403, "<Code>MissingAuthenticationToken</Code>")]
#[case::bearer("GET /", "Authorization: Bearer x\r\n", "", 403, "<Code>MissingAuthenticationToken</Code>")]
fn unsigned_requests_are_refused(
    #[case] request: &str,
    #[case] headers: &str,
    #[case] body: &str,
    #[case] status: u16,
    #[case] code: &str,
) {
    let answer = send(&local(Faults::default()), request, headers, body);
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.body.contains(code), "{answer:?}");
}

/// Who may only read may do so everywhere, and change nothing anywhere; each service says so in its own way.
#[rstest]
#[case::query("cloudformation", "POST /", FORM, "Action=DeleteStack&StackName=x", 403, "<Code>AccessDenied</Code>")]
#[case::sns("sns", "POST /", FORM, "Action=CreateTopic&Name=x", 403, "<Code>AuthorizationError</Code>")]
#[case::json(
    "logs",
    "POST /",
    "X-Amz-Target: Logs_20140328.DeleteLogGroup\r\n",
    "{}",
    400,
    "\"AccessDeniedException\""
)]
#[case::trail(
    "cloudtrail",
    "POST /",
    "X-Amz-Target: x.CloudTrail_20131101.StopLogging\r\n",
    "{}",
    400,
    "\"AccessDeniedException\""
)]
#[case::rule("events", "POST /", "X-Amz-Target: AWSEvents.DeleteRule\r\n", "{\"Name\":\"x\"}", 400, ":rule/x because")]
#[case::queue(
    "sqs",
    "POST /",
    "X-Amz-Target: AmazonSQS.CreateQueue\r\n",
    "{\"QueueName\":\"x\"}",
    400,
    "sqs:CreateQueue"
)]
#[case::lambda(
    "lambda",
    "DELETE /2015-03-31/functions/x",
    "",
    "",
    403,
    "lambda:DeleteFunction on resource: arn:aws:lambda:"
)]
#[case::bucket("s3", "PUT /bucket", "", "", 403, "<Code>AccessDenied</Code>")]
#[case::object("s3", "PUT /bucket/key", "", "x", 403, "s3:PutObject on resource: ")]
#[case::objects(
    "s3",
    "POST /bucket?delete",
    "",
    "<Delete><Object><Key>a</Key></Object><Object><Key>b</Key></Object></Delete>",
    200,
    "<Error><Key>b</Key><Code>AccessDenied</Code>"
)]
#[case::read_query("cloudformation", "POST /", FORM, "Action=DescribeStacks", 200, "<Stacks")]
#[case::read_json("logs", "POST /", "X-Amz-Target: Logs_20140328.DescribeLogGroups\r\n", "{}", 200, "logGroups")]
#[case::read_lambda("lambda", "GET /2015-03-31/functions", "", "", 200, "Functions")]
#[case::read_s3("s3", "GET /", "", "", 200, "ListAllMyBucketsResult")]
fn who_may_only_read(
    #[case] service: &str,
    #[case] request: &str,
    #[case] headers: &str,
    #[case] body: &str,
    #[case] status: u16,
    #[case] words: &str,
) {
    let headers = signed("ASIALOCALROBIN", "us-east-1", service) + headers;
    let answer = send(&local(Faults::default()), request, &headers, body);
    assert_eq!(answer.status, status, "{answer:?}");
    assert!(answer.body.contains(words), "{answer:?}");
}

#[rstest]
#[case::origin("Origin: https://example.org\r\n", 403)]
#[case::no_origin("Sec-Fetch-Site: cross-site\r\n", 403)]
#[case::own_name("Host: rebound.example.org\r\n", 403)]
#[case::looks_local("Host: 127.0.0.1.example.org:80\r\n", 403)]
#[case::typed("Sec-Fetch-Site: none\r\n", 200)]
#[case::localhost("Host: LOCALHOST:1\r\n", 200)]
#[case::v6("Host: [::1]:1\r\n", 200)]
fn pages_of_the_web_are_refused(#[case] headers: &str, #[case] status: u16) {
    let answer = s3(&local(Faults::default()), "GET /", headers, "");
    assert_eq!(answer.status, status, "{answer:?}");
}

#[rstest]
#[case::no_such_action("sts", FORM, "Action=Dance", "InvalidAction")]
#[case::no_action("cloudformation", FORM, "", "InvalidAction")]
#[case::no_such_query_service("ec2", FORM, "Action=DescribeInstances", "InvalidAction")]
#[case::no_such_operation(
    "cognito-idp",
    "X-Amz-Target: AWSCognitoIdentityProviderService.Dance\r\n",
    "{}",
    "UnknownOperationException"
)]
#[case::no_such_json_service(
    "dynamodb",
    "X-Amz-Target: DynamoDB_20120810.ListTables\r\n",
    "{}",
    "UnknownOperationException"
)]
#[case::no_such_rest_service("apigateway", "", "", "UnknownOperationException")]
#[case::no_json("logs", "X-Amz-Target: Logs_20140328.DescribeLogGroups\r\n", "{\"a\":", "SerializationException")]
#[case::no_object("logs", "X-Amz-Target: Logs_20140328.DescribeLogGroups\r\n", "[1]", "SerializationException")]
fn what_is_not_known_is_said(#[case] service: &str, #[case] headers: &str, #[case] body: &str, #[case] code: &str) {
    let headers = signed("AKIAEXAMPLE", "us-east-1", service) + headers;
    let answer = send(&local(Faults::default()), "POST /", &headers, body);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains(code), "{answer:?}");
}

#[rstest]
#[case("sts", FORM, "Action=GetCallerIdentity", "<Code>ExpiredToken</Code>")]
#[case("cognito-idp", COGNITO, "{}", "ExpiredTokenException")]
#[case("s3", "", "", "<Code>ExpiredToken</Code>")]
fn credentials_expire_and_are_renewed(
    #[case] service: &str,
    #[case] headers: &str,
    #[case] body: &str,
    #[case] code: &str,
) {
    let local = local(Faults { expired_credentials: true, ..Faults::default() });
    let headers = signed("AKIAEXAMPLE", "us-east-1", service) + headers;
    let line = if service == "s3" { "GET /" } else { "POST /" };
    let answer = send(&local, line, &headers, body);
    assert!(answer.status >= 400 && answer.body.contains(code), "{answer:?}");
    local.set_faults(Faults::default());
    let answer = send(&local, line, &headers, body);
    assert!(!answer.body.contains("Expired"), "{answer:?}");
}

#[rstest]
#[case("cloudformation", FORM, "Action=DescribeStacks", "<Code>SignatureDoesNotMatch</Code>")]
#[case("cognito-idp", COGNITO, "{}", "InvalidSignatureException")]
#[case("s3", "", "", "<Code>AuthorizationHeaderMalformed</Code>")]
fn another_region_is_refused(#[case] service: &str, #[case] headers: &str, #[case] body: &str, #[case] code: &str) {
    let headers = signed("AKIAEXAMPLE", "eu-west-1", service) + headers;
    let answer = send(&local(Faults::default()), "POST /", &headers, body);
    assert!(answer.body.contains(code) && answer.body.contains("eu-west-1"), "{answer:?}");
}

#[test]
fn rubbish_is_answered_and_harms_nobody() {
    let local = local(Faults::default());
    let services = ["s3", "cloudformation", "iam", "sns", "sts", "lambda", "nonsense", ""];
    let bodies = ["", "\0\u{1}%%%=&&=&Action", "Action=CreateStack&Parameters.member.x=1", "{\"a\":[[[", "<a><b></a>"];
    let lines = [
        "POST /",
        "GET /%ff%00/%2e%2e?versions&max-keys=-1",
        "PUT /b?policy",
        "POST /b?delete",
        "DELETE //",
        "PATCH /x",
    ];
    for service in services {
        for line in lines {
            for body in bodies {
                for kind in ["", FORM, "X-Amz-Target: .\r\n", "X-Amz-Target: AmazonSQS.SendMessage\r\n"] {
                    let headers = signed("", "us-east-1", service) + kind;
                    let answer = send(&local, line, &headers, body);
                    let fine = (400..500).contains(&answer.status) || matches!(answer.status, 200 | 204 | 501);
                    assert!(fine, "{service} {line} {body:?}: {answer:?}");
                }
            }
        }
    }
    assert_eq!(query(&local, "sts", "GetCallerIdentity", &[]).status, 200);
}

#[test]
fn it_stops_when_dropped() {
    let local = local(Faults::default());
    let address = local.endpoint_url().replace("http://", "");
    drop(local);
    std::net::TcpStream::connect(address).expect_err("nobody listens any more");
}

#[test]
fn a_port_is_taken_once() {
    let first = local(Faults::default());
    let port = first.endpoint_url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let region = "us-east-1".to_owned();
    let options =
        Options { port, pace: Pace::Instant, faults: Faults::default(), subscriber: Vec::new(), region, seed: 1 };
    let error = Local::start(options).expect_err("taken");
    assert_eq!(error.to_string(), format!("cannot listen on 127.0.0.1:{port}"));
}

fn bucket(local: &Local) {
    assert_eq!(s3(local, "PUT /bucket", "", "").status, 200);
}

#[test]
fn objects_come_back_as_they_went() {
    let local = local(Faults::default());
    bucket(&local);
    let headers = "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\ncontent-encoding: aws-chunked\r\n\
                   content-type: text/plain\r\nx-amz-meta-color: blue\r\n";
    let chunks = "5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:nU0r6Q==\r\n\r\n";
    let put = s3(&local, "PUT /bucket/a%20b/c", headers, chunks);
    assert_eq!(put.status, 200, "{put:?}");
    let got = s3(&local, "GET /bucket/a%20b/c", "", "");
    assert_eq!((got.status, got.body.as_str()), (200, "hello!"));
    assert!(got.head.contains("content-type: text/plain"), "{got:?}");
    assert!(got.head.contains("x-amz-meta-color: blue"), "{got:?}");
    let head = s3(&local, "HEAD /bucket/a%20b/c", "", "");
    assert!(head.head.contains("content-length: 6") && head.body.is_empty(), "{head:?}");
    let part = s3(&local, "GET /bucket/a%20b/c", "Range: bytes=1-2\r\n", "");
    assert_eq!((part.status, part.body.as_str()), (206, "el"));
    for host in ["bucket.localhost:1234", "bucket.s3.localhost"] {
        assert_eq!(s3(&local, "GET /a%20b/c", &format!("Host: {host}\r\n"), "").body, "hello!", "{host}");
    }
    let presigned = "X-Amz-Credential=AKIAEXAMPLE%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0";
    assert_eq!(send(&local, &format!("GET /bucket/a%20b/c?{presigned}"), "", "").body, "hello!");
    assert_eq!(s3(&local, "DELETE /bucket/a%20b/c", "", "").status, 204);
    assert_eq!(s3(&local, "GET /bucket/a%20b/c", "", "").one("Code"), "NoSuchKey");
}

#[rstest]
#[case("GET /none", "", 404, "NoSuchBucket")]
#[case("DELETE /none", "", 404, "NoSuchBucket")]
#[case("PUT /none/key", "x", 404, "NoSuchBucket")]
#[case("GET /bucket/none", "", 404, "NoSuchKey")]
#[case("GET /bucket/none?versionId=x", "", 404, "NoSuchVersion")]
#[case("PUT /BUCKET", "", 400, "InvalidBucketName")]
#[case(
    "PUT /other",
    "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
    400,
    "IllegalLocationConstraintException"
)]
#[case("PUT /other", "<oops", 400, "MalformedXML")]
#[case("POST /bucket?delete", "<Delete></Delete>", 400, "MalformedXML")]
#[case(
    "PUT /bucket?versioning",
    "<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>",
    400,
    "MalformedXML"
)]
#[case("PUT /bucket?policy", "{\"Statement\": []}", 400, "MalformedPolicy")]
#[case("PUT /bucket?lifecycle", "<Other/>", 400, "MalformedXML")]
#[case("GET /bucket?lifecycle", "", 404, "NoSuchLifecycleConfiguration")]
#[case("GET /bucket?policy", "", 404, "NoSuchBucketPolicy")]
#[case("GET /bucket?acl", "", 501, "NotImplemented")]
#[case("POST /bucket/key?uploads", "", 501, "NotImplemented")]
fn s3_says_what_is_wrong(#[case] request: &str, #[case] body: &str, #[case] status: u16, #[case] code: &str) {
    let local = local(Faults::default());
    bucket(&local);
    let answer = s3(&local, request, "", body);
    assert_eq!((answer.status, answer.one("Code")), (status, code), "{answer:?}");
}

#[rstest]
#[case(
    "publicAccessBlock",
    "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"
)]
#[case("encryption", "<ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>")]
#[case("lifecycle", "<LifecycleConfiguration><Rule><ID>x</ID></Rule></LifecycleConfiguration>")]
#[case("policy", "{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}")]
fn configurations_are_kept(#[case] name: &str, #[case] document: &str) {
    let local = local(Faults::default());
    bucket(&local);
    assert!(s3(&local, &format!("PUT /bucket?{name}"), "", document).status < 300);
    assert_eq!(s3(&local, &format!("GET /bucket?{name}"), "", "").body, document);
    assert_eq!(s3(&local, &format!("DELETE /bucket?{name}"), "", "").status, 204);
    assert_eq!(s3(&local, &format!("GET /bucket?{name}"), "", "").status, 404);
}

#[test]
fn lists_come_in_pages_and_by_prefix() {
    let local = local(Faults::default());
    bucket(&local);
    for key in ["a", "b/1", "b/2", "c%26", "d"] {
        s3(&local, &format!("PUT /bucket/{key}"), "", "x");
    }
    let keys = |answer: &Answer| answer.all("Key").into_iter().map(str::to_owned).collect::<Vec<_>>();
    let first = s3(&local, "GET /bucket?list-type=2&max-keys=2&delimiter=%2F", "", "");
    assert_eq!((keys(&first), first.one("IsTruncated")), (vec!["a".to_owned()], "true"), "{first:?}");
    assert!(first.body.contains("<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"), "{first:?}");
    let token = first.one("NextContinuationToken").replace('%', "%25");
    let second = s3(&local, &format!("GET /bucket?list-type=2&delimiter=%2F&continuation-token={token}"), "", "");
    assert_eq!((keys(&second), second.one("IsTruncated")), (vec!["c&amp;".to_owned(), "d".to_owned()], "false"));
    let encoded = s3(&local, "GET /bucket?list-type=2&encoding-type=url&prefix=c", "", "");
    assert_eq!(keys(&encoded), ["c%26"]);
}

#[test]
fn more_than_a_thousand_versions_come_in_pages_and_go_in_batches() {
    let local = local(Faults::default());
    bucket(&local);
    let enable = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    assert_eq!(s3(&local, "PUT /bucket?versioning", "", enable).status, 200);
    for number in 0..1005 {
        let key = number % 7;
        let line = if number % 5 == 4 { "DELETE" } else { "PUT" };
        assert!(s3(&local, &format!("{line} /bucket/k{key}"), "", "x").status < 300);
    }
    assert_eq!(s3(&local, "DELETE /bucket", "", "").one("Code"), "BucketNotEmpty");

    let mut seen = Vec::new();
    let mut at = String::new();
    loop {
        let page = s3(&local, &format!("GET /bucket?versions{at}"), "", "");
        let entries = page.all("Key").into_iter().zip(page.all("VersionId"));
        let entries: Vec<_> = entries.map(|(key, version)| (key.to_owned(), version.to_owned())).collect();
        assert!(entries.len() <= 1000);
        seen.extend(entries);
        if page.one("IsTruncated") == "false" {
            break;
        }
        at = format!("&key-marker={}&version-id-marker={}", page.one("NextKeyMarker"), page.one("NextVersionIdMarker"));
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (1005, 1005), "each version once");

    let delete = |versions: &[(String, String)]| {
        let objects = versions
            .iter()
            .map(|(key, version)| format!("<Object><Key>{key}</Key><VersionId>{version}</VersionId></Object>"));
        let list = format!("<Delete>{}<Quiet>true</Quiet></Delete>", objects.collect::<String>());
        s3(&local, "POST /bucket?delete", "", &list)
    };
    assert_eq!(delete(&seen).one("Code"), "MalformedXML", "more than a thousand");
    for batch in seen.chunks(1000) {
        assert_eq!(delete(batch).status, 200);
    }
    assert_eq!(s3(&local, "DELETE /bucket", "", "").status, 204);
}
