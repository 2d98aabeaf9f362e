//! What a run leaves for the next one.

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use cacl_aws::call::{COGNITO, call};
use serde_json::{Value, json};

use super::{GROUP, LOGS, LocalAws, PATIENCE, Running, next_second, ran, signal, until};

/// Two updates of the sandbox's client, each in a second of its own, and its deletion.
const UPDATES: usize = 3;

fn ids(stdout: &str) -> Vec<String> {
    let id = |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["id"].as_str().expect("an id").to_owned();
    stdout.lines().map(id).collect()
}

/// The text of the only journal.
fn journal(aws: &LocalAws) -> String {
    let files = aws.journals();
    let [file] = files.as_slice() else { panic!("{files:?}") };
    fs::read_to_string(file).expect("text")
}

/// Ends a watch as systemd does.
fn stop(watch: Running) -> (String, String) {
    signal(&watch.child, "TERM");
    let (status, stdout, stderr) = watch.end();
    assert_eq!(status.code(), Some(0), "{stderr}");
    (stdout, stderr)
}

#[tokio::test]
async fn from_run_to_run_everything_is_told_once() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    let last = ["watch", "-o", "jsonl", "--since", "last"];
    aws.update(&["cacl-api/something.read"]).await;
    let first = ["watch", "-o", "jsonl", "--since", "1h", "--count", "1", "--timeout", PATIENCE];
    let (code, _, stderr) = ran(&mut aws.cacl(&first));
    assert_eq!((code, stderr.as_str()), (0, ""));
    aws.update_and_delete().await;
    aws.logged(1 + UPDATES).await;
    let mut second = aws.spawn(&last);
    second.wait_for("while you were away: 3 changes, 2 high");
    let (stdout, _) = stop(second);
    let told = ids(&stdout);
    assert_eq!(told.len(), UPDATES, "{stdout}");
    let first: Value = serde_json::from_str(stdout.lines().next().expect("a line")).expect("JSON");
    // The first run's change, or what the client was like after it.
    assert!(["history", "snapshot"].contains(&first["baseline"].as_str().expect("text")), "{first}");
    let (code, stdout, stderr) = ran(aws.cacl(&last).args(["--timeout", "4s"]));
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""), "nothing is told twice");
    // Whoever asks for a time gets all of it, and the journal does no harm.
    let (_, stdout, _) = ran(&mut aws.cacl(&["watch", "-o", "jsonl", "--since", "1h", "--count", "4"]));
    assert_eq!(ids(&stdout)[1..], told);
}

#[tokio::test]
async fn an_aws_of_today_knows_nothing_of_yesterdays() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update_and_delete().await;
    let count = ["watch", "-o", "jsonl", "--since", "1h", "--count", "3", "--timeout", PATIENCE];
    assert_eq!(ran(&mut aws.cacl(&count)).0, 0);
    let before = aws.journals();
    // The same names in the same account, on the same port.
    assert_eq!(ran(&mut aws.cacl(&["teardown", "--yes"])).0, 0);
    assert_eq!(aws.deploy(&[]).0, 0);
    let (code, stdout, _) = ran(&mut aws.cacl(&["watch", "-o", "jsonl", "--since", "last", "--timeout", "2s"]));
    assert_eq!((code, stdout.as_str()), (0, ""));
    assert_eq!((before.len(), aws.journals().len()), (1, 2));
    let by_group = ["watch", "-o", "jsonl", "--log-group", GROUP, "--timeout", "2s"];
    assert_eq!(ran(&mut aws.cacl(&by_group)).0, 0);
    assert_eq!(aws.journals().len(), 3);
    for file in aws.journals() {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(name.starts_with("000000000000.us-east-1."), "{name}");
    }
}

#[tokio::test]
async fn what_a_command_was_not_done_with_is_told_again() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update(&["cacl-api/something.read"]).await;
    let endless = ["--exec", "touch began; exec sleep 6000", "--exec-timeout", "2h"];
    let watch: Vec<_> = ["watch", "-o", "jsonl", "--since", "1h"].into_iter().chain(endless).collect();
    let watch = aws.spawn(&watch);
    until("a command", async || aws.home.path().join("began").exists()).await;
    let (told, _) = stop(watch);
    let last = ["watch", "-o", "jsonl", "--since", "last", "--timeout", PATIENCE];
    let (code, again, stderr) = ran(aws.cacl(&last).args(["--count", "1", "--exec", "cat >> done"]));
    assert_eq!((code, ids(&again)), (0, ids(&told)), "{stderr}");
    assert_eq!(fs::read_to_string(aws.home.path().join("done")).expect("written"), again);
    let (code, stdout, _) = ran(aws.cacl(&last[..5]).args(["--timeout", "2s"]));
    assert_eq!((code, stdout.as_str()), (0, ""));
}

