//! The whole product on the local AWS, from outside: the real executable, the real protocols, loopback alone.
#![cfg(unix)]

mod common;
#[path = "local/journal.rs"]
mod journal;
#[path = "local/teardown.rs"]
mod teardown;

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use cacl_aws::{
    Access, Session,
    call::{COGNITO, JsonService, call},
};
use common::{Home, ran};
use serde_json::{Value, json};

const LOGS: JsonService = JsonService { endpoint: "logs", target: "Logs_20140328", version: "1.1" };
/// A watch that ends when it has seen enough has so long for it: far more than any machine needs, with any bad luck.
const PATIENCE: &str = "10m";
const GROUP: &str = "/aws/lambda/cacl-app-client-api-call-subscriber";

/// `cacl-tui local` as a child; ended with SIGTERM, so that it takes its own children along.
struct LocalAws {
    home: Home,
    child: Child,
    endpoint_url: String,
}

impl LocalAws {
    fn start(arguments: &[&str]) -> Self {
        let home = Home::new();
        let mut child = Command::new(env!("CARGO_BIN_EXE_cacl-tui"))
            .args(["local", "--pace", "instant"])
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .current_dir(home.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let endpoint_url = stdout
            .lines()
            .find_map(|line| line.expect("text").strip_prefix("export AWS_ENDPOINT_URL=").map(str::to_owned))
            .expect("the endpoint is printed");
        Self { home, child, endpoint_url }
    }

    /// The program, pointed here by nothing but the environment.
    fn cacl(&self, arguments: &[&str]) -> assert_cmd::Command {
        let mut command = self.home.cacl();
        command.args(arguments);
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    fn environment(&self) -> [(&'static str, &str); 4] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint_url),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIALOCALALICE"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ]
    }

    /// The same, left running.
    fn spawn(&self, arguments: &[&str]) -> Running {
        let child = Command::new(env!("CARGO_BIN_EXE_cacl-tui"))
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin")
            .envs(self.environment())
            .current_dir(self.home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        Running { child }
    }

    fn deploy(&self, arguments: &[&str]) -> (i32, String, String) {
        ran(self.cacl(&["deploy", "--yes", "--no-watch"]).args(arguments))
    }

    async fn session(&self) -> Session {
        let access = Access {
            region: Some("us-east-1".to_owned()),
            endpoint_url: Some(self.endpoint_url.clone()),
            keys: Some(("ASIALOCALKIM".to_owned(), "local".to_owned())),
            ..Access::default()
        };
        Session::open(&access).await.expect("opens")
    }

    /// Gives the sandbox's client these scopes, and nothing else.
    async fn update(&self, scopes: &[&str]) {
        let (session, pool, client) = self.sandbox().await;
        let update = json!({
            "UserPoolId": pool, "ClientId": client, "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": scopes,
        });
        call(&session, COGNITO, "UpdateUserPoolClient", update).await.expect("updates");
        next_second().await;
    }

    /// Takes a scope away from the sandbox client and leaves out the rest, then deletes it.
    async fn update_and_delete(&self) {
        let (session, pool, client) = self.sandbox().await;
        let update = json!({
            "UserPoolId": pool, "ClientId": client, "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["cacl-api/something.read"],
        });
        call(&session, COGNITO, "UpdateUserPoolClient", full(&update)).await.expect("updates");
        next_second().await;
        call(&session, COGNITO, "UpdateUserPoolClient", update).await.expect("updates");
        let delete = json!({"UserPoolId": pool, "ClientId": client});
        call(&session, COGNITO, "DeleteUserPoolClient", delete).await.expect("deletes");
    }

    /// Has CloudFormation delete the stack with its buckets as they are, and waits until that has failed.
    async fn delete_stack_alone(&self) {
        let address = self.endpoint_url.strip_prefix("http://").expect("plain");
        let form = "Action=DeleteStack&Version=2010-05-15&StackName=cacl-cognito-api-calls";
        let mut stream = std::net::TcpStream::connect(address).expect("it listens");
        let scope = "ASIALOCALKIM/20260101/us-east-1/cloudformation/aws4_request";
        let head = format!(
            "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\r\n",
            form.len()
        );
        stream.write_all((head + form).as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("text");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let session = self.session().await;
        let failed = async || {
            let stack = cacl_aws::stack::describe(&session, "cacl-cognito-api-calls").await.expect("answers");
            stack.expect("it stands").status == "DELETE_FAILED"
        };
        until("stacks that cannot be deleted", failed).await;
    }

    /// Waits until so many changes are in the log.
    async fn logged(&self, changes: usize) {
        let session = self.session().await;
        let all = async || {
            let mut page = json!({"nextToken": null});
            let mut found = 0;
            while let Some(token) = page.get("nextToken") {
                let input = json!({"logGroupName": GROUP, "filterPattern": "\"cacl.line/1\"", "nextToken": token});
                page = call(&session, LOGS, "FilterLogEvents", input).await.expect("answers");
                found += page["events"].as_array().expect("a list").len();
            }
            found >= changes
        };
        until("so many changes in the log", all).await;
    }

    /// Waits until a watch has read, and its journal has, which clients CloudTrail remembers to have been made.
    async fn looked_back(&self) {
        let made =
            |file| std::fs::read_to_string(file).is_ok_and(|text| text.contains(r#""call":"CreateUserPoolClient""#));
        until("creations in the journal", async || self.journals().into_iter().any(made)).await;
    }

    fn journals(&self) -> Vec<PathBuf> {
        let Ok(folder) = std::fs::read_dir(self.home.path().join(".local/state/cacl-tui")) else { return Vec::new() };
        let files = folder.map(|file| file.expect("readable").path());
        files.filter(|file| file.extension().is_some_and(|extension| extension == "jsonl")).collect()
    }

    async fn sandbox(&self) -> (Session, Value, Value) {
        let session = self.session().await;
        let stack =
            cacl_aws::stack::describe(&session, "cacl-cognito-api-calls").await.expect("answers").expect("stands");
        (session, json!(stack.outputs["UserPoolId"]), json!(stack.outputs["AppClientId"]))
    }
}

/// The same update with what the next one leaves out.
fn full(update: &Value) -> Value {
    let mut update = update.clone();
    update["AllowedOAuthScopes"] = json!(["cacl-api/something.read", "cacl-api/something.write"]);
    update["PreventUserExistenceErrors"] = json!("ENABLED");
    update
}

/// Waits until something is so: as long as a watch has, then it never will be.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let came = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(10), came).await.unwrap_or_else(|_| panic!("there never were {what}"));
}

/// CloudTrail's times have whole seconds, and the order of two updates within one means nothing.
async fn next_second() {
    tokio::time::sleep(Duration::from_millis(1050)).await;
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        signal(&self.child, "TERM");
        let _ = self.child.wait();
    }
}

/// A child that is ended with its test.
struct Running {
    child: Child,
}

impl Running {
    /// Reads stderr until a line says this.
    fn wait_for(&mut self, words: &str) {
        let mut stderr = BufReader::new(self.child.stderr.take().expect("piped"));
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert_ne!(stderr.read_line(&mut line).expect("text"), 0, "it ended without saying: {words}");
        }
        self.child.stderr = Some(stderr.into_inner());
    }

    fn end(mut self) -> (ExitStatus, String, String) {
        let mut text = [String::new(), String::new()];
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_string(&mut text[0]).expect("text");
        }
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut text[1]).expect("text");
        }
        let [stdout, stderr] = text;
        (self.child.wait().expect("ends"), stdout, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -{name}");
}

fn row<'a>(line: &'a Value, path: &str) -> &'a Value {
    let rows = line["diff"].as_array().expect("rows");
    rows.iter().find(|row| row["path"] == path).unwrap_or_else(|| panic!("no {path} in {rows:#?}"))
}

#[tokio::test]
async fn deploy_watch_teardown() {
    let aws = LocalAws::start(&[]);
    let (code, stdout, stderr) = aws.deploy(&[]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains(GROUP) && stdout.contains("CREATE_COMPLETE"), "{stdout}");

    let (code, stdout, stderr) = aws.deploy(&[]);
    assert_eq!(code, 0, "a second time is fine: {stdout}{stderr}");
    assert!(stdout.contains("Nothing to update"), "{stdout}");

    let watch = aws.spawn(&["watch", "--output", "jsonl", "--since", "1h", "--count", "3", "--timeout", PATIENCE]);
    aws.looked_back().await;
    aws.update_and_delete().await;
    let (status, stdout, stderr) = watch.end();
    assert_eq!(status.code(), Some(0), "{stdout}{stderr}");
    let mut lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // The last two were called in the same moment, and either may come first.
    lines.sort_by_key(|line| line["kind"] == "delete");
    let [first, second, third] = lines.as_slice() else { panic!("{stdout}") };
    assert_eq!((&first["kind"], &first["baseline"]), (&json!("update"), &json!("history")));
    assert_eq!(row(second, "allowedOAuthScopes")["removed"], json!(["cacl-api/something.write"]));
    assert_eq!(row(second, "preventUserExistenceErrors")["class"], "reset");
    assert_eq!(second["actor"]["name"], "kim@example.org");
    assert!(second["latencyMs"]["screen"].is_u64(), "{}", second["latencyMs"]);
    assert_eq!((&third["kind"], &third["event"]), (&json!("delete"), &json!("DeleteUserPoolClient")));

    let (code, stdout, stderr) = ran(&mut aws.cacl(&["teardown", "--yes"]));
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("Gone.") && stdout.contains("nothing is left"), "{stdout}");
    for command in [&["watch", "--output", "text"] as &[&str], &["teardown", "--yes"]] {
        let (code, _, stderr) = ran(&mut aws.cacl(command));
        assert_eq!(code, 3, "{stderr}");
        assert!(stderr.starts_with("error: nothing is deployed") && stderr.contains("help:"), "{stderr}");
        assert_eq!(stderr.contains("all is well"), command[0] == "teardown", "{stderr}");
    }
}

