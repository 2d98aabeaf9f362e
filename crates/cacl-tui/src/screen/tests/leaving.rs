//! What leaves the screen: copies, the restore call, files, the bell; and the mouse.

use std::path::PathBuf;

use cacl_aws::Status;
use cacl_event::{Severity, decode};
use crossterm::event::{MouseButton, MouseEventKind};
use insta::assert_snapshot;
use serde_json::Value;

use super::{Stage, look, scene, story, told};
use crate::{
    feed::Feed,
    restore::Reach,
    screen::{
        Scene, Task, Wishes,
        run::Screen,
        task::{Facts, Outlet, Step},
    },
};

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

/// Selects the update that forgot three settings.
fn forgetful(width: u16, height: u16) -> Stage {
    let mut stage = Stage::told(width, height);
    stage.press("k k");
    stage
}

#[test]
fn the_client_is_what_is_copied_from_the_list() {
    let mut stage = forgetful(120, 40);
    stage.draw();
    let text = stage.model.change().and_then(|change| change.client_id.as_deref()).expect("a client").to_owned();
    stage.press("y");
    assert_eq!(stage.tasks, [Task::Copy { what: "the client's id".into(), text }]);
}

#[test]
fn the_restore_call() {
    assert_snapshot!("restore_at_120x40", forgetful(120, 40).press("r").frame());
    assert_snapshot!("restore_at_80x24", forgetful(80, 24).press("r").frame());
    assert_snapshot!("restore_at_60x15", forgetful(60, 15).press("r G").frame());
}

#[test]
fn the_restore_call_is_copied_unwrapped_and_knows_its_way() {
    let reach = Reach { profile: Some("acme-prod".into()), endpoint_url: Some("http://127.0.0.1:4599".into()) };
    let scene = Scene { wishes: Wishes { reach, ..Wishes::default() }, ..scene() };
    let mut stage = Stage::with(60, 15, &scene, &look());
    stage.feed(story().into_iter().map(|change| Feed::Change(change.into())));
    stage.press("k k r y");
    let Some(Task::Copy { what, text }) = stage.tasks.pop() else { panic!("{:?}", stage.tasks) };
    assert_eq!(what, "the restore call");
    assert!(text.starts_with("aws cognito-idp update-user-pool-client \\\n  --region="), "{text}");
    assert!(text.contains("\n  --profile=acme-prod \\\n  --endpoint-url=http://127.0.0.1:4599 \\\n"), "{text}");
    let (_, input) = text.split_once("--cli-input-json '").expect("the input");
    let input: Value = serde_json::from_str(input.trim_end().strip_suffix('\'').expect("a quote")).expect("JSON");
    assert_eq!(input["PreventUserExistenceErrors"], "ENABLED", "what was reset is back");
    stage.press("esc");
    assert!(!stage.shows("Restore"));
}

#[test]
fn what_is_back_is_not_offered_again() {
    let mut stage = Stage::told(120, 40);
    // As the call for kim's change would have it: the client as it was before.
    let good = include_str!("story.jsonl").lines().nth(2).expect("a line");
    let again = good.replace("10000000-0000-4000-8000-000000000003", "later").replace("T08:28:11Z", "T08:46:30Z");
    stage.feed(decode(&again).into_iter().map(Feed::from));
    stage.press("G r");
    stage.assert_shows("The change took nothing away.");
    stage.assert_shows("callbackURLs: + http://shop.example.org/cb");
    stage.assert_shows("What 1 change took away is back by now, and the call would take it away again.");
    stage.press("esc k k k");
    stage.assert_shows("by now the client is again as it was before");
    stage.press("r");
    stage.assert_shows("To the state before UpdateUserPoolClient by kim@example.org, 2026-10-01 10:41:07");
    stage.assert_shows("What the change took away is back already.");
    stage.assert_shows("The client is like that already: the call would change nothing.");
    assert!(!stage.shows("undone"), "there is nothing to undo");
}

#[test]
fn what_cannot_be_restored_says_why() {
    let cases = [
        ("", "This call failed and changed nothing"),
        ("g", "This call created the client"),
        ("k k k k k", "The state before this change is not known"),
        ("k", "creates it anew"),
    ];
    for (keys, expected) in cases {
        let mut stage = Stage::told(120, 40);
        stage.press(keys).press("r");
        stage.assert_shows(expected);
        stage.tasks.clear();
        let copied = stage.press("y").tasks.len();
        assert_eq!(copied, usize::from(expected.starts_with("creates")), "{expected}");
    }
}

#[test]
fn the_export_form() {
    assert_snapshot!("export_at_120x40", forgetful(120, 40).press("e").frame());
    assert_snapshot!("export_at_80x24", forgetful(80, 24).press("e right tab right tab").frame());
    assert_snapshot!("export_at_60x15", forgetful(60, 15).press("e left tab tab").frame());
}

