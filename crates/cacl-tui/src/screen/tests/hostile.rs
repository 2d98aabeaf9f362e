//! Whatever comes in, at whatever size: no panic, and nothing on the screen that a terminal would take for a command.

use cacl_aws::{Progress, StackEvent, Status};
use cacl_event::{Decoded, Severity};
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};
use std::time::Duration;

use super::{Stage, key, look, now, scene};
use crate::{
    feed::Feed,
    screen::{
        Heading, Scene, Task, Wishes, progress,
        run::{Msg, Screen},
        task,
    },
};

/// Text with what hurts: escapes, bidi controls, wide and combining characters, and much of it.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\u{1b}[2J\u{1b}]52;c;AAAA\u{7}".to_owned()),
        Just("\u{202e}\u{2066}\u{200f}".to_owned()),
        Just("\u{9b}31m\u{85}\r\n\t\0".to_owned()),
        Just("日本語クライアント".to_owned()),
        Just("👩🏽‍🚀🇪🇺e\u{301}\u{301}\u{301}".to_owned()),
        Just("\u{200b}\u{feff}\u{ad}".to_owned()),
        "[ -~]{0,40}",
        ".{0,12}",
        "[a-z]{200,300}",
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        nasty().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(nasty(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

fn record() -> impl Strategy<Value = Feed> {
    let event = prop_oneof![
        Just("UpdateUserPoolClient".to_owned()),
        Just("CreateUserPoolClient".to_owned()),
        Just("DeleteUserPoolClient".to_owned()),
        nasty()
    ];
    let client = prop_oneof![Just("c1".to_owned()), Just("c2".to_owned()), nasty()];
    let texts = prop::collection::vec(nasty(), 4);
    let second = 0..4_000_000_i64;
    (event, client, texts, value(), value(), any::<bool>(), 0..30_u32, second).prop_map(
        |(event, client, texts, sent, got, failed, id, second)| {
            let time = now() - jiff::SignedDuration::from_secs(second);
            let record = json!({
                "eventVersion": "1.11", "eventSource": "cognito-idp.amazonaws.com", "eventName": event,
                "eventID": format!("id-{id}"), "eventTime": time.to_string(), "awsRegion": texts[0],
                "sourceIPAddress": texts[1], "userAgent": texts[2],
                "userIdentity": {"type": "IAMUser", "userName": texts[3], "arn": texts[0], "accountId": texts[1]},
                "errorCode": failed.then_some(&texts[2]), "errorMessage": failed.then_some(&texts[3]),
                "requestParameters": {"userPoolId": "p", "clientId": client, "clientName": texts[0],
                    "callbackURLs": sent, "x": got, "accessTokenValidity": 5},
                "responseElements": {"userPoolClient": {"userPoolId": "p", "clientId": client, "clientName": texts[1],
                    "logoutURLs": got, "y": sent}},
            });
            match cacl_event::decode(&record.to_string()).into_iter().next() {
                Some(Decoded::Change(change)) => Feed::Change(change),
                Some(Decoded::Foreign(text)) => Feed::Foreign { time: None, text },
                Some(Decoded::Platform(platform)) => Feed::Platform(platform),
                None => Feed::End,
            }
        },
    )
}

fn status() -> impl Strategy<Value = Feed> {
    (any::<u64>(), nasty(), 0..6).prop_map(|(seconds, text, which)| {
        let retry = Duration::from_secs(seconds);
        Feed::Status(match which {
            0 => Status::Live,
            1 => Status::Throttled { retry },
            2 => Status::Offline { retry, why: text },
            3 => Status::Expired { retry, help: text },
            4 => Status::Denied { retry, why: text },
            _ => Status::Missing { retry },
        })
    })
}

#[derive(Debug, Clone)]
enum Step {
    Feed(Feed),
    Key(&'static str),
    Size(u16, u16),
    Wait(i64),
    Mouse(MouseEventKind, u16, u16),
    Paste(String),
    Idle,
}

const KEYS: [&str; 40] = [
    "j",
    "k",
    "g",
    "G",
    "^d",
    "^u",
    "^f",
    "^b",
    "pgdn",
    "pgup",
    "home",
    "end",
    "tab",
    "enter",
    "esc",
    "u",
    "|",
    "?",
    "up",
    "down",
    "x",
    "t",
    "v",
    "[",
    "]",
    "z",
    "T",
    "y",
    "Y",
    "r",
    "e",
    "b",
    "left",
    "right",
    "backspace",
    "/",
    "n",
    "N",
    "o",
    ":",
];

const MOUSE: [MouseEventKind; 3] =
    [MouseEventKind::Down(MouseButton::Left), MouseEventKind::ScrollDown, MouseEventKind::ScrollUp];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => record().prop_map(Step::Feed),
        1 => status().prop_map(Step::Feed),
        5 => prop::sample::select(&KEYS[..]).prop_map(Step::Key),
        2 => (1..=200_u16, 1..=60_u16).prop_map(|(width, height)| Step::Size(width, height)),
        1 => (-100..1_000_000_i64).prop_map(Step::Wait),
        2 => (prop::sample::select(&MOUSE[..]), 0..200_u16, 0..60_u16).prop_map(|(kind, x, y)| Step::Mouse(kind, x, y)),
        1 => nasty().prop_map(Step::Paste),
        2 => Just(Step::Idle),
    ]
}

/// What no cell may hold.
fn harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | '\u{61c}')
}

