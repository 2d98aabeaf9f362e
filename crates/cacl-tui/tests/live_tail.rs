//! Live Tail against the local AWS: what is pushed, what is left out and read, and what comes of a session's end.
#![cfg(unix)]

use std::{
    cell::Cell,
    collections::BTreeMap,
    io::{BufRead, BufReader},
    pin::pin,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use cacl_aws::{
    Access, Push, Session, Since, Status, Tail, TailItem,
    call::{JsonService, call},
};
use cacl_local::{Faults, Local, Options, Pace};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;

const LOGS: JsonService = JsonService { endpoint: "logs", target: "Logs_20140328", version: "1.1" };
const GROUP: &str = "/changes";
/// Far more than any machine needs.
const ENOUGH: Duration = Duration::from_mins(10);

/// A local AWS with a log group, and a session with it.
async fn local(faults: Faults) -> (Local, Session) {
    let region = "us-east-1".to_owned();
    let options =
        Options { port: 0, pace: Pace::Instant, faults, subscriber: Vec::new(), region: region.clone(), seed: 7 };
    let local = Local::start(options).expect("a free port");
    let access = Access {
        region: Some(region),
        endpoint_url: Some(local.endpoint_url()),
        keys: Some(("AKIALOCALALICE".to_owned(), "local".to_owned())),
        ..Access::default()
    };
    let session = Session::open(&access).await.expect("opens");
    call(&session, LOGS, "CreateLogGroup", json!({"logGroupName": GROUP})).await.expect("creates");
    let stream = json!({"logGroupName": GROUP, "logStreamName": "s"});
    call(&session, LOGS, "CreateLogStream", stream).await.expect("creates");
    (local, session)
}

async fn put(session: &Session, messages: impl IntoIterator<Item = String>) {
    let now = jiff::Timestamp::now().as_millisecond();
    let events: Vec<_> = messages.into_iter().map(|message| json!({"timestamp": now, "message": message})).collect();
    let input = json!({"logGroupName": GROUP, "logStreamName": "s", "logEvents": events});
    call(session, LOGS, "PutLogEvents", input).await.expect("puts");
}

/// A recorded change with an id of its own.
fn change(id: usize) -> String {
    let mut change: Value = serde_json::from_str(include_str!("fixtures/update.json")).expect("JSON");
    change["eventID"] = json!(format!("22222222-aaaa-4aaa-8aaa-{id:012}"));
    change.to_string()
}

/// A child that is ended with its test.
struct Watch(Child);

impl Watch {
    fn start(home: &TempDir, local: &Local) -> Self {
        let arguments = ["watch", "--log-group", GROUP, "--live-tail", "--since", "1h", "-o", "jsonl", "--no-lookup"];
        let child = Command::new(env!("CARGO_BIN_EXE_cacl-tui"))
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .env("AWS_ENDPOINT_URL", local.endpoint_url())
            .env("AWS_ACCESS_KEY_ID", "AKIALOCALALICE")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .current_dir(home.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        Self(child)
    }

    /// Its lines, as they come.
    fn lines(&mut self) -> mpsc::Receiver<Value> {
        let (sender, receiver) = mpsc::channel();
        let stdout = BufReader::new(self.0.stdout.take().expect("piped"));
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        receiver
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn changes_are_pushed_where_polling_is_throttled() {
    let (local, session) = local(Faults::default()).await;
    let home = tempfile::tempdir().expect("a folder");
    put(&session, [change(0)]).await;
    let mut watch = Watch::start(&home, &local);
    let lines = watch.lines();
    let first = lines.recv_timeout(ENOUGH).expect("what was there is polled");
    assert!(first["id"].as_str().expect("an id").ends_with("000000000000"), "{first}");
    // The session opens when the log has been read; nobody can be asked when that is, so changes are made until one comes.
    local.set_faults(Faults { throttle: 1.0, ..Faults::default() });
    let mut pushed = None;
    for id in 1..6_000 {
        put(&session, [change(id)]).await;
        if let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
            pushed = Some(line);
            break;
        }
    }
    let pushed = pushed.expect("what comes while every poll is refused was pushed");
    assert!(pushed["id"].as_str() > first["id"].as_str(), "{pushed}");
}

#[tokio::test]
async fn over_many_sessions_and_samples_every_line_comes_once() {
    // Each session ends after two seconds.
    let session_length = Duration::from_secs(2);
    let faults = Faults { live_tail_session: Some(session_length), throttle: 0.1, ..Faults::default() };
    let (_local, session) = local(faults).await;
    let (mut expected, total, sampled, written) = (BTreeMap::new(), Cell::new(0), Cell::new(false), Cell::new(false));
    // More lines at a time than a session tells in a second, until one was open while that happened.
    let writing = async {
        while total.get() < 2_000 || !sampled.get() {
            // Every tenth line is written twice in the same millisecond.
            let line = |index: usize| format!("line {}", index - usize::from(index % 10 == 1));
            let lines: Vec<_> = (total.get()..total.get() + 700).map(line).collect();
            total.set(total.get() + lines.len());
            for line in &lines {
                *expected.entry(line.clone()).or_insert(0) += 1;
            }
            put(&session, lines).await;
            tokio::time::sleep(Duration::from_millis(1_300)).await;
        }
        written.set(true);
    };
    let reading = async {
        let since = Since::Ago(jiff::SignedDuration::from_mins(1));
        let mut log = pin!(cacl_aws::tail::live(session.clone(), Tail::new(GROUP, since)));
        let (mut seen, mut ends, mut afterwards) = (BTreeMap::new(), 0, 0);
        // On through another end of a session, which reads again what is there.
        while ends < 3 || afterwards < 5 {
            let all = written.get() && seen.values().sum::<usize>() >= total.get();
            match log.next().await.expect("it never ends") {
                TailItem::Line(line) => *seen.entry(line.message).or_insert(0) += 1,
                TailItem::Push(Push::Waiting { .. }) => ends += 1,
                TailItem::Push(push) => sampled.set(sampled.get() || push == Push::Sampled),
                TailItem::Status(status) => afterwards += usize::from(all && status == Status::Live),
            }
        }
        seen
    };
    let both = async { tokio::join!(reading, writing).0 };
    let seen = tokio::time::timeout(ENOUGH, both).await.expect("all of it comes, and all of it happens");
    assert_eq!(seen, expected);
}