/// Carries out for real, in a folder.
fn carry_out(stage: &mut Stage, folder: PathBuf) -> Vec<Result<String, String>> {
    let mut outlet = Outlet::new(Vec::new(), Facts::of(true, |_| None), folder);
    stage.tasks.drain(..).map(|task| outlet.carry_out(task)).collect()
}

#[test]
fn each_format_writes_what_is_shown() {
    let id = |nth: usize| format!("10000000-0000-4000-8000-{nth:012}");
    for (keys, name, first) in [("", "csv", "\u{feff}\"time"), ("right", "jsonl", "{"), ("left", "md", "# Changes")] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut stage = forgetful(120, 40);
        stage.answer = Ok(String::new());
        stage.press("e").press(keys).press("enter").idle_steps();
        let told = carry_out(&mut stage, folder.path().to_owned());
        assert!(told.iter().all(Result::is_ok), "{told:?}");
        let path = folder.path().join(format!("cacl-cognito-api-calls-20261001T084640Z.{name}"));
        let text = std::fs::read_to_string(&path).expect("written");
        assert!(text.starts_with(first), "{text}");
        assert!((1..=10).all(|nth| text.contains(&id(nth))), "{text}");
        let last = told.last().and_then(|told| told.as_ref().ok()).expect("told");
        assert!(last.starts_with("wrote 10 changes to "), "{last}");
    }
    let mut stage = forgetful(120, 40);
    stage.answer = Ok(String::new());
    stage.press("e right tab right enter").idle_steps();
    let written = |task: &Task| matches!(task, Task::Export(Step::Write(text)) if text.lines().count() == 1);
    assert_eq!(stage.tasks.iter().filter(|task| written(task)).count(), 1, "the selected one alone");
}

impl Stage {
    /// All steps of an export, up to its end.
    fn idle_steps(&mut self) {
        for _ in 0..10_000 {
            if matches!(self.tasks.last(), Some(Task::Export(Step::Finish(_)))) {
                return;
            }
            self.tell(super::Msg::Idle);
        }
        panic!("never done: {:?}", self.tasks.last());
    }
}

#[test]
fn a_file_can_be_named_and_is_told_of() {
    let mut stage = forgetful(120, 40);
    stage.press("e tab tab ^u x . c s v left left left left y").press("enter");
    assert_eq!(stage.tasks, [Task::Export(Step::Begin("xy.csv".into()))], "letters are letters there");
}

#[test]
fn after_trouble_the_form_is_there_to_be_mended() {
    let mut stage = forgetful(120, 40);
    stage.answer = Err("x.csv is there already: choose another name".into());
    stage.press("e enter");
    assert!(!stage.model.busy());
    stage.assert_shows("Export");
    stage.assert_shows("is there already: choose another name");
    stage.press("esc");
    assert_eq!(stage.tasks.len(), 1, "there is nothing to cancel");
}

#[test]
fn a_large_export_lets_keys_through_and_can_be_cancelled() {
    let mut stage = many(1000);
    stage.answer = Ok(String::new());
    stage.press("e enter");
    assert!(stage.model.busy());
    for _ in 0..3 {
        stage.tell(super::Msg::Idle);
    }
    stage.assert_shows("300 of 1000");
    stage.press("esc");
    assert!(!stage.model.busy() && !stage.shows("Export"));
    assert_eq!(stage.tasks.last(), Some(&Task::Export(Step::Cancel)));
}

#[test]
fn an_export_has_what_it_says_however_much_comes_in_meanwhile() {
    let mut stage = many(220);
    stage.model.scene.wishes.keep = Some(200);
    stage.answer = Ok(String::new());
    stage.press("e right enter").tell(super::Msg::Idle);
    stage.feed((1000..1100).map(deletion)).idle_steps();
    let lines = stage.tasks.iter().map(|task| match task {
        Task::Export(Step::Write(text)) => text.lines().count(),
        _ => 0,
    });
    assert_eq!(lines.sum::<usize>(), 220);
    assert_eq!(stage.tasks.last(), Some(&Task::Export(Step::Finish("220 changes".into()))));
    assert!(stage.model.rows.all() >= 320);
    stage.press("esc").feed([deletion(2000)]);
    assert!(stage.model.rows.all() <= 225, "afterwards no more are kept than at other times");
}

#[test]
fn what_comes_up_again_and_again_does_not_fill_the_screen() {
    let mut stage = Stage::told(120, 40);
    for nth in 0..1000 {
        stage.feed([Feed::Note(format!("--exec: exit status: {}", 1 + nth % 2))]);
    }
    stage.assert_shows("--exec: exit status: 1 (500 times) · --exec: exit status: 2 (500 times)");
    for nth in 0..1000 {
        stage.feed([Feed::Note(format!("trouble {nth}"))]);
    }
    stage.assert_shows(" trouble 997 · trouble 998 · trouble 999 ");
}

