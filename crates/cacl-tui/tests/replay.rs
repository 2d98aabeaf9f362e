//! `replay` over recordings, from outside.

mod common;

use std::process::Stdio;

use common::{Home, ran};
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn json_lines_are_ordered_and_each_id_comes_once() {
    let home = Home::new();
    let (code, stdout, stderr) = ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "-o", "jsonl"]));
    assert_eq!(code, 0, "{stderr}");
    let lines = lines(&stdout);
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.iter().map(|id| &id[id.len() - 1..]).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert!(lines.iter().all(|line| line["schema"] == "cacl.change/1"));
    assert!(stderr.contains("1 line that is no event") && stderr.contains("1 call"), "{stderr}");
    assert!(!stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'));
}

#[test]
fn the_recording_as_json_lines() {
    let home = Home::new();
    let (_, stdout, _) = ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "--output", "jsonl"]));
    insta::assert_snapshot!(stdout);
}

#[test]
fn the_recording_as_text() {
    let home = Home::new();
    let (code, stdout, _) = ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "--all"]));
    assert_eq!(code, 0);
    assert_eq!(stdout.lines().count(), 5, "one line a change");
    insta::assert_snapshot!(stdout);
}

#[test]
fn stdin_gives_the_same_as_a_file() {
    let home = Home::new();
    let recording = std::fs::read(fixture("recording.jsonl")).expect("readable");
    let (_, from_file, _) = ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "-o", "jsonl"]));
    let (_, from_stdin, _) = ran(home.cacl().args(["replay", "-", "-o", "jsonl"]).write_stdin(recording));
    assert_eq!(from_stdin, from_file);
}

#[test]
fn speed_changes_nothing_but_the_time() {
    let home = Home::new();
    std::fs::write(home.path().join("notes.txt"), "nothing\nto see\n").expect("written");
    for form in ["text", "jsonl"] {
        let replay = ["replay", &fixture("recording.jsonl"), "notes.txt", "--output", form];
        let at_once = ran(home.cacl().args(replay));
        assert_eq!(at_once.2.matches("no event in notes.txt").count(), 1, "{}", at_once.2);
        assert_eq!(ran(home.cacl().args(replay).args(["--speed", "1000000"])), at_once);
    }
}

#[test]
fn fail_on_is_10_after_everything_was_shown() {
    let home = Home::new();
    let (code, stdout, _) =
        ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "-o", "jsonl", "--fail-on", "high"]));
    assert_eq!((code, stdout.lines().count()), (10, 4));
    let (code, _, _) = ran(home.cacl().args(["replay", &fixture("update.json"), "--fail-on", "critical"]));
    assert_eq!(code, 0);
}

#[test]
fn a_missing_file_is_named() {
    let (code, stdout, stderr) = ran(Home::new().cacl().args(["replay", "nowhere.json"]));
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.starts_with("error: cannot read nowhere.json\ncaused by: "), "{stderr}");
}

#[test]
fn a_file_without_events_says_so() {
    let home = Home::new();
    std::fs::write(home.path().join("notes.txt"), "nothing\nto see\n").expect("written");
    std::fs::write(home.path().join("empty"), "").expect("written");
    let (code, stdout, stderr) = ran(home.cacl().args(["replay", "notes.txt", "empty"]));
    assert_eq!((code, stdout.as_str()), (3, ""));
    assert!(stderr.contains("no event in notes.txt") && stderr.contains("no event in empty"), "{stderr}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let home = Home::new();
    let one = std::fs::read_to_string(fixture("update.json")).expect("readable").replace('\n', " ");
    let many: String = (0..2000).map(|n| one.replace("000000000001", &format!("{n:012}")) + "\n").collect();
    std::fs::write(home.path().join("many.jsonl"), &many).expect("written");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_cacl-tui"))
        .args(["replay", "many.jsonl", "--output", "jsonl"])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn files_of_other_kinds_are_written_whole() {
    let home = Home::new();
    let (code, csv, stderr) = ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "-o", "csv"]));
    assert_eq!(code, 0, "{stderr}");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().expect("a head").iter().position(|name| name == "client").expect("clients");
    let clients: Vec<String> = reader.records().map(|record| record.expect("a record")[column].to_owned()).collect();
    assert_eq!(clients, ["web-shop", "web-shop", "(unknown, in eu-west-1_Zq4TrPm9K)", "web-shop"]);
    let (code, markdown, _) = ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "-o", "markdown"]));
    assert_eq!((code, markdown.matches("\n## ").count()), (0, 4), "{markdown}");
    assert!(markdown.starts_with("# Changes of app clients"), "{markdown}");
    let bad = ["replay", &fixture("recording.jsonl"), "-o", "csv", "--fail-on", "high"];
    assert_eq!(ran(home.cacl().args(bad)).0, 10);
    let slow = ["replay", &fixture("recording.jsonl"), "-o", "csv", "--speed", "2"];
    assert_eq!(ran(home.cacl().args(slow)).0, 2);
}

