//! From a Cognito call to a log line, over HTTP as any client speaks it, with the real subscriber as the function: this
//! program, started again.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use cacl_local::{Faults, Local, Options, Pace};
use serde_json::{Value, json};

const GROUP: &str = "/aws/lambda/subscriber";

/// What the function's process runs. Not a test by itself.
#[test]
#[ignore = "is the function's process of the other tests"]
fn subscriber_process() {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(cacl_subscriber::run()).expect_err("it ends with its connection only");
    }
}

fn local(faults: Faults) -> Local {
    let this = std::env::current_exe().expect("this program").into_os_string();
    let arguments = ["--exact", "subscriber_process", "--include-ignored", "--nocapture"];
    let subscriber = std::iter::once(this).chain(arguments.map(Into::into)).collect();
    let region = "us-east-1".to_owned();
    Local::start(Options { port: 0, pace: Pace::Instant, faults, subscriber, region, seed: 7 }).expect("a free port")
}

/// One request: status, head and body of the answer.
fn http(local: &Local, service: &str, request: &str, headers: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let endpoint = local.endpoint_url();
    let address = endpoint.strip_prefix("http://").expect("a plain endpoint");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let head = format!(
        "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=AKIAEXAMPLE/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = if head.contains("transfer-encoding: chunked") {
        unchunked(&answer[end + 4..])
    } else {
        answer[end + 4..].to_vec()
    };
    (status, body)
}

fn unchunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n").expect("a size");
        let size = usize::from_str_radix(&String::from_utf8_lossy(&chunks[..end]), 16).expect("a size");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunks[end + 2..end + 2 + size]);
        chunks = &chunks[end + 4 + size..];
    }
}

/// An operation of a JSON service, by its target.
fn call(local: &Local, target: &str, input: &Value) -> Result<Value, Value> {
    let headers = format!("X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.1\r\n");
    let (status, body) = http(local, "any", "POST /", &headers, input.to_string().as_bytes());
    let answer = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") };
    if status == 200 { Ok(answer) } else { Err(answer) }
}

fn cognito(local: &Local, operation: &str, input: &Value) -> Result<Value, Value> {
    call(local, &format!("AWSCognitoIdentityProviderService.{operation}"), input)
}

fn logs(local: &Local, operation: &str, input: &Value) -> Result<Value, Value> {
    call(local, &format!("Logs_20140328.{operation}"), input)
}

fn events(local: &Local, operation: &str, input: &Value) -> Value {
    call(local, &format!("AWSEvents.{operation}"), input).expect("EventBridge")
}

fn trail(local: &Local, operation: &str, input: &Value) -> Value {
    call(local, &format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}"), input)
        .expect("CloudTrail")
}

/// Everything between a Cognito call and a log line, and a client to change.
struct Pipeline {
    local: Local,
    pool: Value,
    client: Value,
}

impl Pipeline {
    fn new(faults: Faults) -> Self {
        let local = local(faults);
        assert_eq!(http(&local, "s3", "PUT /trail-bucket", "", b"").0, 200);
        let statement = |action: &str, resource: &str| {
            let service = json!({"Service": "cloudtrail.amazonaws.com"});
            json!({"Effect": "Allow", "Principal": service, "Action": action, "Resource": resource})
        };
        let policy = json!({"Version": "2012-10-17", "Statement": [
            statement("s3:GetBucketAcl", "arn:aws:s3:::trail-bucket"),
            statement("s3:PutObject", "arn:aws:s3:::trail-bucket/AWSLogs/000000000000/*"),
        ]});
        assert_eq!(http(&local, "s3", "PUT /trail-bucket?policy", "", policy.to_string().as_bytes()).0, 204);
        trail(&local, "CreateTrail", &json!({"Name": "main", "S3BucketName": "trail-bucket"}));
        trail(&local, "StartLogging", &json!({"Name": "main"}));
        logs(&local, "CreateLogGroup", &json!({"logGroupName": GROUP})).expect("a log group");
        let function = json!({
            "FunctionName": "subscriber",
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": "arn:aws:iam::000000000000:role/subscriber",
            "Timeout": 900,
            "LoggingConfig": {"LogFormat": "JSON"},
            // An empty zip, so what runs is what the options say.
            "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
        });
        let (status, _) = http(&local, "lambda", "POST /2015-03-31/functions", "", function.to_string().as_bytes());
        assert_eq!(status, 201);
        let calls = ["UpdateUserPoolClient", "DeleteUserPoolClient"];
        let pattern = json!({"source": ["aws.cognito-idp"], "detail": {"eventName": calls}}).to_string();
        let rule = events(&local, "PutRule", &json!({"Name": "changes", "EventPattern": pattern}));
        let leave = json!({
            "StatementId": "rule",
            "Action": "lambda:InvokeFunction",
            "Principal": "events.amazonaws.com",
            "SourceArn": rule["RuleArn"],
        });
        let path = "POST /2015-03-31/functions/subscriber/policy";
        assert_eq!(http(&local, "lambda", path, "", leave.to_string().as_bytes()).0, 201);
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:subscriber";
        events(&local, "PutTargets", &json!({"Rule": "changes", "Targets": [{"Id": "1", "Arn": arn}]}));
        let made = cognito(&local, "CreateUserPool", &json!({"PoolName": "people"})).expect("a pool");
        let pool = made["UserPool"]["Id"].clone();
        let request = json!({"UserPoolId": pool, "ClientName": "web", "GenerateSecret": true});
        let made = cognito(&local, "CreateUserPoolClient", &request).expect("a client");
        Self { pool, client: made["UserPoolClient"]["ClientId"].clone(), local }
    }