#[tokio::test]
async fn the_first_change_of_a_client_is_compared_with_its_creation() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    let watch = aws.spawn(&["watch", "--output", "jsonl", "--since", "1h", "--count", "1", "--timeout", PATIENCE]);
    aws.looked_back().await;
    let (session, pool, client) = aws.sandbox().await;
    let update = json!({
        "UserPoolId": pool, "ClientId": client, "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["cacl-api/something.read"],
    });
    call(&session, COGNITO, "UpdateUserPoolClient", update).await.expect("updates");
    let (status, stdout, stderr) = watch.end();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{stdout}");
    let line: Value = serde_json::from_str(&stdout).expect("one line");
    assert_eq!((&line["kind"], &line["baseline"]), (&json!("update"), &json!("history")));
    let scopes = row(&line, "allowedOAuthScopes");
    assert_eq!((&scopes["class"], &scopes["added"]), (&json!("changed"), &json!([])));
    assert_eq!(scopes["removed"], json!(["cacl-api/something.write"]));
    let reset = row(&line, "preventUserExistenceErrors");
    assert_eq!((&reset["class"], &reset["before"]), (&json!("reset"), &json!("ENABLED")));
    assert_eq!(row(&line, "enableTokenRevocation")["class"], "unchanged", "not sent, and that is its default");

    // Without CloudTrail's memory, and the log's own past left out, nothing is known of then.
    let alone = ["watch", "-o", "jsonl", "--since", "1h", "--count", "1", "--timeout", PATIENCE, "--no-lookup"];
    let (code, stdout, stderr) = ran(aws.cacl(&alone).arg("--no-journal"));
    assert_eq!((code, stderr.as_str()), (0, ""));
    let line: Value = serde_json::from_str(&stdout).expect("one line");
    assert_eq!((&line["baseline"], &row(&line, "allowedOAuthScopes")["class"]), (&json!("none"), &json!("set")));

    // With the journal of the first run, CloudTrail need not be asked.
    let (code, stdout, _) = ran(&mut aws.cacl(&alone));
    let line: Value = serde_json::from_str(&stdout).expect("one line");
    assert_eq!((code, &line["baseline"]), (0, &json!("history")));
}

