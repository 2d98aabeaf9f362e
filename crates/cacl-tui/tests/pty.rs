//! The commands in a real terminal: questions, one stay on the screen, and a terminal that is given back.
#![cfg(unix)]

use std::{ffi::OsString, path::Path, time::Duration};

use cacl_aws::{
    Access, Session,
    call::{COGNITO, call},
    stack,
};
use cacl_local::{Faults, Local, Options, Pace};
use serde_json::json;
use tempfile::TempDir;
use termlens::{Key, MouseMode, Screen, Signal, Terminal, TerminalBuilder};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cacl-tui");
const STACK: &str = "cacl-cognito-api-calls";

/// A machine that is busy with other tests is given time; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_mins(5);

struct Desk {
    home: TempDir,
    aws: Local,
}

impl Desk {
    fn new() -> Self {
        let subscriber: Vec<OsString> = vec![PROGRAM.into(), "subscriber".into()];
        let aws = Local::start(Options {
            port: 0,
            pace: Pace::Instant,
            faults: Faults::default(),
            subscriber,
            region: "us-east-1".to_owned(),
            seed: 7,
        });
        Self { home: tempfile::tempdir().expect("a folder"), aws: aws.expect("starts") }
    }

    fn terminal(&self, arguments: &[&str]) -> TerminalBuilder {
        terminal(self.home.path())
            .env("AWS_ENDPOINT_URL", self.aws.endpoint_url())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "AKIALOCALALICE")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .args(arguments)
    }

    fn deploy(&self) -> termlens::Result<()> {
        let mut deploy = self.terminal(&["deploy", "--yes", "--no-watch"]).spawn(PROGRAM)?;
        assert_eq!(deploy.wait_exit()?.code(), Some(0));
        Ok(())
    }

    /// Somebody changes the sandbox's client.
    #[tokio::main(flavor = "current_thread")]
    async fn change(&self) {
        let access = Access {
            region: Some("us-east-1".to_owned()),
            endpoint_url: Some(self.aws.endpoint_url()),
            keys: Some(("ASIALOCALKIM".to_owned(), "local".to_owned())),
            ..Access::default()
        };
        let session = Session::open(&access).await.expect("opens");
        let outputs = stack::describe(&session, STACK).await.expect("answers").expect("stands").outputs;
        let update = json!({"UserPoolId": outputs["UserPoolId"], "ClientId": outputs["AppClientId"]});
        call(&session, COGNITO, "UpdateUserPoolClient", update).await.expect("updates");
    }
}

fn terminal(home: &Path) -> TerminalBuilder {
    Terminal::builder()
        .size(120, 40)
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("TERM", "xterm-256color")
        .env("TZ", "UTC")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .current_dir(home)
        .timeout(PATIENCE)
}

/// The program ended with this code, and gave the terminal back as it was, with these words on it.
#[track_caller]
fn gives_back(mut terminal: Terminal, code: u32, words: &str) {
    let ended = terminal.wait_exit().expect("it ends");
    assert_eq!(ended.code(), Some(code), "{}", terminal.screen());
    // What it wrote last may still be on its way.
    terminal
        .wait_until(|screen| {
            !screen.alternate_screen()
                && screen.cursor_visible()
                && screen.mouse_modes().is_empty()
                && screen.contains(words)
        })
        .unwrap_or_else(|error| panic!("given back, with {words:?}: {error}"));
}

/// The next whole frame with all of this on it.
#[track_caller]
fn frame(terminal: &mut Terminal, seen: &[&str]) -> Screen {
    terminal
        .wait_frame(|screen| seen.iter().all(|words| screen.contains(words)))
        .unwrap_or_else(|error| panic!("{seen:?}: {error}"))
}

/// What is seen after a key; the first of it must be something that was not there before.
#[track_caller]
fn press(terminal: &mut Terminal, key: Key, seen: &[&str]) {
    assert!(!terminal.screen().contains(seen[0]), "{seen:?} before {key:?} in\n{}", terminal.screen());
    terminal.send(key).expect("a terminal that is there");
    frame(terminal, seen);
}