/// Many changes, already in the log, by ten people.
fn many(count: usize) -> Stage {
    let mut stage = Stage::new(120, 40);
    let lines: Vec<&str> = include_str!("story.jsonl").lines().collect();
    stage.feed((0..count).map(|nth| {
        let id = format!("{nth:08}-0000-4000-9000");
        Feed::Change(told(&lines[nth % lines.len()].replace("10000000-0000-4000-8000", &id)).into())
    }));
    stage
}

/// Live, with nothing seen so far, and the bell on.
fn listening(bell: Option<Severity>) -> Stage {
    let scene = Scene { wishes: Wishes { bell, ..Wishes::default() }, ..scene() };
    let mut stage = Stage::with(120, 40, &scene, &look());
    stage.answer = Ok(String::new());
    stage.feed([Feed::Status(Status::Live)]);
    stage
}

/// The deletion by root, made again and again by the same.
fn deletion(nth: usize) -> Feed {
    let line = include_str!("story.jsonl").lines().find(|line| line.contains("DeleteUserPoolClient")).expect("one");
    Feed::Change(told(&line.replace("10000000-0000-4000-8000", &format!("{nth:08}-0000-4000-9000"))).into())
}

fn rung(stage: &mut Stage) -> Vec<String> {
    let words = stage.tasks.drain(..).map(|task| match task {
        Task::Ring { words } => words,
        other => panic!("{other:?}"),
    });
    words.collect()
}

#[test]
fn only_what_is_new_and_bad_enough_rings() {
    let everything = || story().into_iter().map(|change| Feed::Change(change.into()));
    let mut past = Stage::with(
        120,
        40,
        &Scene { wishes: Wishes { bell: Some(Severity::Info), ..Wishes::default() }, ..scene() },
        &look(),
    );
    past.feed(everything()).feed([Feed::Status(Status::Live)]);
    assert_eq!(rung(&mut past), [""; 0], "the log's past");
    past.feed(everything());
    assert_eq!(rung(&mut past), [""; 0], "and what comes twice");
    past.feed([deletion(1), Feed::End]);
    assert_eq!(rung(&mut past).len(), 1);
    assert_eq!(rung(listening(None).feed(everything())), [""; 0]);
    assert_snapshot!(rung(listening(Some(Severity::High)).feed(everything())).join("\n"));
}

#[test]
fn a_run_rings_at_its_beginning_and_at_its_end() {
    let mut stage = listening(Some(Severity::High));
    stage.feed((0..40).map(deletion));
    assert_eq!(rung(&mut stage).len(), 1);
    assert!(stage.model.holds().is_some_and(|holds| holds.as_secs() <= 30), "it wakes up by itself");
    stage.after(29);
    assert_eq!(rung(&mut stage), [""; 0]);
    stage.feed([deletion(40)]).after(58);
    assert_eq!(rung(&mut stage), [""; 0], "quiet is counted from the last one");
    stage.after(59);
    assert_eq!(rung(&mut stage), ["40 more by root (console), 40 critical"]);
    stage.after(600);
    assert_eq!(rung(&mut stage), [""; 0]);
    stage.feed([deletion(41)]);
    assert_eq!(rung(&mut stage).len(), 1, "a new run");
}

#[test]
fn a_run_without_end_is_told_of_nonetheless() {
    let mut stage = listening(Some(Severity::High));
    let mut nth = 0;
    for second in 0..700 {
        nth += 1;
        stage.after(second).feed([deletion(nth)]);
    }
    let rung = rung(&mut stage);
    assert_eq!(rung.len(), 5, "{rung:?}");
    assert!(rung[1].starts_with("299 more by root"), "{rung:?}");
}

#[test]
fn many_names_are_no_way_to_ring_without_end() {
    let mut stage = listening(Some(Severity::High));
    stage.feed((0..1000).map(|nth| {
        let Feed::Change(mut change) = deletion(nth) else { unreachable!() };
        change.actor.name = Some(format!("person {nth}").into());
        Feed::Change(change)
    }));
    assert_eq!(rung(&mut stage).len(), 9);
    stage.after(31).after(31);
    assert_eq!(rung(&mut stage), ["991 more by others, 991 critical"]);
}