#[tokio::test]
async fn restore_reads_the_log_and_changes_nothing() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    let watch = aws.spawn(&["watch", "--output", "jsonl", "--since", "1h", "--count", "3", "--timeout", PATIENCE]);
    aws.update_and_delete().await;
    assert_eq!(watch.end().0.code(), Some(0), "all of it is in the log");
    let (_, _, client) = aws.sandbox().await;
    let client = client.as_str().expect("an id");
    let (code, stdout, stderr) = ran(&mut aws.cacl(&["restore", client]));
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("create-user-pool-client"), "{stdout}");
    assert!(stdout.contains(&format!("--endpoint-url={}", aws.endpoint_url)), "{stdout}");
    assert!(stdout.contains("\"GenerateSecret\": true"), "{stdout}");
    assert!(stderr.contains("to the state before ") && stderr.contains("DeleteUserPoolClient"), "{stderr}");
    let (code, _, stderr) = ran(&mut aws.cacl(&["restore", "nobody"]));
    assert_eq!(code, 3, "{stderr}");
}

#[tokio::test]
async fn it_ends_when_its_reader_has_seen_enough() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update(&["cacl-api/something.read"]).await;
    let mut watch = aws.spawn(&["watch", "-o", "jsonl", "--since", "1h"]);
    let mut reader = BufReader::new(watch.child.stdout.take().expect("piped"));
    assert_ne!(reader.read_line(&mut String::new()).expect("text"), 0);
    // Nothing more will ever be written.
    drop(reader);
    let (status, _, stderr) = watch.end();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn fail_on_exec_and_count() {
    let aws = LocalAws::start(&["--throttle", "0.4", "--duplicate", "0.5"]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update_and_delete().await;
    let past = ["--since", "1h", "--timeout", PATIENCE];
    let (code, stdout, stderr) =
        ran(aws.cacl(&["watch", "-o", "jsonl", "--count", "3", "--exec", "cat >> got"]).args(past));
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert_eq!(std::fs::read_to_string(aws.home.path().join("got")).expect("written"), stdout);
    let (code, stdout, _) = ran(aws.cacl(&["watch", "-o", "text", "--fail-on", "medium"]).args(past));
    assert_eq!(code, 10, "{stdout}");
    let (code, _, stderr) = ran(aws.cacl(&["watch", "-o", "text", "--exec", "exit 7", "--count", "1"]).args(past));
    assert_eq!(code, 0, "a command that fails is told, not fatal");
    assert!(stderr.contains("--exec") && stderr.contains('7'), "{stderr}");
}

/// How much was told before time was up is the machine's business, so it is only known how much it is at most.
#[tokio::test]
async fn when_time_is_up_it_ends() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update_and_delete().await;
    let watch = ["watch", "-o", "text", "--since", "1h", "--timeout", "5s", "--no-lookup"];
    let cases = [
        (&["--count", "99"] as &[&str], "of 99 changes", 3),
        // Time is up for a command as well.
        (&["--count", "2", "--exec", "exec sleep 6000", "--exec-timeout", "2h"], "of 2 changes", 1),
    ];
    for (arguments, words, most) in cases {
        let (code, stdout, stderr) = ran(aws.cacl(&watch).args(arguments));
        assert_eq!(code, 1, "{arguments:?}: {stderr}");
        assert!(stderr.contains("time is up") && stderr.contains(words), "{arguments:?}: {stderr}");
        assert!(stdout.lines().count() <= most, "{arguments:?}: {stdout}");
    }
}