#[test]
fn an_export_can_be_replayed() {
    let home = Home::new();
    let (_, lines, _) = ran(home.cacl().args(["replay", &fixture("recording.jsonl"), "-o", "jsonl"]));
    let (_, again, _) = ran(home.cacl().args(["replay", "-", "-o", "jsonl"]).write_stdin(lines.clone()));
    assert_eq!(again, lines);
}

/// Everything that the screens are tested on.
const STORY: &str = include_str!("../src/screen/tests/story.jsonl");

#[test]
fn a_part_of_an_export_is_read_with_what_was_known() {
    let home = Home::new();
    let replayed = |input: &str, arguments: &[&str]| {
        let (code, stdout, stderr) = ran(home.cacl().args(["replay", "-"]).args(arguments).write_stdin(input));
        assert_eq!(code, 0, "{stderr}");
        stdout
    };
    for story in [STORY, include_str!("fixtures/recording.jsonl")] {
        for filter in
            ["", "sev>=high", "class:reset", "event:delete", "outcome:failed", "origin:console", "-event:create"]
        {
            let part = replayed(story, &["-o", "jsonl", "--filter", filter]);
            assert_eq!(replayed(&part, &["-o", "jsonl"]), part, "{filter}");
            // What people see is the same, too.
            for form in ["text", "csv"] {
                assert_eq!(
                    replayed(&part, &["-o", form]),
                    replayed(story, &["-o", form, "--filter", filter]),
                    "{filter}"
                );
            }
        }
    }
    let part = replayed(STORY, &["-o", "jsonl", "--filter", "class:reset sev>=high outcome:succeeded"]);
    let [line] = lines(&part).try_into().expect("one line");
    assert_eq!((&line["baseline"], &line["clientName"]), (&"event".into(), &"web-shop".into()));
    let restored = ["restore", "web-shop", "--from", "-"];
    let (code, call, stderr) = ran(home.cacl().args(restored).write_stdin(part));
    assert_eq!((code, call.contains("\"PreventUserExistenceErrors\": \"ENABLED\"")), (0, true), "{call}{stderr}");
    let (_, of_all, _) = ran(home.cacl().args(restored).write_stdin(STORY));
    assert_eq!(call, of_all, "as from all that happened");
}

#[test]
fn a_filter_chooses_what_is_written_and_judged() {
    let home = Home::new();
    let recording = fixture("recording.jsonl");
    let ids = |arguments: &[&str]| {
        let (code, stdout, stderr) =
            ran(home.cacl().args(["replay", &recording, "-o", "jsonl"]).args(arguments).env("CACL_FILTER", "sev>=low"));
        let ends: String = lines(&stdout).iter().filter_map(|line| line["id"].as_str()?.chars().last()).collect();
        assert!(!stderr.contains("error"), "{stderr}");
        (code, ends, stdout)
    };
    let (_, all, everything) = ids(&["--filter", ""]);
    assert_eq!(all, "1234");
    let (_, reset, chosen) = ids(&["--filter", "class:reset"]);
    assert!(!reset.is_empty() && reset.len() < 4, "{reset}");
    // What is left out is compared with all the same.
    assert!(chosen.lines().all(|line| everything.lines().any(|other| other == line)), "{chosen}");
    let (_, by_environment, _) = ids(&[]);
    assert!(by_environment.len() < 4 && by_environment.contains(&reset), "{by_environment}");
    for speed in [&[] as &[&str], &["--speed", "1000000"]] {
        let (code, _, _) = ids(&[&["--filter", "outcome:failed", "--fail-on", "critical"], speed].concat());
        assert_eq!(code, 0, "the critical one is not looked at");
        let (code, _, _) = ids(&[&["--filter", "rule:root-call", "--fail-on", "critical"], speed].concat());
        assert_eq!(code, 10);
    }
    for form in ["csv", "markdown"] {
        let told = |filter: &str| ran(home.cacl().args(["replay", &recording, "-o", form, "--filter", filter])).1;
        assert!(told("").contains("DeleteUserPoolClient") && !told("event:update").contains("DeleteUserPoolClient"));
    }
}

#[test]
fn a_filter_that_is_none_is_shown_with_a_caret() {
    let (code, stdout, stderr) = ran(Home::new().cacl().args(["replay", "x", "--filter", "kim sve>=high"]));
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("\n  kim sve>=high\n      ^^^\nhelp: did you mean sev:?"), "{stderr}");
}

#[test]
fn a_record_that_does_not_say_when_it_was_is_no_change_of_1970() {
    let home = Home::new();
    let record = include_str!("fixtures/update.json");
    let mut timeless: Value = serde_json::from_str(record).expect("JSON");
    timeless["eventID"] = "timeless".into();
    timeless.as_object_mut().expect("an object").remove("eventTime");
    let recording = format!("{timeless}\n{}", record.replace('\n', " "));
    let (code, stdout, stderr) = ran(home.cacl().args(["replay", "-", "-o", "jsonl"]).write_stdin(recording));
    assert_eq!(code, 0, "{stderr}");
    let [line] = lines(&stdout).try_into().expect("one line");
    assert_eq!(line["baseline"], "none", "nothing stands before it");
    assert!(stderr.contains("1 line that is no event"), "{stderr}");
}
