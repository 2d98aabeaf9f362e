//! The progress screen.

use std::time::Duration;

use cacl_aws::{Error, Progress, Reason, StackEvent, stack::Done, template::Planned};
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;
use jiff::SignedDuration;
use ratatui::{Terminal, backend::TestBackend};

use super::{key, look, now, styles, text};
use crate::screen::{
    Heading, Progressed,
    progress::Model,
    run::{Effect, Msg, Screen},
};

struct Stage {
    model: Model,
    terminal: Terminal<TestBackend>,
    ended: Option<Progressed>,
    events: usize,
}

const RESOURCES: [(&str, &str); 8] = [
    ("TrailBucket", "AWS::S3::Bucket"),
    ("TrailBucketPolicy", "AWS::S3::BucketPolicy"),
    ("Trail", "AWS::CloudTrail::Trail"),
    ("SubscriberLogGroup", "AWS::Logs::LogGroup"),
    ("SubscriberRole", "AWS::IAM::Role"),
    ("Subscriber", "AWS::Lambda::Function"),
    ("Rule", "AWS::Events::Rule"),
    ("UserPoolClient", "AWS::Cognito::UserPoolClient"),
];

impl Stage {
    fn new(width: u16, height: u16, verb: &str) -> Self {
        let heading = Heading {
            verb: verb.into(),
            stack: "cacl-cognito-api-calls".into(),
            account: "123456789012".into(),
            region: "eu-west-1".into(),
            expected: Some(Duration::from_mins(2)),
            started: now(),
            detach_hint: "the deployment goes on; `cacl-tui deploy` comes back to it".into(),
        };
        let Ok(terminal) = Terminal::new(TestBackend::new(width, height));
        Self { model: Model::new(&heading, &look()), terminal, ended: None, events: 0 }
    }

    fn tell(&mut self, message: Msg<Result<Progress, Error>>) -> &mut Self {
        if let Some(Effect::End(ended)) = self.model.update(message) {
            self.ended.get_or_insert(ended);
        }
        self
    }

    fn planned(&mut self) -> &mut Self {
        self.tell(Msg::Item(Ok(Progress::Step("uploaded the subscriber (412 KiB)".into()))));
        let planned = RESOURCES.map(|(id, kind)| Planned { logical_id: id.into(), resource_type: kind.into() });
        self.tell(Msg::Item(Ok(Progress::Resources(planned.into()))))
    }

    fn event(&mut self, second: i64, id: &str, status: &str, reason: Option<&str>) -> &mut Self {
        let kind =
            RESOURCES.iter().find(|(known, _)| *known == id).map_or("AWS::CloudFormation::Stack", |(_, kind)| kind);
        self.events += 1;
        let time = now() + SignedDuration::from_secs(second);
        self.tell(Msg::Clock(time));
        self.tell(Msg::Item(Ok(Progress::Event(StackEvent {
            id: self.events.to_string(),
            time,
            logical_id: id.into(),
            resource_type: kind.into(),
            physical_id: None,
            status: status.into(),
            reason: reason.map(str::to_owned),
        }))))
    }

    /// A deployment half-way.
    fn under_way(&mut self) -> &mut Self {
        self.planned().event(1, "cacl-cognito-api-calls", "CREATE_IN_PROGRESS", Some("User Initiated"));
        for (second, id) in [(2, "SubscriberLogGroup"), (2, "TrailBucket"), (3, "SubscriberRole")] {
            self.event(second, id, "CREATE_IN_PROGRESS", None);
        }
        self.event(4, "SubscriberLogGroup", "CREATE_COMPLETE", None);
        self.event(26, "TrailBucket", "CREATE_COMPLETE", None);
        self.event(27, "TrailBucketPolicy", "CREATE_IN_PROGRESS", None);
        self.tell(Msg::Clock(now() + SignedDuration::from_secs(72)))
    }

    fn draw(&mut self) -> &ratatui::buffer::Buffer {
        let Ok(size) = self.terminal.size();
        self.tell(Msg::Frame(size));
        let Ok(_) = self.terminal.draw(|frame| self.model.view(frame));
        self.terminal.backend().buffer()
    }

    fn frame(&mut self) -> String {
        text(self.draw())
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        for name in keys.split_whitespace() {
            self.draw();
            self.tell(Msg::Input(key(name)));
        }
        self
    }
}

#[test]
fn deploy_at_all_sizes() {
    assert_snapshot!("deploy_at_120x30", Stage::new(120, 30, "Deploying").under_way().frame());
    assert_snapshot!("deploy_at_80x24", Stage::new(80, 24, "Deploying").under_way().frame());
    assert_snapshot!("deploy_at_60x15", Stage::new(60, 15, "Deploying").under_way().frame());
    assert_snapshot!("deploy_at_60x15_events", Stage::new(60, 15, "Deploying").under_way().press("tab").frame());
    assert_snapshot!("deploy_at_40x10", Stage::new(40, 10, "Deploying").under_way().frame());
    assert_snapshot!(Stage::new(10, 3, "Deploying").under_way().frame(), @"2 of 8; n…");
}