#[tokio::test]
async fn a_rolled_back_stack_is_deployed_anew() {
    let aws = LocalAws::start(&["--fail-resource", "UserPoolClient"]);
    let (code, stdout, stderr) = aws.deploy(&[]);
    assert_eq!(code, 5, "{stdout}{stderr}");
    assert!(stderr.contains("UserPoolClient"), "the cause is named: {stderr}");
    assert!(stderr.contains("to remove what is left: cacl-tui teardown\n"), "{stderr}");
    let (code, _, stderr) = ran(&mut aws.cacl(&["watch", "--output", "text"]));
    assert_eq!(code, 3, "{stderr}");
    let (code, stdout, stderr) = aws.deploy(&["--no-sandbox"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("failed before (ROLLBACK_COMPLETE): is deleted, and made anew"), "{stdout}");
    assert_eq!(ran(&mut aws.cacl(&["teardown", "--yes"])).0, 0);
}

/// Whoever deletes the stack by other means leaves the bucket with the trail's files, and a stack that can only be deleted.
#[tokio::test]
async fn the_plan_says_what_a_half_deleted_stack_loses() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    // CloudTrail has written of it once the log has it.
    aws.update(&["cacl-api/something.read"]).await;
    aws.logged(1).await;
    aws.delete_stack_alone().await;
    let (code, stdout, stderr) = aws.deploy(&[]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let (plan, done) = stdout.split_once("deleting it first").expect("it is deleted");
    let bucket = "cacl-cloudtrail-000000000000-us-east-1";
    assert!(plan.contains("was not deleted to its end (DELETE_FAILED): is deleted, and made anew"), "{plan}");
    assert!(plan.contains(&format!("with it go the bucket {bucket} and all files in it")), "{plan}");
    assert!(plan.contains("gone before: the log group and all changes recorded in it"), "{plan}");
    assert!(plan.contains("trail       is made"), "{plan}");
    assert!(done.contains("Deployed."), "{done}");
}

#[test]
fn what_to_run_next_names_the_stack_that_was_meant() {
    let aws = LocalAws::start(&["--fail-resource", "Rule"]);
    let shop = ["--prefix", "shop", "--region", "us-east-1"];
    let (code, _, stderr) = aws.deploy(&[&shop as &[&str], &["--scope", "app-clients"]].concat());
    assert_eq!(code, 5, "{stderr}");
    let place = "--region us-east-1 --prefix shop";
    for command in [format!("deploy {place} --no-watch --scope app-clients\n"), format!("teardown {place}\n")] {
        assert!(stderr.contains(&format!(": cacl-tui {command}")), "{command} is not in {stderr}");
    }
    let cases: [(&[&str], &[&str], i32, &str); 4] = [
        (
            &["watch", "-o", "text"],
            &["--prefix", "shop", "--stack-name", "mine"],
            3,
            "deploy --prefix shop --stack-name mine\n",
        ),
        (&["teardown"], &shop, 2, "teardown --region us-east-1 --prefix shop --yes\n"),
        (
            &["watch", "-o", "text", "--log-group", "/no/such/group"],
            &shop,
            3,
            "deploy --region us-east-1 --prefix shop\n",
        ),
        (&["deploy", "--no-sandbox"], &[], 2, "deploy --no-sandbox --yes\n"),
    ];
    for (command, options, exit, next) in cases {
        let (code, _, stderr) = ran(aws.cacl(command).args(options));
        assert_eq!(code, exit, "{stderr}");
        assert!(stderr.contains(&format!(": cacl-tui {next}")), "{next} is not in {stderr}");
    }
    let whole = LocalAws::start(&[]);
    let (code, stdout, stderr) = ran(whole.cacl(&["deploy", "--yes", "--no-watch"]).env("SERVICE_PREFIX", "shop"));
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.ends_with("Next: cacl-tui watch --prefix shop\n"), "{stdout}");
    for row in ["CREATE_IN_PROGRESS    UserPoolClient  ", "CREATE_COMPLETE       UserPoolClient  "] {
        assert_eq!(stdout.matches(row).count(), 1, "{row} in {stdout}");
    }
}