#[tokio::test]
async fn two_watches_share_a_journal() {
    let aws = LocalAws::start(&["--duplicate", "0.5"]);
    assert_eq!(aws.deploy(&[]).0, 0);
    let count = ["watch", "-o", "jsonl", "--since", "1h", "--count", "3", "--timeout", PATIENCE];
    let watches = [aws.spawn(&count), aws.spawn(&count)];
    aws.update_and_delete().await;
    for watch in watches {
        let (status, stdout, stderr) = watch.end();
        assert_eq!((status.code(), ids(&stdout).len()), (Some(0), 3), "{stderr}");
    }
    let text = journal(&aws);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("whole lines")).collect();
    let changes = lines.iter().filter(|line| line["kind"] == "change" && line["told"] == json!(["lines"]));
    let told: BTreeSet<_> = changes.filter_map(|line| line["id"].as_str()).collect();
    assert_eq!(told.len(), 3, "{text}");
}

#[tokio::test]
async fn a_journal_need_not_be() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update(&["cacl-api/something.read"]).await;
    let watch = ["watch", "-o", "text", "--since", "1h", "--count", "1", "--timeout", PATIENCE];
    assert_eq!(ran(aws.cacl(&watch).arg("--no-journal")).0, 0);
    assert_eq!(ran(aws.cacl(&watch).env("CACL_NO_JOURNAL", "1")).0, 0);
    assert_eq!(aws.journals(), [] as [PathBuf; 0]);
    // One that is broken, of the future, or cannot be, is a note.
    assert_eq!(ran(aws.cacl(&watch).env("CACL_NO_JOURNAL", "0")).0, 0);
    let file = aws.journals().pop().expect("kept");
    let cases = [
        ("{\"schema\":\"cacl.journal/9\",\"kind\":\"x\"}\n", "newer version"),
        ("{\"schema\":\"cacl.jour", "nobody can read"),
        ("\u{1b}[2J", "nobody can read"),
    ];
    for (text, words) in cases {
        fs::write(&file, text).expect("written");
        let (code, stdout, stderr) = ran(&mut aws.cacl(&watch));
        assert_eq!((code, stdout.lines().count()), (0, 1));
        assert!(stderr.starts_with("note: the journal") && stderr.contains(words), "{stderr}");
        assert!(!stderr.contains('\u{1b}'), "{stderr}");
    }
    // Only whoever wants to go on from it has to have one.
    let last = ["watch", "-o", "text", "--since", "last", "--timeout", PATIENCE];
    fs::write(&file, "\u{1b}[2J").expect("written");
    let (code, stdout, stderr) = ran(&mut aws.cacl(&last));
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.starts_with("error: it is not known where the last run ended: the journal had a line"), "{stderr}");
    fs::write(aws.home.path().join("file"), "in the way").expect("written");
    let state = aws.home.path().join("file");
    let (code, stdout, stderr) = ran(aws.cacl(&watch).env("XDG_STATE_HOME", &state));
    assert_eq!((code, stdout.lines().count()), (0, 1));
    assert!(stderr.contains("the journal cannot be used"), "{stderr}");
    let (code, stdout, stderr) = ran(aws.cacl(&last).env("XDG_STATE_HOME", &state));
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.contains("the journal cannot be used") && stderr.contains("help: mend that"), "{stderr}");
    // A service has a folder for its state, and no home.
    let state = aws.home.path().join("state");
    let (code, _, stderr) = ran(aws.cacl(&watch).env_remove("HOME").env("XDG_STATE_HOME", &state));
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(state.join("cacl-tui").is_dir());
}