#[test]
fn the_mouse_scrolls_and_chooses_a_pane() {
    let mouse =
        |kind, column, row| Msg::Input(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    let mut stage = Stage::new(120, 10, "Deploying");
    stage.under_way();
    let before = stage.frame();
    stage.tell(mouse(MouseEventKind::ScrollDown, 2, 4));
    let scrolled = stage.frame();
    assert_ne!(scrolled, before);
    stage.tell(mouse(MouseEventKind::ScrollUp, 2, 4));
    assert_eq!(stage.frame(), before);
    let focused = stage.press("tab").model.focus;
    stage.press("tab").tell(mouse(MouseEventKind::Down(MouseButton::Left), 118, 4));
    assert_eq!(stage.model.focus, focused);
    stage.tell(mouse(MouseEventKind::Down(MouseButton::Left), 2, 9));
    assert!(stage.ended.is_none());
}

#[test]
fn before_anything_is_known_the_step_is_shown() {
    let mut stage = Stage::new(80, 24, "Deploying");
    assert!(stage.frame().contains("asking AWS what there is"));
    stage.tell(Msg::Item(Ok(Progress::Step("made the bucket for the subscriber".into()))));
    let second = stage.frame().lines().nth(1).map(str::to_owned);
    assert_eq!(second.as_deref(), Some("made the bucket for the subscriber"));
}

#[test]
fn the_first_failure_stands_alone() {
    let mut stage = Stage::new(120, 30, "Deploying");
    stage.under_way();
    let why = "Resource handler returned message: \"Scope cacl-api/something.read does not exist\" (HandlerErrorCode: InvalidRequest)";
    stage.event(73, "UserPoolClient", "CREATE_FAILED", Some(why));
    stage.event(73, "SubscriberRole", "CREATE_FAILED", Some("Resource creation cancelled"));
    stage.event(74, "cacl-cognito-api-calls", "ROLLBACK_IN_PROGRESS", Some("The following resource(s) failed"));
    stage.event(75, "TrailBucket", "DELETE_IN_PROGRESS", None);
    stage.event(76, "TrailBucket", "DELETE_COMPLETE", None);
    assert_snapshot!("failed_at_120x30", stage.frame());
    assert_snapshot!("failed_styles", styles(stage.draw()));
}

#[test]
fn a_deletion_that_is_tried_again_and_works_is_no_failure() {
    let mut stage = Stage::new(120, 30, "Tearing down");
    stage.planned().event(1, "cacl-cognito-api-calls", "DELETE_IN_PROGRESS", None);
    stage.event(9, "TrailBucket", "DELETE_FAILED", Some("The bucket you tried to delete is not empty"));
    let frame = stage.frame();
    assert!(frame.contains("✗ TrailBucket could not be deleted"), "{frame}");
    stage.event(30, "TrailBucket", "DELETE_COMPLETE", None);
    assert!(!stage.frame().contains("could not"), "{}", stage.frame());
    assert!(stage.frame().contains("1 of 8"));
}

#[test]
fn a_stack_that_is_deleted_and_made_anew_starts_anew() {
    let mut stage = Stage::new(120, 30, "Deploying");
    stage.planned().event(1, "cacl-cognito-api-calls", "DELETE_IN_PROGRESS", None);
    stage.event(2, "TrailBucket", "DELETE_FAILED", Some("not empty"));
    assert!(stage.frame().contains("could not be deleted"));
    stage.event(9, "cacl-cognito-api-calls", "DELETE_COMPLETE", None);
    stage.event(10, "cacl-cognito-api-calls", "CREATE_IN_PROGRESS", None);
    stage.event(11, "TrailBucket", "CREATE_IN_PROGRESS", None);
    let frame = stage.frame();
    assert!(!frame.contains("could not") && frame.contains("◐ TrailBucket") && frame.contains("0 of 8"), "{frame}");
}

#[test]
fn it_ends_as_the_stream_says() {
    let done = Done::Removed { checked: vec!["trail".into()], left: Vec::new(), unchecked: Vec::new() };
    let mut stage = Stage::new(80, 24, "Tearing down");
    stage.tell(Msg::Item(Ok(Progress::Done(done.clone()))));
    assert!(matches!(&stage.ended, Some(Progressed::Done(how)) if *how == done));

    let error = Error { reason: Reason::StackFailed, what: "the stack failed".into(), why: None, help: None };
    let mut stage = Stage::new(80, 24, "Deploying");
    stage.tell(Msg::Item(Err(error)));
    assert!(matches!(&stage.ended, Some(Progressed::Failed(error)) if error.reason == Reason::StackFailed));

    for leave in ["q", "^c"] {
        let mut stage = Stage::new(80, 24, "Deploying");
        stage.press(leave);
        assert!(matches!(stage.ended, Some(Progressed::Detached)), "{leave}");
    }
    assert!(matches!(Stage::new(80, 24, "Deploying").tell(Msg::Gone).ended, Some(Progressed::Interrupted)));
    assert!(matches!(Stage::new(80, 24, "Deploying").tell(Msg::End).ended, Some(Progressed::Failed(_))));
}

#[test]
fn the_log_follows_its_end_until_it_is_scrolled() {
    let mut stage = Stage::new(80, 24, "Deploying");
    stage.planned();
    for second in 0..60 {
        stage.event(second, "Trail", "CREATE_IN_PROGRESS", None);
    }
    assert!(stage.frame().contains("10:47:39 Trail"), "{}", stage.frame());
    stage.press("tab k k");
    stage.event(61, "Trail", "CREATE_COMPLETE", None);
    assert!(!stage.frame().contains("10:47:41 Trail"));
    stage.press("G");
    assert!(stage.frame().contains("10:47:41 Trail"));
}

#[test]
fn it_redraws_once_a_second() {
    let mut stage = Stage::new(80, 24, "Deploying");
    stage.under_way().draw();
    let half = |halves: i64| now() + SignedDuration::from_millis(72_000 + halves * 500);
    let redrawn: Vec<bool> = (1..=4)
        .map(|halves| {
            stage.tell(Msg::Clock(half(halves)));
            let due = stage.model.stale();
            stage.draw();
            due
        })
        .collect();
    assert_eq!(redrawn, [false, true, false, true]);
}