    fn change(&self, operation: &str, more: Value) -> Result<Value, Value> {
        let mut request = json!({"UserPoolId": self.pool, "ClientId": self.client});
        if let (Value::Object(request), Value::Object(more)) = (&mut request, more) {
            request.extend(more);
        }
        cognito(&self.local, operation, &request)
    }

    /// The events of the subscriber's lines, once there are so many.
    fn lines(&self, count: usize) -> Vec<Value> {
        loop {
            let lines = self.all_lines();
            if lines.len() >= count {
                return lines;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn all_lines(&self) -> Vec<Value> {
        all_lines(&self.local, GROUP)
    }
}

/// The events of the subscriber's lines in a group.
fn all_lines(local: &Local, group: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut request = json!({"logGroupName": group, "filterPattern": "\"cacl.line/1\""});
    loop {
        let page = logs(local, "FilterLogEvents", &request).expect("a page");
        for event in page["events"].as_array().expect("a list") {
            let line: Value = serde_json::from_str(event["message"].as_str().expect("a text")).expect("JSON");
            lines.push(line["event"].clone());
        }
        let Some(token) = page.get("nextToken") else { return lines };
        request["nextToken"] = token.clone();
    }
}

#[test]
fn a_change_becomes_a_line_and_a_file() {
    let pipeline = Pipeline::new(Faults::default());
    pipeline.change("UpdateUserPoolClient", json!({"CallbackURLs": ["https://example.org"]})).expect("an update");
    let line = &pipeline.lines(1)[0];
    assert_eq!(
        (&line["detail-type"], &line["source"]),
        (&json!("AWS API Call via CloudTrail"), &json!("aws.cognito-idp"))
    );
    assert_eq!(line["detail"]["requestParameters"]["callbackURLs"], json!(["https://example.org"]));
    assert_eq!(line["detail"]["responseElements"]["userPoolClient"]["clientId"], pipeline.client);
    assert_eq!(line["time"], line["detail"]["eventTime"]);
    let attribute = json!([{"AttributeKey": "EventName", "AttributeValue": "UpdateUserPoolClient"}]);
    let found = trail(&pipeline.local, "LookupEvents", &json!({"LookupAttributes": attribute}));
    assert_eq!(found["Events"][0]["EventId"], line["detail"]["eventID"]);

    let id = line["detail"]["eventID"].as_str().expect("a text");
    let in_a_file = || {
        let (_, listing) = http(&pipeline.local, "s3", "GET /trail-bucket?list-type=2", "", b"");
        let listing = String::from_utf8(listing).expect("XML");
        let keys = listing.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        let begin = "AWSLogs/000000000000/CloudTrail/us-east-1/20";
        keys.filter(|key| key.starts_with(begin) && key.ends_with(".json.gz")).any(|key| {
            let (_, file) = http(&pipeline.local, "s3", &format!("GET /trail-bucket/{key}"), "", b"");
            let mut text = String::new();
            flate2::read::GzDecoder::new(file.as_slice()).read_to_string(&mut text).expect("gzip");
            text.starts_with(r#"{"Records":[{"#) && text.contains(id)
        })
    };
    while !in_a_file() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An action of CloudFormation, as its answer.
fn stack(local: &Local, fields: &[(&str, &str)]) -> String {
    let form: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    let (status, body) = http(local, "cloudformation", "POST /", headers, form.join("&").as_bytes());
    let body = String::from_utf8(body).expect("XML");
    assert_eq!(status, 200, "{body}");
    body
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02x}"))
}

/// The value of an output.
fn output(described: &str, key: &str) -> String {
    let after = described.split_once(&format!("<OutputKey>{key}</OutputKey><OutputValue>")).expect("the output").1;
    after.split_once('<').expect("an end").0.to_owned()
}

/// Every right that a change needs on its way is in the product's own stack: without one of them nothing would arrive.
#[test]
fn the_stack_of_the_product_lets_a_change_through() {
    let local = local(Faults::default());
    assert_eq!(http(&local, "s3", "PUT /code", "", b"").0, 200);
    // The end record of a zip without files, so what runs is what the options say.
    let zip = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
    assert_eq!(http(&local, "s3", "PUT /code/zip", "", &zip).0, 200);
    stack(
        &local,
        &[
            ("Action", "CreateStack"),
            ("StackName", "s"),
            ("TemplateBody", include_str!("../../../stack.yaml")),
            ("Capabilities.member.1", "CAPABILITY_IAM"),
            ("Parameters.member.1.ParameterKey", "SubscriberBucket"),
            ("Parameters.member.1.ParameterValue", "code"),
            ("Parameters.member.2.ParameterKey", "SubscriberKey"),
            ("Parameters.member.2.ParameterValue", "zip"),
        ],
    );
    let described = loop {
        let described = stack(&local, &[("Action", "DescribeStacks"), ("StackName", "s")]);
        if !described.contains("_IN_PROGRESS</StackStatus>") {
            break described;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(described.contains("<StackStatus>CREATE_COMPLETE<"), "{described}");
    let [pool, client, group] = ["UserPoolId", "AppClientId", "LogGroupName"].map(|key| output(&described, key));
    cognito(&local, "UpdateUserPoolClient", &json!({"UserPoolId": pool, "ClientId": client})).expect("an update");
    let line = loop {
        if let Some(line) = all_lines(&local, &group).pop() {
            break line;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(line["detail"]["requestParameters"]["clientId"], client);
}

#[test]
fn only_what_the_rule_takes_while_the_trail_logs_arrives() {
    let pipeline = Pipeline::new(Faults::default());
    trail(&pipeline.local, "StopLogging", &json!({"Name": "main"}));
    pipeline.change("UpdateUserPoolClient", json!({"ClientName": "unheard"})).expect("an update");
    trail(&pipeline.local, "StartLogging", &json!({"Name": "main"}));
    let refused = pipeline.change("UpdateUserPoolClient", json!({"AllowedOAuthScopes": ["none/none"]}));
    assert_eq!(refused.expect_err("no such scope")["__type"], "ScopeDoesNotExistException");
    pipeline.change("DeleteUserPoolClient", json!({})).expect("deleted");
    let mut lines = pipeline.lines(2);
    lines.sort_by_key(|line| line["detail"]["eventName"].to_string());
    let names: Vec<_> = lines.iter().map(|line| line["detail"]["eventName"].clone()).collect();
    assert_eq!(names, ["DeleteUserPoolClient", "UpdateUserPoolClient"]);
    assert_eq!(lines[0]["detail"]["responseElements"], Value::Null);
    assert_eq!(lines[1]["detail"]["errorCode"], "ScopeDoesNotExistException");
}

#[test]
fn repeated_deliveries_are_the_same_event() {
    let pipeline = Pipeline::new(Faults { duplicate: 1.0, ..Faults::default() });
    pipeline.change("UpdateUserPoolClient", json!({})).expect("an update");
    let lines = pipeline.lines(2);
    assert_eq!(lines[0], lines[1]);
}

#[test]
fn throttling_comes_and_goes() {
    let pipeline = Pipeline::new(Faults { throttle: 1.0, ..Faults::default() });
    let error = logs(&pipeline.local, "FilterLogEvents", &json!({"logGroupName": GROUP})).expect_err("throttled");
    assert_eq!(error["__type"], "ThrottlingException");
    pipeline.local.set_faults(Faults::default());
    assert!(logs(&pipeline.local, "FilterLogEvents", &json!({"logGroupName": GROUP})).is_ok());
}

#[test]
fn a_function_is_invoked_over_http() {
    let pipeline = Pipeline::new(Faults::default());
    let path = "POST /2015-03-31/functions/subscriber/invocations";
    let (status, _) = http(&pipeline.local, "lambda", path, "", br#"{"odd": [1, 2]}"#);
    assert_eq!(status, 200);
    let (status, body) = http(&pipeline.local, "lambda", path, "X-Amz-Invocation-Type: Event\r\n", b"\"odder\"");
    assert_eq!((status, body.as_slice()), (202, b"".as_slice()));
    assert_eq!(pipeline.lines(2), [json!({"odd": [1, 2]}), json!("odder")]);
    assert_eq!(http(&pipeline.local, "lambda", path, "", b"rubbish").0, 400);
    let missing = "POST /2015-03-31/functions/none/invocations";
    assert_eq!(http(&pipeline.local, "lambda", missing, "", b"{}").0, 404);
}
