//! Functions that really run: this very test program, started again as the function's process.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    environment::{Outcome, Setup},
    function, invoke, policy, stop,
};
use crate::{
    events, iam, logs,
    policy::Source,
    sqs,
    sts::anybody,
    world::{Shared, World, lock},
};

/// What the child runs: a runtime that does as the event says. Not a test by itself.
#[test]
#[ignore = "is the function's process of the other tests"]
fn function_process() {
    let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
    loop {
        let Some((head, event)) = request(&api, "GET", "invocation/next", "") else { return };
        let event: Value = serde_json::from_str(&event).expect("an event");
        let id = &head["lambda-runtime-aws-request-id"];
        for line in event["print"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            writeln!(std::io::stdout(), "{line}").expect("standard output");
        }
        match event["do"].as_str() {
            Some("exit") => std::process::exit(7),
            Some("hang") => std::thread::sleep(Duration::from_hours(1)),
            Some("fail") => {
                let error = json!({"errorType": "Oops", "errorMessage": "as told"}).to_string();
                request(&api, "POST", &format!("invocation/{id}/error"), &error);
            }
            Some("tell") => {
                let variables: BTreeMap<_, _> = std::env::vars().collect();
                let told = json!({"variables": variables, "pid": std::process::id(), "head": head}).to_string();
                request(&api, "POST", &format!("invocation/{id}/response"), &told);
            }
            _ => {
                request(&api, "POST", &format!("invocation/{id}/response"), "null");
            }
        }
    }
}