/// From the first frame to the last line: the stack comes up, six calls are made, each is told and judged, one is looked into
/// from every side, and all is taken down again.
#[test]
fn the_demo_tells_its_whole_story() -> termlens::Result<()> {
    let home = tempfile::tempdir().expect("a folder");
    let mut demo = terminal(home.path()).args(["demo", "--pace", "instant"]).spawn(PROGRAM)?;
    frame(&mut demo, &["6 changes · 1 critical · 2 high"]);
    for (key, place, seen) in [
        ('g', "1 of 6", "− cacl-api/something.write"),
        ('j', "2 of 6", "InvalidParameterException: attempted, not applied"),
        ('j', "3 of 6", "+ https://web-shop.example.net/"),
        ('j', "4 of 6", "8 settings were reset"),
        ('j', "5 of 6", "AccessDenied"),
        ('G', "6 of 6", "deleted; it had:"),
    ] {
        press(&mut demo, Key::Char(key), &[place, seen]);
    }
    press(&mut demo, Key::Char('?'), &["export AWS_ENDPOINT_URL=http://127.0.0.1:"]);
    press(&mut demo, Key::Esc, &["IdentityAdmin"]);
    press(&mut demo, Key::Char('k'), &["5 of 6"]);
    press(&mut demo, Key::Char('k'), &["preventUserExistenceErrors  ENABLED → LEGACY  not sent"]);
    press(&mut demo, Key::Char('t'), &["Settings now, and since when"]);
    press(&mut demo, Key::Esc, &["request parameters, against"]);
    press(&mut demo, Key::Char('r'), &["aws cognito-idp update-user-pool-client"]);
    press(&mut demo, Key::Char('y'), &["copied the restore call"]);
    press(&mut demo, Key::Esc, &["request parameters, against"]);
    // A filter takes effect as it is typed.
    demo.send_str("/sev>=high actor:root")?;
    frame(&mut demo, &["/ sev>=high actor:root", "1 of 1"]);
    press(&mut demo, Key::Enter, &["Esc lift"]);
    press(&mut demo, Key::Esc, &["6 of 6"]);
    demo.send(Key::Char('q'))?;
    gives_back(demo, 0, "Gone. Checked:");
    Ok(())
}

#[test]
fn no_is_the_default_and_changes_nothing() -> termlens::Result<()> {
    let desk = Desk::new();
    for answer in ["", "n", "nonsense"] {
        let mut deploy = desk.terminal(&["deploy"]).spawn(PROGRAM)?;
        deploy.wait_until(|screen| screen.contains("Go on? [y/N]"))?;
        deploy.send_str(answer)?;
        deploy.send(Key::Enter)?;
        gives_back(deploy, 0, "Nothing was changed.");
    }
    gives_back(desk.terminal(&["watch"]).spawn(PROGRAM)?, 3, "error: nothing is deployed");
    Ok(())
}

#[test]
fn deploy_goes_on_to_watching_and_a_signal_gives_the_terminal_back() -> termlens::Result<()> {
    let desk = Desk::new();
    let mut deploy = desk.terminal(&["deploy"]).spawn(PROGRAM)?;
    deploy.wait_until(|screen| screen.contains("Go on? [y/N]"))?;
    deploy.send_str("y")?;
    deploy.send(Key::Enter)?;
    deploy.wait_until(|screen| screen.alternate_screen() && screen.contains("Nothing has changed"))?;
    deploy.signal(Signal::Term)?;
    gives_back(deploy, 0, "");
    Ok(())
}

#[test]
fn a_dead_network_is_shown_and_can_be_left() -> termlens::Result<()> {
    let desk = Desk::new();
    for (key, code) in [(Key::Char('q'), 0), (Key::Ctrl('c'), 130)] {
        // Nobody listens there: the port is reserved.
        let watch = desk.terminal(&["watch"]).env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        let mut watch = watch.spawn(PROGRAM)?;
        watch.wait_until(|screen| screen.contains(STACK) && screen.contains("offline"))?;
        watch.send(key)?;
        gives_back(watch, code, "");
    }
    Ok(())
}

#[test]
fn too_few_changes_in_time_are_a_failure_on_the_screen_too() -> termlens::Result<()> {
    let desk = Desk::new();
    desk.deploy()?;
    let watch = desk.terminal(&["watch", "--count", "1", "--timeout", "1s"]).spawn(PROGRAM)?;
    gives_back(watch, 1, "error: time is up, and there were 0 of 1 changes");
    Ok(())
}

