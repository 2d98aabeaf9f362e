//! Laws of the journal, on files.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};

use cacl_aws::{Status, lookup::Read};
use cacl_event::{Change, ClientKey, Decoded, Hops, Provenance, Settings, decode};
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Contents, Keeper, Reader, Told,
    compact::{Limits, kept},
    entry::{Entry, Unread},
    file::{File, LIMITS, Unusable},
    keeper::{SEEN, kept as kept_by},
};
use crate::feed::Feed;

const GOLDEN: &str = include_str!("../../tests/golden/journal.v1.jsonl");

fn now() -> Timestamp {
    "2026-10-01T12:00:00Z".parse().expect("a time")
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn change(id: &str, age: SignedDuration, edit: impl FnOnce(&mut Value)) -> Change {
    let mut record: Value = serde_json::from_str(include_str!("../../tests/fixtures/update.json")).expect("JSON");
    record["eventID"] = json!(id);
    record["eventTime"] = json!((now() - age).to_string());
    edit(&mut record);
    match decode(&record.to_string()).pop() {
        Some(Decoded::Change(change)) => Change { provenance: Provenance::History, ..*change },
        other => panic!("{other:?}"),
    }
}

fn told(readers: &[Reader]) -> Told {
    readers.iter().copied().collect()
}

fn entry(id: &str, age: SignedDuration) -> Entry {
    Entry::Change { told: told(&[]), change: change(id, age, |_| {}).into() }
}

/// One of each kind.
fn story() -> Vec<Entry> {
    let mut seen = change("11111111-aaaa-4aaa-8aaa-000000000001", hours(1), |_| {});
    let after = |millis| Some(seen.time + SignedDuration::from_millis(millis));
    seen.hops = Hops { lambda: after(6100), log: after(6300), ingested: after(7000), screen: None };
    let client = ClientKey { user_pool: "eu-west-1_Zq4TrPm9K".into(), client: "3k1v9s0abcd7efgh2ijkl5mn".into() };
    let settings: Settings = [("allowedOAuthScopes", json!(["a", "b"])), ("a.b\"\u{1b}", json!(30)), ("", json!(true))]
        .into_iter()
        .collect();
    let read = Read { call: "UpdateUserPoolClient".into(), from: now() - hours(48), to: now() - hours(2) };
    vec![
        Entry::Change { told: told(&[Reader::Screen, Reader::Lines]), change: seen.into() },
        entry("11111111-aaaa-4aaa-8aaa-000000000002", hours(30)),
        Entry::Snapshot { client, taken: now() - hours(3), settings: settings.into() },
        Entry::Looked(read),
        Entry::Read { by: Reader::Lines, until: now() },
    ]
}

fn text(entries: &[Entry]) -> String {
    entries.iter().map(Entry::line).collect()
}

fn lines(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(Entry::line).collect()
}

fn file(folder: &Path) -> File {
    File::at(folder.join("cacl-tui").join("x.jsonl"))
}

/// What a file has; nothing is compacted for its age.
fn found(file: &File) -> Vec<Entry> {
    file.open(now()).expect("opens").entries
}

#[test]
fn the_wire_format_is_what_it_was() {
    assert_eq!(text(&story()), GOLDEN);
    let entries: Vec<_> = GOLDEN.lines().map(|line| Entry::of(line.as_bytes()).expect("known")).collect();
    assert_eq!(entries, story());
}

#[test]
fn lines_of_others_are_told_apart() {
    let cases = [
        (r#"{"schema":"cacl.journal/2","kind":"change","told":7}"#, Unread::Newer),
        (r#"{"schema":"cacl.journal/2","kind":"poem"}"#, Unread::Newer),
        (r#"{"schema":"cacl.journal/1","kind":"poem"}"#, Unread::Unknown),
        (r#"{"schema":"cacl.journal/1","kind":"change"}"#, Unread::Broken),
        (r#"{"schema":"cacl.journal/1","kind":"read","by":"nobody","until":"2026-10-01T12:00:00Z"}"#, Unread::Broken),
        (r#"{"schema":"cacl.journal/2","kind":"#, Unread::Broken),
        (r#"{"schema":"cacl.line/1"}"#, Unread::Broken),
        ("{}", Unread::Broken),
        ("", Unread::Broken),
        ("\u{0}\u{0}", Unread::Broken),
    ];
    for (line, expected) in cases {
        assert_eq!(Entry::of(line.as_bytes()), Err(expected), "{line}");
    }
    let more = r#"{"schema":"cacl.journal/1","kind":"read","mood":"fine","by":"lines","until":"2026-10-01T12:00:00Z"}"#;
    assert!(Entry::of(more.as_bytes()).is_ok(), "members may be added");
}

#[test]
fn what_is_appended_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file(folder.path());
    assert_eq!(found(&file), []);
    assert_eq!(file.append(&lines(&story())).expect("appends"), 5);
    assert_eq!(found(&file), story());
}

#[cfg(unix)]
#[test]
fn it_is_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let ours = folder.path().join("cacl-tui");
    fs::create_dir(&ours).expect("made");
    fs::write(ours.join("x.jsonl"), text(&story())).expect("written");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    for (path, wide) in [(ours.clone(), 0o755), (ours.join("x.jsonl"), 0o644)] {
        fs::set_permissions(path, fs::Permissions::from_mode(wide)).expect("set");
    }
    let file = file(folder.path());
    assert_eq!(found(&file).len(), 5);
    file.append(&lines(&story())).expect("appends");
    file.append(&lines(&vec![story().remove(4); 50])).expect("appends");
    assert_eq!(found(&file).len(), 5, "compacted");
    assert_eq!((mode(&ours), mode(&ours.join("x.jsonl")), mode(&ours.join("x.jsonl.lock"))), (0o700, 0o600, 0o600));
    assert!(!ours.join("x.jsonl.new").exists());
}

#[test]
fn a_newer_versions_journal_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file(folder.path());
    file.append(&lines(&story())).expect("appends");
    let path = folder.path().join("cacl-tui/x.jsonl");
    let newer = fs::read_to_string(&path).expect("text") + "{\"schema\":\"cacl.journal/2\",\"kind\":\"x\"}\n";
    fs::write(&path, &newer).expect("written");
    let error = file.open(now()).expect_err("newer");
    assert!(matches!(error, Unusable::Newer(_)) && error.to_string().contains("newer version"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("text"), newer);
}

#[test]
fn a_folder_that_cannot_be_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cacl-tui"), "a file").expect("written");
    let error = file(folder.path()).open(now()).expect_err("no folder");
    assert!(matches!(&error, Unusable::Failed(..)) && error.to_string().contains("x.jsonl"), "{error}");
    assert!(file(folder.path()).append(&lines(&story())).is_err());
}

#[test]
fn what_nobody_wrote_to_for_long_is_swept_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = file(folder.path());
    ours.append(&lines(&story())).expect("appends");
    let folder = folder.path().join("cacl-tui");
    let one = |end: &str| format!("123456789012.eu-west-1.stack.{end}");
    let journals = [one("a.jsonl"), one("a.0123456789abcdef.jsonl"), one("empty.jsonl"), one("a.jsonl.lock")];
    let others = ["notes.txt".into(), "notes.jsonl".into(), one("a.txt"), one("other.jsonl"), one("newer.jsonl")];
    let text_of = |name: &str| match name {
        name if name.contains(".empty.") => "",
        name if name.contains(".other.") => "{\"schema\":\"somebody.else/1\"}\n",
        name if name.contains(".newer.") => "{\"schema\":\"cacl.journal/2\"}\n",
        _ => GOLDEN,
    };
    for name in journals.iter().chain(&others) {
        fs::write(folder.join(name), text_of(name)).expect("written");
    }
    let left = |names: &[String]| names.iter().filter(|name| folder.join(name).exists()).count();
    ours.sweep(Timestamp::now() + hours(24 * 89));
    assert_eq!((left(&journals), left(&others)), (journals.len(), others.len()));
    ours.sweep(Timestamp::now() + hours(24 * 91));
    assert_eq!((left(&journals), left(&others)), (0, others.len()));
    assert!(folder.join("x.jsonl").exists() && folder.join("x.jsonl.lock").exists());
}

#[test]
fn another_run_that_keeps_it_to_itself_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = file(folder.path()).impatient();
    let path = folder.path().join("cacl-tui/x.jsonl");
    assert_eq!(found(&file), []);
    fs::remove_file(&path).expect("removed");
    let lock = fs::File::open(path.with_extension("jsonl.lock")).expect("there");
    lock.lock().expect("nobody has it");
    let busy = file.open(now()).expect("is empty then");
    assert_eq!((busy.entries, busy.skipped, busy.busy), (vec![], 0, true));
    // The other one is in the middle of a line.
    let half = &GOLDEN[..GOLDEN.len() - 10];
    fs::write(&path, half).expect("written");
    let busy = file.open(now()).expect("reads");
    assert_eq!((busy.entries, busy.skipped, busy.busy), (story()[..4].to_vec(), 0, true));
    let error = file.append(&lines(&story())).expect_err("busy");
    assert!(error.to_string().contains("another cacl-tui"), "{error}");
    assert_eq!(fs::read_to_string(&path).expect("text"), half, "nothing is written without the lock");
    lock.unlock().expect("ours");
    assert_eq!(file.append(&lines(&story())).expect("appends"), 5);
    assert!(!file.open(now()).expect("opens").busy);
}

#[cfg(unix)]
#[test]
fn what_cannot_become_shorter_is_not_put_anew_for_each_line() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.jsonl");
    let file = File::with_limits(path.clone(), Limits { bytes: 1_000, ..LIMITS });
    let state = |nth: i64| Entry::Snapshot {
        client: ClientKey { user_pool: "p".into(), client: nth.to_string().into() },
        taken: now(),
        settings: Settings::default().into(),
    };
    let (mut before, mut anew) = (None, 0);
    for nth in 0..400 {
        file.append(&lines(&[state(nth)])).expect("appends");
        let is = fs::metadata(&path).expect("there").ino();
        anew += usize::from(before.replace(is).is_some_and(|before| before != is));
    }
    assert!((1..20).contains(&anew), "{anew} times");
    // Whoever comes next knows as well.
    let file = File::with_limits(path.clone(), Limits { bytes: 1_000, ..LIMITS });
    assert_eq!(found(&file).len(), 400);
    let is = fs::metadata(&path).expect("there").ino();
    file.append(&lines(&[state(400)])).expect("appends");
    assert_eq!(fs::metadata(&path).expect("there").ino(), is);
}

#[test]
fn many_writers_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    // Little room for what is old, so that it is compacted again and again, and all of this is young.
    let limits = Limits { age: hours(1_000_000), bytes: 100_000 };
    let path = folder.path().join("x.jsonl");
    thread::scope(|scope| {
        for writer in 0..4 {
            let file = File::with_limits(path.clone(), limits);
            scope.spawn(move || {
                for index in 0..30 {
                    let until = Timestamp::from_second(index).expect("a time");
                    let client =
                        ClientKey { user_pool: format!("pool {writer}").into(), client: index.to_string().into() };
                    let snapshot = Entry::Snapshot { client, taken: until, settings: Settings::default().into() };
                    let mark = Entry::Read { by: Reader::Screen, until };
                    file.append(&lines(&[snapshot, entry("11111111-aaaa-4aaa-8aaa-000000000001", hours(1)), mark]))
                        .expect("appends");
                    if index % 10 == writer {
                        file.open(now()).expect("opens");
                    }
                }
            });
        }
    });
    let found = File::with_limits(path, limits).open(now()).expect("opens");
    assert_eq!(found.skipped, 0);
    let contents = Contents::of(found.entries);
    let mut clients: Vec<_> = contents.snapshots.iter().map(|(client, ..)| client).collect();
    clients.sort();
    clients.dedup();
    assert_eq!((clients.len(), contents.told.len()), (120, 1));
    assert_eq!(contents.read(Reader::Screen).map(Timestamp::as_second), Some(29));
}

#[test]
fn of_each_client_the_last_state_stays() {
    let other = |value: &mut Value| {
        value["requestParameters"]["clientId"] = json!("other");
        value["responseElements"]["userPoolClient"]["clientId"] = json!("other");
    };
    let refused = |value: &mut Value| value["errorCode"] = json!("InvalidParameterException");
    let gone = |value: &mut Value| {
        value["requestParameters"]["clientId"] = json!("gone");
        value["responseElements"] = Value::Null;
        value["eventName"] = json!("DeleteUserPoolClient");
    };
    let same = |value: &mut Value| value["requestParameters"]["clientId"] = json!("same");
    let made = |value: &mut Value| {
        same(value);
        value["eventName"] = json!("CreateUserPoolClient");
    };
    let days = |days: i64| hours(24 * days);
    let old = |id: &str, age, edit: &dyn Fn(&mut Value)| Entry::Change {
        told: told(&[]),
        change: change(id, age, |value| edit(value)).into(),
    };
    let entries = vec![
        old("1", days(200), &|_| {}),
        old("2", days(100), &|_| {}),
        old("3", days(95), &refused),
        old("4", days(300), &other),
        old("5", days(2), &other),
        old("6", days(1), &refused),
        old("7", days(200), &gone),
        old("8", days(200), &same),
        old("9", days(200), &made),
    ];
    let ids = |entries: Vec<Entry>| -> Vec<String> {
        let id = |entry| match entry {
            Entry::Change { change, .. } => Some(change.id.to_string()),
            _ => None,
        };
        entries.into_iter().filter_map(id).collect()
    };
    assert_eq!(
        ids(kept(entries.clone(), LIMITS, now())),
        ["8", "2", "5", "6"],
        "an update of the second in which its client was made is later"
    );
    let room = Limits { bytes: entries[5].line().len(), ..LIMITS };
    assert_eq!(ids(kept(entries, room, now())), ["8", "2", "5", "6"], "the other's state, though there is no room");
}

#[test]
fn what_there_was_no_room_for_is_looked_up_again() {
    let mut entries: Vec<_> = (0..10_i64).map(|index| entry(&index.to_string(), hours(10 * index))).collect();
    entries.push(Entry::Looked(Read { call: "UpdateUserPoolClient".into(), from: now() - hours(90), to: now() }));
    let limits = Limits { bytes: 4 * entries[0].line().len() + 10, ..LIMITS };
    let contents = Contents::of(kept(entries, limits, now()));
    assert_eq!(contents.changes.len(), 4);
    let span = contents.looked.spans().next().expect("one");
    assert!(span.from > now() - hours(40) && span.from <= now() - hours(30), "{span:?}");
}

#[test]
fn no_secret_reaches_the_disk() {
    let secrets = ["s3cr3t-one", "s3cr3t-two", "s3cr3t-three", "s3cr3t-four"];
    let hostile = change("11111111-aaaa-4aaa-8aaa-000000000009", hours(1), |record| {
        record["requestParameters"]["clientSecret"] = json!(secrets[0]);
        record["responseElements"]["userPoolClient"]["client_secret"] = json!(secrets[1]);
        record["requestParameters"]["callbackURLs"] =
            json!([format!("https://x.example.org/?client_secret={}", secrets[2])]);
        record["errorMessage"] = json!(format!("{{\"SecretHash\": \"{}\"}}", secrets[3]));
    });
    let described = json!({"UserPoolClient": {"ClientSecret": secrets[0], "ClientName": "x"}});
    let client = ClientKey { user_pool: "p".into(), client: "c".into() };
    let settings = Settings::of_client(&described["UserPoolClient"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = file(folder.path());
    let entries = [
        Entry::Change { told: told(&[]), change: hostile.into() },
        Entry::Snapshot { client, taken: now(), settings: settings.into() },
    ];
    file.append(&lines(&entries)).expect("appends");
    let text = fs::read_to_string(folder.path().join("cacl-tui/x.jsonl")).expect("text");
    assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
    assert!(text.contains("HIDDEN_BY_CACL") && text.contains("clientName"), "{text}");
    assert_eq!(found(&file).len(), 2);
}

#[tokio::test]
async fn a_keeper_keeps_and_each_thing_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let keeper = Keeper::start(file(folder.path()), &Contents::default());
    let seen = change("11111111-aaaa-4aaa-8aaa-000000000001", hours(1), |_| {});
    for _ in 0..3 {
        keeper.change(&seen, None).await;
        keeper.change(&seen, Some(Reader::Lines)).await;
    }
    assert!(keeper.told(&seen.id, Reader::Lines) && !keeper.told(&seen.id, Reader::Screen));
    keeper.read(Reader::Lines, now()).await;
    keeper.read(Reader::Lines, now() + SignedDuration::from_secs(1)).await;
    assert_eq!(keeper.news(), None);
    keeper.close(Reader::Lines).await;
    let entries = found(&file(folder.path()));
    assert_eq!(entries.len(), 4, "{entries:#?}");
    let contents = Contents::of(entries);
    assert_eq!(contents.read(Reader::Lines), Some(now() + SignedDuration::from_secs(1)));
    let before = contents.before(Reader::Lines).expect("something was told");
    assert_eq!(before.told.len(), 1);
    assert!(contents.before(Reader::Screen).is_none());
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_said_once_and_written_later() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cacl-tui"), "in the way").expect("written");
    let keeper = Keeper::start(file(folder.path()), &Contents::default());
    let ids = ["11111111-aaaa-4aaa-8aaa-000000000001", "11111111-aaaa-4aaa-8aaa-000000000002"];
    for id in ids {
        keeper.change(&change(id, hours(1), |_| {}), None).await;
    }
    let words = loop {
        if let Some(words) = keeper.news() {
            break words;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert!(words.contains("cannot be written") && words.contains("x.jsonl"), "{words}");
    fs::remove_file(folder.path().join("cacl-tui")).expect("removed");
    keeper.close(Reader::Lines).await;
    assert_eq!(found(&file(folder.path())).len(), 2, "the end is another try");
}

#[tokio::test]
async fn the_log_is_read_up_to_when_it_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let keeper = Keeper::start(file(folder.path()), &Contents::default());
    let time = Arc::new(AtomicI64::new(0));
    let seconds = Arc::clone(&time);
    let clock = move || Timestamp::from_second(seconds.load(Ordering::Relaxed)).expect("a time");
    let ended = || Feed::Status(Status::Live);
    let line = Feed::Foreign { time: None, text: "one that somebody looked at for long".into() };
    let mut feed =
        Box::pin(kept_by(stream::iter([ended(), line, ended()]), keeper.clone(), Some(Reader::Lines), true, clock));
    for second in [1_000, 2_000, 9_000] {
        time.store(second, Ordering::Relaxed);
        assert!(feed.next().await.is_some());
    }
    drop(feed);
    keeper.close(Reader::Lines).await;
    let until = Contents::of(found(&file(folder.path()))).read(Reader::Lines);
    assert_eq!(until, Timestamp::from_second(2_000).ok(), "not up to when the line was done with");
}

fn comes(id: &str, minutes: i64) -> Feed {
    let age = SignedDuration::from_mins(minutes);
    Feed::Change(Change { provenance: Provenance::Event, ..change(id, age, |_| {}) }.into())
}

#[tokio::test]
async fn who_leaves_a_screen_at_once_has_not_seen_it() {
    for (stay, seen) in [(SEEN - SignedDuration::from_secs(1), false), (SEEN, true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let keeper = Keeper::start(file(folder.path()), &Contents::default());
        let live = || Feed::Status(Status::Live);
        let items = [comes("old", 60), comes("recent", 1), live(), live(), comes("new", 0)];
        let later = Arc::new(AtomicI64::new(0));
        let seconds = Arc::clone(&later);
        let clock = move || now() + SignedDuration::from_secs(seconds.load(Ordering::Relaxed));
        let mut feed = kept_by(stream::iter(items), keeper.clone(), Some(Reader::Screen), false, clock);
        for _ in 0..3 {
            feed.next().await.expect("an item");
        }
        later.store(stay.as_secs(), Ordering::Relaxed);
        assert_eq!(feed.by_ref().count().await, 2);
        drop(feed);
        assert_eq!(keeper.close(Reader::Screen).await, None);
        let contents = Contents::of(found(&file(folder.path())));
        assert_eq!(contents.read(Reader::Screen), seen.then(|| now() + stay));
        let told = |id: &str| contents.told.get(id).copied().unwrap_or_default().to(Reader::Screen);
        assert_eq!((told("recent"), told("new")), (seen, seen));
        assert_eq!(contents.changes.iter().filter(|change| &*change.id == "old").count(), 1, "a baseline all the same");
        let Some(before) = contents.before(Reader::Screen) else { continue };
        for item in [comes("old", 60), comes("recent", 1), comes("new", 0)] {
            let Feed::Change(change) = item else { continue };
            assert!(!before.is_news(&change), "{}", change.id);
        }
    }
}

#[tokio::test]
async fn what_is_handed_over_is_told_by_whoever_does_so() {
    for done in 0..=2 {
        let folder = tempfile::tempdir().expect("a folder");
        let keeper = Keeper::start(file(folder.path()), &Contents::default());
        let live = || Feed::Status(Status::Live);
        let items = [live(), comes("old", 60), comes("recent", 1), live()];
        let ago = Arc::new(AtomicI64::new(120));
        let minutes = Arc::clone(&ago);
        let clock = move || now() - SignedDuration::from_mins(minutes.load(Ordering::Relaxed));
        let mut feed = kept_by(stream::iter(items), keeper.clone(), Some(Reader::Screen), true, clock);
        let mut left = done;
        while let Some(item) = feed.next().await {
            ago.store(0, Ordering::Relaxed);
            if let Feed::Change(change) = item
                && left > 0
            {
                keeper.change(&change, Some(Reader::Screen)).await;
                left -= 1;
            }
        }
        drop(feed);
        assert_eq!(keeper.close(Reader::Screen).await, None);
        let contents = Contents::of(found(&file(folder.path())));
        let before = contents.before(Reader::Screen).expect("it was read");
        let news = |item| matches!(item, Feed::Change(change) if before.is_news(&change));
        assert_eq!([comes("old", 60), comes("recent", 1)].map(news), [done < 1, done < 2]);
        assert_eq!(before.until, if done < 2 { now() - hours(2) } else { now() });
    }
}

#[test]
fn what_is_appended_is_so_though_nothing_can_be_compacted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.jsonl");
    fs::create_dir(folder.path().join("x.jsonl.new")).expect("in the way");
    let file = File::with_limits(path.clone(), Limits { bytes: 10, ..LIMITS });
    assert_eq!(file.append(&lines(&story())).expect("appends"), 5);
    assert_eq!(fs::read_to_string(path).expect("text"), GOLDEN);
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let id = 0..6_i64;
    prop_oneof![
        (id.clone(), any::<bool>(), any::<bool>(), 0..3000_i64).prop_map(|(id, screen, lines, age)| {
            let readers = [(screen, Reader::Screen), (lines, Reader::Lines)];
            let told = readers.iter().filter(|(is, _)| *is).map(|(_, reader)| *reader).collect();
            // The same id is the same call, but another run may have seen other hops of it.
            let mut change = change(&id.to_string(), hours(1 + 500 * id), |_| {});
            change.hops.screen = Timestamp::from_second(age).ok();
            Entry::Change { told, change: change.into() }
        }),
        (id.clone(), 0..9_i64).prop_map(|(id, taken)| Entry::Snapshot {
            client: ClientKey { user_pool: "p".into(), client: id.to_string().into() },
            taken: Timestamp::from_second(taken).expect("a time"),
            // What a client was like at a time is one thing.
            settings: Box::new([("a", json!(taken))].into_iter().collect()),
        }),
        (id.clone(), 0..100_i64).prop_map(|(from, length)| Entry::Looked(Read {
            call: "UpdateUserPoolClient".into(),
            from: now() - hours(2000 - from),
            to: now() - hours(2000 - from - length),
        })),
        id.prop_map(|until| Entry::Read { by: Reader::Screen, until: now() - hours(until) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Wherever a crash cuts the file off, what was whole is there, and so is what is written afterwards.
    #[test]
    fn a_crash_at_any_byte_costs_one_line(entries in prop::collection::vec(any_entry(), 1..6), cut in any::<prop::sample::Index>()) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = File::with_limits(folder.path().join("x.jsonl"), Limits { age: hours(1_000_000), ..LIMITS });
        file.append(&lines(&entries)).expect("appends");
        let path = folder.path().join("x.jsonl");
        let whole = fs::read(&path).expect("bytes");
        let cut = cut.index(whole.len() + 1);
        fs::write(&path, &whole[..cut]).expect("written");
        let later = story();
        file.append(&lines(&later)).expect("appends");
        let mut expected: Vec<Entry> = Vec::new();
        let mut end = 0;
        for entry in &entries {
            end += entry.line().len();
            // A line that lacks no more than its newline is whole.
            if end <= cut + 1 {
                expected.push(entry.clone());
            }
        }
        expected.extend(later);
        let found = file.open(now()).expect("opens");
        prop_assert!(found.skipped <= 1);
        prop_assert_eq!(kept(found.entries, LIMITS, now()), kept(expected, LIMITS, now()));
    }

    /// Compaction says the same in fewer words, whatever the order, and nothing new the second time.
    #[test]
    fn a_compaction_changes_nothing(entries in prop::collection::vec(any_entry(), 0..12), order in any::<u64>()) {
        let limits = Limits { age: hours(1_000_000), ..LIMITS };
        let once = kept(entries.clone(), limits, now());
        prop_assert_eq!(&kept(once.clone(), limits, now()), &once);
        let mut shuffled = entries.clone();
        let middle = usize::try_from(order % (entries.len() as u64 + 1)).expect("small");
        shuffled.rotate_left(middle);
        shuffled.reverse();
        prop_assert_eq!(&kept(shuffled, limits, now()), &once);
        let (before, after) = (Contents::of(entries), Contents::of(once));
        prop_assert_eq!(before.told, after.told);
        prop_assert_eq!(before.looked, after.looked);
        for reader in [Reader::Screen, Reader::Lines] {
            prop_assert_eq!(Contents::of(kept(vec![], limits, now())).read(reader), None);
        }
    }
}