#[test]
fn b_turns_the_bell_on_and_off() {
    let mut stage = listening(None);
    stage.feed([deletion(0)]).press("b").assert_shows("bell on: rings and notifies at new changes from high on");
    stage.assert_shows("♪ high");
    stage.feed([deletion(1)]);
    assert_eq!(rung(&mut stage).len(), 1);
    stage.press("b").assert_shows("bell off");
    stage.feed([deletion(2)]);
    assert_eq!(rung(&mut stage), [""; 0]);
    let mut stage = listening(Some(Severity::Low));
    stage.feed([deletion(0)]).press("b b").assert_shows("from low on");
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut stage = Stage::told(120, 16);
    let last = stage.selected();
    stage.mouse(MouseEventKind::ScrollUp, "Changes");
    let above = stage.selected();
    assert_ne!(above, last);
    stage.mouse(MouseEventKind::ScrollDown, "Changes");
    assert_eq!(stage.selected(), last);
    let mut stage = forgetful(120, 16);
    let selected = stage.selected();
    let more = stage.lines("more");
    stage.mouse(MouseEventKind::ScrollDown, "who ");
    assert_ne!(stage.lines("more"), more);
    assert_eq!(stage.selected(), selected);
    stage.press("?").mouse(MouseEventKind::ScrollDown, "In the list");
    assert!(!stage.shows("In the list"));
}

#[test]
fn a_click_goes_there() {
    let mut stage = Stage::told(120, 40);
    stage.mouse(CLICK, "10:41:07");
    assert_eq!(stage.selected(), "10000000-0000-4000-8000-000000000008");
    stage.mouse(CLICK, "who ").mouse(CLICK, "who ");
    assert!(stage.shows("Esc back"), "the detail has the keys");
    stage.mouse(CLICK, "Esc back");
    assert!(!stage.shows("Esc back"));
    stage.mouse(CLICK, "? help").assert_shows("In the list");
    stage.mouse(CLICK, "Changes");
    assert!(!stage.shows("In the list"), "a click beside it closes it");
    assert_eq!(stage.ended, None);
    stage.mouse(CLICK, "q quit");
    assert!(stage.ended.is_some());
}

#[test]
fn what_is_told_leaves_room_for_keys() {
    let mut stage = Stage::told(120, 40);
    stage.press("Y").assert_shows(" done   j/k move");
    stage.mouse(CLICK, "? help").assert_shows("In the list");
    stage.press("esc").answer = Ok("very ".repeat(20));
    assert!(!stage.press("Y").shows("? help"));
}

#[test]
fn help_begins_where_it_is_asked_for() {
    for (keys, first, later) in [
        ("?", "In the list", "In the detail"),
        ("tab ?", "In the detail", "In the list"),
        ("t ?", "In the timeline", "In the list"),
    ] {
        let frame = Stage::told(120, 60).press(keys).frame();
        let begins = frame.find(first).expect(first);
        assert!(frame.find(later).is_none_or(|at| begins < at), "{keys}: {frame}");
    }
}

#[test]
fn in_one_pane_a_second_click_opens() {
    let mut stage = Stage::told(60, 15);
    stage.mouse(CLICK, "10:41:07");
    assert!(!stage.shows("who "));
    stage.mouse(CLICK, "10:41:07").assert_shows("who ");
}

#[test]
fn a_click_wherever_is_no_harm() {
    for keys in ["", "tab", "?", "r", "e"] {
        for (width, height) in [(120, 20), (80, 24), (60, 15), (20, 5)] {
            let mut stage = Stage::told(width, height);
            stage.answer = Ok(String::new());
            stage.press(keys);
            for at in 0..40 {
                for kind in [CLICK, MouseEventKind::ScrollDown, MouseEventKind::ScrollUp, MouseEventKind::Moved] {
                    let (column, row) = (at * 7 % (width + 2), at * 3 % (height + 2));
                    let mouse = super::MouseEvent { kind, column, row, modifiers: super::KeyModifiers::NONE };
                    stage.tell(super::Msg::Input(super::Event::Mouse(mouse)));
                    stage.draw();
                }
            }
        }
    }
}

#[test]
fn what_the_change_touched_stands_out_in_the_call() {
    let mut stage = forgetful(120, 60);
    stage.press("r");
    let styles = super::styles(stage.draw());
    let stands_out = |name: &str| styles.lines().any(|line| line.contains("Cyan") && line.contains(name));
    assert!(stands_out("\"LogoutURLs\"") && stands_out("https://shop.example.org/out"), "{styles}");
    assert!(!stands_out("\"ClientName\"") && !stands_out("\"code\""), "{styles}");
}

#[test]
fn why_a_state_is_unknown_is_told_as_far_as_known() {
    let mut stage = Stage::told(120, 40);
    stage.feed([Feed::Past(crate::feed::Past::Reading { back_to: super::now(), calls: 1 })]);
    stage.press("k k k k k r").assert_shows("CloudTrail is still being asked");
}