/// Over the real SDK, in every protocol that a deployment and a teardown speak.
#[tokio::test]
async fn who_may_only_read_can_watch_and_change_nothing() {
    let aws = LocalAws::start(&[]);
    let robin = |arguments: &[&str]| {
        let mut command = aws.cacl(arguments);
        ran(command.env("AWS_ACCESS_KEY_ID", "ASIALOCALROBIN"))
    };
    let (code, stdout, stderr) = robin(&["deploy", "--yes", "--no-watch"]);
    assert_eq!(code, 4, "{stdout}{stderr}");
    assert!(
        stderr.contains("help: ask for the permission s3:CreateBucket on arn:aws:s3:::cacl-deployment-"),
        "{stderr}"
    );
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update(&["cacl-api/something.read"]).await;
    let watch = ["watch", "-o", "jsonl", "--since", "1h", "--count", "1", "--timeout", PATIENCE];
    assert_eq!(robin(&watch).0, 0);
    for (arguments, permission) in [
        (&["deploy", "--yes", "--no-watch", "--no-sandbox"] as &[&str], "cloudformation:CreateChangeSet on arn:"),
        (&["teardown", "--yes"], "s3:DeleteObjectVersion"),
    ] {
        let (code, stdout, stderr) = robin(arguments);
        assert_eq!(code, 4, "{arguments:?}: {stdout}{stderr}");
        assert!(stderr.contains(permission) && stderr.contains("robin@example.org"), "{stderr}");
    }
    let access = Access {
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(aws.endpoint_url.clone()),
        keys: Some(("ASIALOCALROBIN".to_owned(), "local".to_owned())),
        ..Access::default()
    };
    let session = Session::open(&access).await.expect("opens");
    let refused = call(&session, LOGS, "DeleteLogGroup", json!({"logGroupName": GROUP})).await.expect_err("refused");
    assert_eq!(refused.reason, cacl_aws::Reason::Permission);
    let (code, _, stderr) = ran(&mut aws.cacl(&["teardown", "--yes"]));
    assert_eq!((code, stderr.as_str()), (0, ""), "all of it was still there");
}

#[test]
fn expired_credentials_are_4() {
    let aws = LocalAws::start(&["--expired"]);
    for command in [&["deploy", "--yes"] as &[&str], &["watch", "-o", "jsonl"], &["teardown", "--yes"]] {
        let (code, _, stderr) = ran(&mut aws.cacl(command));
        assert_eq!(code, 4, "{stderr}");
        assert!(stderr.contains("help:"), "{stderr}");
    }
}