#[tokio::test]
async fn another_run_that_keeps_the_journal_to_itself_stops_nobody() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    aws.update(&["cacl-api/something.read"]).await;
    let watch = ["watch", "-o", "jsonl", "--since", "1h"];
    let count = ["--count", "1", "--timeout", PATIENCE];
    assert_eq!(ran(aws.cacl(&watch).args(count)).0, 0);
    let before = journal(&aws);
    let file = aws.journals().pop().expect("kept").with_extension("jsonl.lock");
    let lock = fs::File::open(file).expect("there");
    lock.lock().expect("nobody has it");
    aws.update(&["cacl-api/something.write"]).await;
    let (code, stdout, stderr) = ran(aws.cacl(&watch).args(["--no-lookup", "--count", "2", "--timeout", PATIENCE]));
    assert_eq!((code, stdout.lines().count()), (0, 2), "{stderr}");
    assert!(stderr.contains("keeps the journal to itself"), "{stderr}");
    assert!(stderr.contains("the next run may not know"), "{stderr}");
    assert_eq!(journal(&aws), before);
    let mut waits = aws.spawn(&watch);
    waits.wait_for("keeps the journal to itself");
    stop(waits);
    assert_eq!(journal(&aws), before);
    // Nothing that was not kept is lost.
    lock.unlock().expect("ours");
    let last = ["watch", "-o", "jsonl", "--since", "last", "--count", "1", "--timeout", PATIENCE];
    let (code, again, stderr) = ran(&mut aws.cacl(&last));
    assert_eq!((code, stderr.contains("journal")), (0, false), "{stderr}");
    assert_eq!(ids(&again), ids(&stdout)[1..]);
}