/// One request to the Runtime API: the headers and the body of the answer; none when nobody is there.
fn request(api: &str, method: &str, path: &str, body: &str) -> Option<(BTreeMap<String, String>, String)> {
    let mut stream = TcpStream::connect(api).ok()?;
    let length = body.len();
    let head =
        format!("{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {api}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes()).ok()?;
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some((headers, String::from_utf8(body).ok()?))
}

const GROUP: &str = "/aws/lambda/f";

/// A world with a function `f`, whose zip cannot run here, so this program does.
async fn world_with_function(more: Value) -> Shared {
    let mut world = World::test();
    let this = std::env::current_exe().expect("this program");
    let arguments = ["--exact", "lambda::tests::function_process", "--include-ignored", "--nocapture"];
    let subscriber = std::iter::once(this.into_os_string()).chain(arguments.map(Into::into)).collect();
    Arc::get_mut(&mut world).expect("not shared yet").subscriber = subscriber;
    let zip = super::code::tests::zip_of("bootstrap", b"not an executable");
    let mut request = json!({
        "FunctionName": "f",
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Role": "arn:aws:iam::000000000000:role/f",
        // Only where a test is about it shall time be up.
        "Timeout": 900,
        "LoggingConfig": {"LogFormat": "JSON"},
        "Code": {"ZipFile": base64::Engine::encode(&base64::prelude::BASE64_STANDARD, zip)},
    });
    if let (Value::Object(request), Value::Object(more)) = (&mut request, more) {
        request.extend(more);
    }
    function::create(&world, &request).expect("a function");
    let properties = json!({"LogGroupName": GROUP});
    logs::create(&world, &anybody(&world), "AWS::Logs::LogGroup", "Group", &properties).await.expect("a log group");
    world
}

async fn invoke(world: &Shared, event: Value) -> Outcome {
    invoke::invoke(world, "f", Bytes::from(event.to_string())).await.expect("the function is there")
}

fn error_of(outcome: &Outcome) -> (String, String) {
    let Outcome::Error(body) = outcome else { panic!("{outcome:?} is no error") };
    let error: Value = serde_json::from_slice(body).expect("JSON");
    let part = |name: &str| error[name].as_str().expect("a text").to_owned();
    (part("errorType"), part("errorMessage"))
}

/// The function's and the platform's lines, without the test program's own, once there are so many reports.
async fn lines(world: &Shared, reports: usize) -> Vec<String> {
    loop {
        let lines = logs::texts(world, GROUP);
        if lines.iter().filter(|line| line.contains("platform.report")).count() >= reports {
            let noise = |line: &String| !line.starts_with("running ") && !line.starts_with("test ");
            return lines.into_iter().filter(noise).collect();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The first message of a queue, once there is one.
async fn letter(world: &Shared, queue_url: &Value) -> Value {
    loop {
        let received = sqs::handle(world, "ReceiveMessage", &json!({"QueueUrl": queue_url})).expect("the queue");
        if let Some(letter) = received["Messages"].get(0) {
            return letter.clone();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// `platform.start`, or the line itself if it is not the platform's.
fn kind(line: &str) -> String {
    let kind = serde_json::from_str::<Value>(line).ok().and_then(|line| line["type"].as_str().map(str::to_owned));
    kind.unwrap_or_else(|| line.to_owned())
}

#[tokio::test]
async fn lines_stand_between_the_platforms() {
    let world = world_with_function(json!({})).await;
    assert_eq!(
        invoke(&world, json!({"print": ["a", "{\"level\":\"DEBUG\"}", "b"]})).await,
        Outcome::Response("null".into())
    );
    invoke(&world, json!({"print": ["c"]})).await;
    let kinds: Vec<_> = lines(&world, 2).await.iter().map(|line| kind(line)).collect();
    let expected =
        ["platform.initStart", "platform.start", "a", "b", "platform.report", "platform.start", "c", "platform.report"];
    assert_eq!(kinds, expected);
    stop(&world).await;
}

#[tokio::test]
async fn a_function_sees_lambdas_environment_and_nothing_else_but_path() {
    let variables = json!({"Environment": {"Variables": {"STAGE": "test"}}, "MemorySize": 256});
    let world = world_with_function(variables).await;
    let Outcome::Response(told) = invoke(&world, json!({"do": "tell"})).await else { panic!("an error") };
    let told: Value = serde_json::from_slice(&told).expect("JSON");
    let expected = [
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", GROUP),
        ("AWS_REGION", "us-east-1"),
        ("_HANDLER", "bootstrap"),
        ("STAGE", "test"),
    ];
    for (name, value) in expected {
        assert_eq!(told["variables"][name], value, "{name}");
    }
    assert_eq!(told["variables"].get("HOME"), None);
    let stream = told["variables"]["AWS_LAMBDA_LOG_STREAM_NAME"].as_str().expect("a stream");
    assert!(stream.starts_with("2027/01/15/[$LATEST]") && stream.len() == 52, "{stream}");
    assert_eq!(told["head"]["lambda-runtime-invoked-function-arn"], "arn:aws:lambda:us-east-1:000000000000:function:f");
    stop(&world).await;
}

#[tokio::test]
async fn errors_crashes_and_timeouts_are_told_apart_and_survived() {
    let world = world_with_function(json!({})).await;
    let limit = |seconds: u64| function::update_configuration(&world, "f", &json!({"Timeout": seconds})).expect("set");
    assert_eq!(error_of(&invoke(&world, json!({"do": "fail"})).await), ("Oops".to_owned(), "as told".to_owned()));
    let (kind, message) = error_of(&invoke(&world, json!({"do": "exit", "print": ["last words"]})).await);
    assert_eq!(kind, "Runtime.ExitError");
    assert!(message.ends_with("Error: Runtime exited with error: exit status 7"), "{message}");
    limit(1);
    let (kind, message) = error_of(&invoke(&world, json!({"do": "hang"})).await);
    assert_eq!(kind, "Sandbox.Timedout");
    assert!(message.ends_with("Task timed out after 1.00 seconds"), "{message}");
    limit(900);
    assert_eq!(invoke(&world, json!({})).await, Outcome::Response("null".into()));
    let lines = lines(&world, 4).await;
    assert!(lines.contains(&"last words".to_owned()));
    let status = |line: &String| {
        let line: Value = serde_json::from_str(line).ok()?;
        (line["type"] == "platform.report").then(|| line["record"]["status"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(lines.iter().filter_map(status).collect::<Vec<_>>(), ["error", "failure", "timeout", "success"]);
    stop(&world).await;
}

#[tokio::test]
async fn what_cannot_begin_says_so() {
    let mut world = world_with_function(json!({})).await;
    Arc::get_mut(&mut world).expect("not shared yet").subscriber = vec!["/nonexistent/bootstrap".into()];
    let (kind, message) = error_of(&invoke(&world, json!({})).await);
    assert_eq!(kind, "Runtime.InvalidEntrypoint");
    assert!(message.contains("Error: fork/exec /var/task/bootstrap: "), "{message}");
    stop(&world).await;
}

#[tokio::test]
async fn a_service_needs_leave_and_its_failures_become_dead_letters() {
    let queue = "arn:aws:sqs:us-east-1:000000000000:dead";
    let world = world_with_function(json!({"DeadLetterConfig": {"TargetArn": queue}})).await;
    let dead = sqs::open(&world, "dead");
    let rule = "arn:aws:events:us-east-1:000000000000:rule/r";
    let by = Source { service: "events.amazonaws.com", arn: rule };
    let event = Bytes::from_static(br#"{"do":"fail"}"#);
    let denied = invoke::invoke_for_service(&world, "f", &by, event.clone()).expect_err("no permission");
    assert_eq!(denied.code, "AccessDeniedException");
    let leave =
        json!({"StatementId": "r", "Principal": by.service, "Action": "lambda:InvokeFunction", "SourceArn": rule});
    policy::add(&world, "f", &leave).expect("a statement");
    invoke::invoke_for_service(&world, "f", &by, event).expect("queued");
    let letter = letter(&world, &dead).await;
    assert_eq!(letter["Body"], r#"{"do":"fail"}"#);
    assert_eq!(letter["MessageAttributes"]["ErrorMessage"]["StringValue"], "as told");
    let starts: Vec<_> = lines(&world, 3).await.into_iter().filter(|line| kind(line) == "platform.start").collect();
    let ids: Vec<Value> = starts
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["record"]["requestId"].clone())
        .collect();
    assert_eq!(ids.len(), 3, "once, and two retries");
    assert!(ids.iter().all(|id| *id == letter["MessageAttributes"]["RequestID"]["StringValue"]));
    stop(&world).await;
}

#[tokio::test]
async fn a_rule_tries_a_busy_function_again_and_gives_up_in_the_end() {
    let world = world_with_function(json!({})).await;
    let dead = sqs::open(&world, "dead");
    let leave = json!({"StatementId": "r", "Principal": "events.amazonaws.com", "Action": "lambda:InvokeFunction"});
    policy::add(&world, "f", &leave).expect("a statement");
    lock(&world.lambda).function("f").expect("the function").room.close();
    let rule = json!({"Name": "r", "EventPattern": r#"{"source":["example"]}"#});
    events::handle(&world, &anybody(&world), "PutRule", &rule).expect("a rule");
    let target = json!({
        "Id": "f",
        "Arn": "arn:aws:lambda:us-east-1:000000000000:function:f",
        "RetryPolicy": {"MaximumRetryAttempts": 2},
        "DeadLetterConfig": {"Arn": world.arn("sqs", "dead")},
    });
    events::handle(&world, &anybody(&world), "PutTargets", &json!({"Rule": "r", "Targets": [target]}))
        .expect("a target");
    events::put(&world, &json!({"source": "example"}));
    let letter = letter(&world, &dead).await;
    let attribute = |name: &str| letter["MessageAttributes"][name]["StringValue"].clone();
    assert_eq!(attribute("ERROR_CODE"), "THROTTLING");
    assert_eq!(attribute("RETRY_ATTEMPTS"), "2");
    assert_eq!(attribute("EXHAUSTED_RETRY_CONDITION"), "MaximumRetryAttempts");
}

#[tokio::test]
async fn without_its_log_group_a_function_runs_and_its_lines_are_lost() {
    let world = world_with_function(json!({"LoggingConfig": {"LogFormat": "JSON", "LogGroup": "not-there"}})).await;
    assert_eq!(invoke(&world, json!({"print": ["lost"]})).await, Outcome::Response("null".into()));
    stop(&world).await;
    assert!(!logs::has(&world, "not-there"));
}

#[tokio::test]
async fn a_role_must_let_the_function_write_its_log_and_its_dead_letters() {
    let world = World::test();
    let trust =
        json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let document = |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]});
    let send = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": world.arn("sqs", "dead")});
    let policy = json!({"PolicyName": "p", "PolicyDocument": document(send)});
    let role = json!({"RoleName": "f", "AssumeRolePolicyDocument": document(trust), "Policies": [policy]});
    iam::create(&world, "s", &role).expect("a role");
    let zip = super::code::tests::zip_of("bootstrap", b"not an executable");
    let request = |queue: &str| {
        json!({
            "FunctionName": "f",
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": "arn:aws:iam::000000000000:role/f",
            "DeadLetterConfig": {"TargetArn": world.arn("sqs", queue)},
            "Code": {"ZipFile": base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &zip)},
        })
    };
    let refused = function::create(&world, &request("other")).expect_err("not its queue");
    assert!(refused.message.contains("does not have permissions to call SendMessage"), "{}", refused.message);
    function::create(&world, &request("dead")).expect("a function");

    logs::create(&world, &anybody(&world), "AWS::Logs::LogGroup", "Group", &json!({"LogGroupName": GROUP}))
        .await
        .expect("a group");
    let setup = Setup::of(lock(&world.lambda).function("f").expect("the function"));
    let line = |text: &str| setup.log(&world, "s").printed(&world, text.as_bytes());
    line("lost");
    // One thread and no timers, so by then whatever is ready has run.
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let write = json!({"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": format!("{}:*", world.arn("logs", &format!("log-group:{GROUP}")))});
    let allowed = json!({"RoleName": "f", "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"],
        "Policies": [{"PolicyName": "p", "PolicyDocument": document(write)}]});
    iam::update(&world, "f", &role, &allowed).expect("changed");
    line("kept");
    while logs::texts(&world, GROUP).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(logs::texts(&world, GROUP), ["kept"]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn children_end_when_their_function_goes_and_when_everything_stops() {
    let pid = async |world: &Shared| {
        let Outcome::Response(told) = invoke(world, json!({"do": "tell"})).await else { panic!("an error") };
        serde_json::from_slice::<Value>(&told).expect("JSON")["pid"].as_u64().expect("a number")
    };
    let runs = |pid: u64| std::path::Path::new(&format!("/proc/{pid}")).exists();
    let world = world_with_function(json!({})).await;
    let first = pid(&world).await;
    assert!(runs(first));
    function::delete(&world, "f").expect("deleted");
    while runs(first) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let world = world_with_function(json!({})).await;
    let second = pid(&world).await;
    assert!(runs(second));
    stop(&world).await;
    assert!(!runs(second));
    assert!(lock(&world.lambda).environments.is_empty());
}