#[test]
fn an_unknown_log_group_is_3() {
    let aws = LocalAws::start(&[]);
    let (code, _, stderr) = ran(&mut aws.cacl(&["watch", "-o", "text", "--log-group", "/no/such/group"]));
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.starts_with("error: there is no log group /no/such/group\n"), "{stderr}");
}

#[test]
fn no_credentials_are_4_for_a_log_group_too() {
    let aws = LocalAws::start(&[]);
    let mut watch = aws.cacl(&["watch", "-o", "text", "--log-group", GROUP]);
    let (code, _, stderr) = ran(watch.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY"));
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains("help: run `aws configure`"), "{stderr}");
}

#[test]
fn what_is_wanted_of_aws_endpoints_does_not_matter_here() {
    let aws = LocalAws::start(&[]);
    for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        let (code, _, stderr) = ran(aws.cacl(&["watch", "-o", "text"]).env(name, "true"));
        assert_eq!(code, 3, "{name}: {stderr}");
    }
}

#[tokio::test]
async fn a_log_group_that_goes_is_trouble_and_not_the_end() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update_and_delete().await;
    let mut watch = aws.spawn(&["watch", "--output", "jsonl", "--since", "1h"]);
    let mut stdout = BufReader::new(watch.child.stdout.take().expect("piped"));
    stdout.read_line(&mut String::new()).expect("a first change");
    let session = aws.session().await;
    call(&session, LOGS, "DeleteLogGroup", json!({"logGroupName": GROUP})).await.expect("deletes");
    watch.wait_for("the log group is gone");
    signal(&watch.child, "TERM");
    let (status, _, _) = watch.end();
    assert_eq!(status.code(), Some(0), "SIGTERM ends watching quietly");
}

#[tokio::test]
async fn signals_and_a_closed_pipe_end_it() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update_and_delete().await;
    for (name, code) in [("INT", 130), ("TERM", 0), ("HUP", 0)] {
        let mut watch = aws.spawn(&["watch", "--output", "jsonl", "--since", "1h"]);
        let mut stdout = BufReader::new(watch.child.stdout.take().expect("piped"));
        stdout.read_line(&mut String::new()).expect("a first change");
        signal(&watch.child, name);
        assert_eq!(watch.end().0.code(), Some(code), "SIG{name}");
    }
    let mut watch = aws.spawn(&["watch", "--output", "jsonl", "--since", "1h"]);
    drop(watch.child.stdout.take());
    let (status, _, stderr) = watch.end();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn rubbish_in_the_log_is_counted_and_never_shown_raw() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    let session = aws.session().await;
    let stream = json!({"logGroupName": GROUP, "logStreamName": "rubbish"});
    call(&session, LOGS, "CreateLogStream", stream.clone()).await.expect("creates");
    let now = jiff::Timestamp::now().as_millisecond();
    let event = |message: &str| json!({"timestamp": now, "message": message});
    let mut put = stream;
    let megabyte = "x".repeat(1_000_000);
    put["logEvents"] = json!([event("rubbish"), event("\u{1b}[2J\u{7}\u{202e}"), event("{\"half\":")]);
    call(&session, LOGS, "PutLogEvents", put.clone()).await.expect("puts");
    put["logEvents"] = json!([event(&megabyte)]);
    call(&session, LOGS, "PutLogEvents", put).await.expect("puts");
    aws.update_and_delete().await;
    let watch = ["watch", "-o", "text", "--since", "1h", "--count", "3", "--timeout", PATIENCE];
    let (code, stdout, stderr) = ran(&mut aws.cacl(&watch));
    assert_eq!((code, stdout.lines().count()), (0, 3), "{stderr}");
    assert!(stderr.contains("4 lines that are no events"), "{stderr}");
    assert!(!stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'));
}

#[test]
fn the_demo_without_a_terminal_tells_its_story() {
    let home = Home::new();
    let (code, stdout, stderr) = ran(home.cacl().args(["demo", "--pace", "instant"]));
    assert_eq!(code, 0, "{stdout}{stderr}");
    for part in [
        "Deploying",
        "something.write",
        "http://shop.example.org/cb cannot use",
        "web-shop.example.net",
        "not sent",
        "AccessDenied",
        "old-mobile",
        "Gone.",
    ] {
        assert!(stdout.contains(part), "{part} is missing in:\n{stdout}");
    }
    assert!(std::fs::read_dir(home.path()).expect("readable").next().is_none(), "the demo leaves nothing behind");
}