#[tokio::test]
async fn a_client_is_described_on_request() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&["--no-sandbox"]).0, 0);
    let session = aws.session().await;
    let pool = call(&session, COGNITO, "CreateUserPool", json!({"PoolName": "p"})).await.expect("made");
    let pool = &pool["UserPool"]["Id"];
    let new = json!({"UserPoolId": pool, "ClientName": "shop", "PreventUserExistenceErrors": "ENABLED"});
    let client = call(&session, COGNITO, "CreateUserPoolClient", new).await.expect("made");
    let client = &client["UserPoolClient"]["ClientId"];
    let watch =
        ["watch", "-o", "jsonl", "--since", "1h", "--count", "2", "--timeout", PATIENCE, "--no-lookup", "--snapshot"];
    let watch = aws.spawn(&watch);
    // Creations are not in the log; this tells that there is such a client, and nothing of its settings.
    let mut record: Value = serde_json::from_str(include_str!("../fixtures/update.json")).expect("JSON");
    record["eventName"] = json!("SetUserPoolClientSessionConfiguration");
    record["requestParameters"] = json!({"userPoolId": pool, "clientId": client});
    record["responseElements"] = Value::Null;
    let mut put = json!({"logGroupName": GROUP, "logStreamName": "one"});
    call(&session, LOGS, "CreateLogStream", put.clone()).await.expect("creates");
    put["logEvents"] = json!([{"timestamp": jiff::Timestamp::now().as_millisecond(), "message": record.to_string()}]);
    call(&session, LOGS, "PutLogEvents", put).await.expect("puts");
    let described = |file| fs::read_to_string(file).is_ok_and(|text| text.contains(r#""snapshot""#));
    until("descriptions in the journal", async || aws.journals().into_iter().any(described)).await;
    next_second().await;
    let update = json!({"UserPoolId": pool, "ClientId": client});
    call(&session, COGNITO, "UpdateUserPoolClient", update).await.expect("updates");
    let (status, stdout, stderr) = watch.end();
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
    let line: Value = serde_json::from_str(stdout.lines().last().expect("a line")).expect("JSON");
    assert_eq!(line["baseline"], "snapshot", "{line}");
    assert_eq!(super::row(&line, "preventUserExistenceErrors")["class"], "reset");
}

#[tokio::test]
async fn whoever_stops_reading_does_not_keep_it_from_ending() {
    let aws = LocalAws::start(&[]);
    assert_eq!(aws.deploy(&[]).0, 0);
    let session = aws.session().await;
    let stream = json!({"logGroupName": GROUP, "logStreamName": "many"});
    call(&session, LOGS, "CreateLogStream", stream.clone()).await.expect("creates");
    let now = jiff::Timestamp::now().as_millisecond();
    let record: Value = serde_json::from_str(include_str!("../fixtures/update.json")).expect("JSON");
    // More than a pipe takes.
    let events = (0..200).map(|id| {
        let mut record = record.clone();
        record["eventID"] = json!(id.to_string());
        json!({"timestamp": now, "message": record.to_string()})
    });
    let mut put = stream;
    put["logEvents"] = events.collect();
    call(&session, LOGS, "PutLogEvents", put).await.expect("puts");
    for (name, code) in [("TERM", 0), ("INT", 130)] {
        let mut watch = aws.spawn(&["watch", "-o", "jsonl", "--since", "1h", "--exec", "echo >> told"]);
        // Until it has told some, and then no more.
        let told = aws.home.path().join("told");
        let count = || fs::read(&told).map_or(0, |lines| lines.len());
        let mut before = 0;
        while count() == 0 || count() > before {
            before = count();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert!(before < 200, "the pipe took everything");
        signal(&watch.child, name);
        assert_eq!(watch.child.wait().expect("ends").code(), Some(code), "SIG{name}");
        fs::remove_file(&told).expect("removed");
        drop(watch);
    }
}

#[tokio::test]
async fn late_double_and_disordered_events_read_the_same_in_the_end() {
    let aws = LocalAws::start(&["--late", "0.4", "--duplicate", "0.5", "--out-of-order"]);
    assert_eq!(aws.deploy(&[]).0, 0);
    let watch = ["watch", "-o", "jsonl", "--since", "1h", "--count", "6", "--timeout", PATIENCE, "--no-lookup"];
    let live = aws.spawn(&watch);
    for scopes in [["cacl-api/something.read"], ["cacl-api/something.write"], ["cacl-api/something.read"]] {
        aws.update(&scopes).await;
    }
    aws.update_and_delete().await;
    let (status, live, stderr) = live.end();
    assert_eq!(status.code(), Some(0), "{stderr}");
    let (code, later, _) = ran(aws.cacl(&watch).arg("--no-journal"));
    assert_eq!(code, 0);
    // What was told as it came, and what is told of the log afterwards, are the same calls; in order they read the same.
    let read = |name: &str, lines: &str| -> Vec<Value> {
        fs::write(aws.home.path().join(name), lines).expect("written");
        let (code, stdout, stderr) = ran(&mut aws.cacl(&["replay", "-o", "jsonl", name]));
        assert_eq!(code, 0, "{stderr}");
        let readings = stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let mut readings: Vec<Value> = readings
            .map(|mut line: Value| {
                line["latencyMs"] = Value::Null;
                line
            })
            .collect();
        // Lines of one second stand by their ids; but the deletion was compared with all others of its second.
        readings.sort_by_key(|line| (line["time"].to_string(), line["kind"] == "delete"));
        readings
    };
    let in_order = read("live", &live);
    assert_eq!(in_order.len(), 6);
    assert_eq!(in_order, read("later", &later));
    // What a line tells is final, unless it had to be told before something earlier had come.
    for line in live.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let place = in_order.iter().position(|final_one| final_one["id"] == line["id"]).expect("the same ones");
        let told: Vec<_> = ids(&live);
        let earlier_first = place == 0 || {
            let at = |id: &Value| told.iter().position(|told| Some(told.as_str()) == id.as_str());
            at(&in_order[place - 1]["id"]) < at(&line["id"])
        };
        if earlier_first && place > 0 {
            assert_eq!(line["diff"], in_order[place]["diff"], "{line}");
        }
    }
}

#[test]
fn whoever_waits_for_aws_to_say_whose_journal_it_is_can_be_ended() {
    let deaf = TcpListener::bind("127.0.0.1:0").expect("a port");
    let home = tempfile::tempdir().expect("a folder");
    let child = Command::new(env!("CARGO_BIN_EXE_cacl-tui"))
        .args(["watch", "-o", "jsonl", "--log-group", GROUP])
        .env_clear()
        .env("HOME", home.path())
        .envs([
            ("AWS_ACCESS_KEY_ID", "AKIALOCALALICE"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_REGION", "us-east-1"),
        ])
        .env("AWS_ENDPOINT_URL", format!("http://{}", deaf.local_addr().expect("bound")))
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let _asked = deaf.accept().expect("a question");
    stop(Running { child });
}