fn assert_harmless(buffer: &Buffer) {
    for cell in buffer.content() {
        assert!(!cell.symbol().chars().any(harmful), "{:?} is on the screen", cell.symbol());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_watch_screen_withstands_anything(steps in prop::collection::vec(step(), 1..40), ascii: bool, color: bool) {
        let look = crate::screen::Look { color, ascii, ..look() };
        let wishes = Wishes { bell: Some(Severity::Info), ..Wishes::default() };
        let mut stage = Stage::with(80, 24, &Scene { wishes, ..scene() }, &look);
        stage.answer = Ok(String::new());
        for step in steps {
            match step {
                Step::Feed(item) => drop(stage.feed([item])),
                Step::Key(name) => stage.tell(Msg::Input(key(name))),
                Step::Size(width, height) => drop(stage.resize(width, height)),
                Step::Wait(seconds) => drop(stage.after(seconds)),
                Step::Mouse(kind, column, row) => {
                    let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
                    stage.tell(Msg::Input(Event::Mouse(mouse)));
                }
                Step::Paste(text) => stage.tell(Msg::Input(Event::Paste(text))),
                Step::Idle => stage.tell(Msg::Idle),
            }
            assert_harmless(stage.draw());
        }
        // What leaves is as harmless as what is shown, but for the ends of lines.
        for task in &stage.tasks {
            if let Task::Copy { text, .. } | Task::Ring { words: text } | Task::Export(task::Step::Write(text)) = task {
                let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
                prop_assert!(!text.chars().any(|character| character != '\n' && harmful(character)), "{task:?}");
            }
        }
    }

    #[test]
    fn the_progress_screen_withstands_anything(
        events in prop::collection::vec((nasty(), nasty(), nasty(), prop::option::of(nasty()), 0..100_000_i64), 1..20),
        keys in prop::collection::vec(prop::sample::select(&KEYS[..]), 0..20),
        hint in nasty(),
        width in 1..200_u16,
        height in 1..60_u16,
    ) {
        let heading = Heading {
            verb: "Deploying".into(), stack: hint.clone(), account: hint.clone(), region: hint.clone(), expected: None,
            started: now(), detach_hint: hint,
        };
        let mut model = progress::Model::new(&heading, &look());
        let Ok(mut terminal) = ratatui::Terminal::new(ratatui::backend::TestBackend::new(width, height));
        let mut keys = keys.into_iter();
        for (id, status, kind, reason, second) in events {
            let status = format!("CREATE_{status}_FAILED");
            let time = now() + jiff::SignedDuration::from_secs(second);
            let event = StackEvent { id: id.clone(), time, logical_id: id, resource_type: kind, physical_id: None, status, reason };
            model.update(Msg::Clock(time));
            model.update(Msg::Item(Ok(Progress::Event(event))));
            if let Some(name) = keys.next() {
                model.update(Msg::Input(key(name)));
            }
            model.update(Msg::Input(Event::FocusGained));
            let Ok(size) = terminal.size();
            model.update(Msg::Frame(size));
            let Ok(_) = terminal.draw(|frame| model.view(frame));
            assert_harmless(terminal.backend().buffer());
        }
    }
}

#[test]
fn a_frame_for_another_size_than_announced_is_drawn_all_the_same() {
    for (width, height) in [(1, 1), (41, 11), (200, 60), (500, 200)] {
        let mut stage = Stage::told(80, 24);
        stage.press("k tab ?");
        stage.terminal.backend_mut().resize(width, height);
        let Ok(_) = stage.terminal.draw(|frame| stage.model.view(frame));
    }
}