/// However a watch ends before its command has, the next one runs it; and then it is done.
#[test]
fn a_command_that_was_given_up_is_run_by_the_next_watch() -> termlens::Result<()> {
    let desk = Desk::new();
    desk.deploy()?;
    desk.change();
    let (began, got) = (desk.home.path().join("began"), desk.home.path().join("got"));
    let given_up = "--exec did not run, or not to its end, for 1 change";
    let endless = || {
        let watch = desk.terminal(&["watch", "--exec", "touch began; exec sleep 6000", "--exec-timeout", "2h"]);
        let watch = watch.spawn(PROGRAM)?;
        let start = std::time::Instant::now();
        while std::fs::remove_file(&began).is_err() {
            assert!(start.elapsed() < PATIENCE, "{}", watch.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok::<_, termlens::Error>(watch)
    };
    let mut watch = endless()?;
    watch.signal(Signal::Term)?;
    gives_back(watch, 0, given_up);
    let mut watch = endless()?;
    watch.send(Key::Char('q'))?;
    watch.wait_until(|screen| screen.contains("--exec has 1 change left; Ctrl-C leaves the rest out"))?;
    watch.send(Key::Ctrl('c'))?;
    gives_back(watch, 130, given_up);
    for _ in 0..2 {
        let watch = desk.terminal(&["watch", "--exec", "cat >> got", "--count", "1"]).spawn(PROGRAM)?;
        gives_back(watch, 0, "");
    }
    let lines = std::fs::read_to_string(got).expect("it was run");
    assert_eq!(lines.lines().count(), 1, "{lines}");
    Ok(())
}

#[test]
fn teardown_wants_the_name() -> termlens::Result<()> {
    let desk = Desk::new();
    desk.deploy()?;
    for answer in ["", "another-name"] {
        let mut teardown = desk.terminal(&["teardown"]).spawn(PROGRAM)?;
        teardown.wait_until(|screen| screen.contains("Type the stack's name"))?;
        teardown.send_str(answer)?;
        teardown.send(Key::Enter)?;
        gives_back(teardown, 0, "Nothing was deleted.");
    }
    let mut teardown = desk.terminal(&["teardown"]).spawn(PROGRAM)?;
    teardown.wait_until(|screen| screen.contains("Type the stack's name"))?;
    teardown.send_str(STACK)?;
    teardown.send(Key::Enter)?;
    gives_back(teardown, 0, "nothing is left.");
    Ok(())
}

#[test]
fn a_tiny_terminal_is_honest_and_can_be_left() -> termlens::Result<()> {
    let desk = Desk::new();
    desk.deploy()?;
    let mut watch = desk.terminal(&["watch"]).size(10, 3).spawn(PROGRAM)?;
    watch.wait_until(|screen| screen.alternate_screen() && !screen.text().trim().is_empty())?;
    watch.send(Key::Char('q'))?;
    gives_back(watch, 0, "");
    Ok(())
}

#[test]
fn a_replay_of_stdin_is_steered_from_the_terminal() -> termlens::Result<()> {
    let home = tempfile::tempdir().expect("a folder");
    let recording = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/recording.jsonl");
    let command = format!("cat '{recording}' | '{PROGRAM}' replay - --fail-on high");
    let mut replay = terminal(home.path()).args(["-c", &command]).spawn("/bin/sh")?;
    replay.wait_until(|screen| screen.alternate_screen() && screen.contains("web-shop"))?;
    replay.send(Key::Char('q'))?;
    gives_back(replay, 10, "");
    Ok(())
}

const RECORDING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/recording.jsonl");

#[test]
fn what_is_copied_and_exported_comes_out() -> termlens::Result<()> {
    let home = tempfile::tempdir().expect("a folder");
    let mut replay = terminal(home.path()).args(["replay", RECORDING]).spawn(PROGRAM)?;
    replay.wait_until(|screen| screen.alternate_screen() && screen.contains("web-shop"))?;
    replay.send(Key::Char('g'))?;
    replay.send(Key::Char('y'))?;
    replay.wait_until(|screen| screen.contains("copied the client's id, 24 bytes"))?;
    let copied = |terminal: &Terminal| {
        let screen = terminal.screen();
        screen.clipboard().and_then(|clipboard| clipboard.text()).map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(copied(&replay), "3k1v9s0abcd7efgh2ijkl5mn");
    replay.send(Key::Char('Y'))?;
    replay.wait_until(|screen| screen.contains("copied the event"))?;
    assert!(copied(&replay).starts_with(r#"{"eventVersion""#), "{}", copied(&replay));
    replay.send(Key::Char('e'))?;
    replay.wait_until(|screen| screen.contains("Export"))?;
    replay.send(Key::Enter)?;
    replay.wait_until(|screen| screen.contains("wrote 4 changes to cacl-recording-jsonl-"))?;
    replay.send(Key::Char('q'))?;
    gives_back(replay, 0, "");
    let files: Vec<_> = std::fs::read_dir(home.path()).expect("readable").flatten().map(|file| file.path()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let text = std::fs::read_to_string(file).expect("text");
    assert_eq!(text.matches("\r\n").count(), 5, "{text}");
    Ok(())
}

#[test]
fn the_mouse_is_taken_and_given_back() -> termlens::Result<()> {
    let home = tempfile::tempdir().expect("a folder");
    let mut replay = terminal(home.path()).args(["replay", RECORDING]).spawn(PROGRAM)?;
    replay.wait_until(|screen| screen.alternate_screen() && screen.contains("4 of 4"))?;
    assert_eq!(replay.screen().mouse_mode(), MouseMode::PressRelease, "clicks, but not every movement");
    replay.click(4, 3)?;
    replay.wait_until(|screen| screen.contains("1 of 4"))?;
    replay.signal(Signal::Term)?;
    gives_back(replay, 0, "");
    for builder in [
        terminal(home.path()).args(["replay", RECORDING, "--no-mouse"]),
        terminal(home.path()).args(["replay", RECORDING]).env("CACL_MOUSE", "off"),
    ] {
        let mut replay = builder.spawn(PROGRAM)?;
        replay.wait_until(|screen| screen.alternate_screen() && screen.contains("4 of 4"))?;
        assert!(replay.screen().mouse_modes().is_empty());
        replay.send(Key::Char('q'))?;
        gives_back(replay, 0, "");
    }
    Ok(())
}

#[test]
fn the_demo_rings_for_what_is_bad() -> termlens::Result<()> {
    let home = tempfile::tempdir().expect("a folder");
    let mut demo = terminal(home.path()).args(["demo", "--pace", "instant", "--bell", "high"]).spawn(PROGRAM)?;
    demo.wait_until(|screen| screen.bells() > 0 && screen.contains("high"))?;
    demo.send(Key::Ctrl('c'))?;
    demo.wait_exit()?;
    Ok(())
}
