//! `watch`: the deployed pipeline's log, live.

use std::time::Duration;

use cacl_aws::{Identity, Session, Tail, stack, stack::Stack};
use cacl_event::ClientKey;
use futures_util::Stream;
use jiff::{SignedDuration, Timestamp};

use super::{headless::Headless, observer::Observer, view};
use crate::{
    Exit,
    cli::{
        Global, Watch,
        values::{Color, Output, Since},
    },
    failure::Failure,
    feed::{Feed, live, past::Memory},
    look,
    report::{Form, Out, Style},
    screen::{self, Scene},
    signals::Signals,
};

/// How much of the past the live view begins with. A day holds what one was called about, and gives the diffs their baselines.
const PAST: SignedDuration = SignedDuration::from_hours(24);

/// How long lines wait for the past. A screen need not wait: it can show a change anew.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the changes arrive.
#[derive(Debug)]
pub struct Place {
    /// The log group.
    pub group: String,
    /// The stack it belongs to, if that was asked for.
    pub stack: Option<Stack>,
}

impl Place {
    /// The client that the stack made to try things on, if it did.
    fn sandbox(&self) -> Option<ClientKey> {
        let output = |name| self.stack.as_ref()?.outputs.get(name).map(|value| value.as_str().into());
        Some(ClientKey { user_pool: output("UserPoolId")?, client: output("AppClientId")? })
    }
}

/// Runs it.
pub async fn run(options: Watch, global: &Global) -> anyhow::Result<Exit> {
    let output = output(options.output)?;
    let session = Session::open(&global.access()).await?;
    match output {
        Output::Tui => {
            let (place, identity) = tokio::try_join!(find(&session, &options, global), identity(&session))?;
            let scene = scene(&session, &place, &identity, global);
            let mut signals = Signals::listen()?;
            let mut screen = screen::Session::enter()?;
            in_screen(&mut screen, &session, &place, &scene, &options, global, &mut signals).await
        }
        Output::Text | Output::Jsonl => {
            let place = find(&session, &options, global).await?;
            in_lines(session, &place, &options, output, global.color, &mut Signals::listen()?).await
        }
    }
}

async fn identity(session: &Session) -> anyhow::Result<Identity> {
    Ok(session.identity().await?)
}

/// The form that was asked for, or the one that suits stdout.
pub fn output(asked: Option<Output>) -> Result<Output, Failure> {
    match asked {
        None if look::shown_in_terminal() => Ok(Output::Tui),
        None => Ok(Output::Text),
        Some(Output::Tui) if !look::shown_in_terminal() => Err(Failure::new(
            Exit::Usage,
            "the live view needs a terminal, and stdout is none",
            "use --output text or --output jsonl",
        )),
        Some(output) => Ok(output),
    }
}

/// How a form is written to stdout.
pub fn form(output: Output, color: Color) -> Form {
    let style = Style::from(look::look(color));
    match output {
        Output::Jsonl => Form::Jsonl,
        Output::Tui | Output::Text if look::shown_in_terminal() => Form::Block(style),
        Output::Tui | Output::Text => Form::Line(style),
    }
}

async fn find(session: &Session, options: &Watch, global: &Global) -> anyhow::Result<Place> {
    if let Some(group) = &options.log_group {
        return Ok(Place { group: group.clone(), stack: None });
    }
    let name = global.stack();
    let Some(stack) = stack::describe(session, &name).await? else {
        return Err(not_deployed(session, &name).into());
    };
    let Some(group) = stack.outputs.get("LogGroupName").cloned() else {
        let what = format!("the stack {name} is {} and has no log group to follow", stack.status);
        return Err(Failure::new(Exit::NotFound, what, "stand it up, or mend it: cacl-tui deploy").into());
    };
    Ok(Place { group, stack: Some(stack) })
}

/// Says so, and where was looked.
pub fn not_deployed(session: &Session, stack: &str) -> Failure {
    let what = format!("nothing is deployed: there is no stack {stack} in {}", session.region());
    let help = "to stand it up: cacl-tui deploy\nif it stands elsewhere: --region, --profile, --prefix or --stack-name";
    Failure::new(Exit::NotFound, what, help)
}

/// The header's facts.
pub fn scene(session: &Session, place: &Place, identity: &Identity, global: &Global) -> Scene {
    Scene {
        stack: if place.stack.is_some() { global.stack() } else { place.group.clone() },
        account: identity.account.clone(),
        region: session.region().to_owned(),
        who: identity.name(),
        armed: place.stack.as_ref().and_then(|stack| stack.updated.or(stack.created)),
        hint: None,
    }
}

/// How it is followed.
fn tail(place: &Place, since: Timestamp) -> Tail {
    Tail { group: place.group.clone(), since, poll: Duration::from_secs(1), overlap: Duration::from_mins(2) }
}

/// What happens at a place, from a time on. `lasting` is for readers that cannot be told better later.
pub fn feed(
    session: &Session,
    place: &Place,
    since: Timestamp,
    lookup: bool,
    lasting: bool,
) -> impl Stream<Item = Feed> + Send + use<> {
    let memory = Memory::new(session.clone(), place.sandbox(), lookup);
    live::follow(session.clone(), tail(place, since), memory, if lasting { PATIENCE } else { Duration::ZERO })
}

/// Watches in a terminal that has been taken over already.
pub async fn in_screen(
    screen: &mut screen::Session,
    session: &Session,
    place: &Place,
    scene: &Scene,
    options: &Watch,
    global: &Global,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let since = options.since.unwrap_or(Since::Ago(PAST)).resolve(Timestamp::now());
    let observer = Observer::new(options);
    let feed = feed(session, place, since, !options.past.no_lookup, observer.is_needed());
    let look = look::look(global.color);
    view::show(screen, scene, &look, feed, observer, options.timeout, signals).await
}

/// Watches on stdout.
pub async fn in_lines(
    session: Session,
    place: &Place,
    options: &Watch,
    output: Output,
    color: Color,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let since = options.since.unwrap_or(Since::Ago(SignedDuration::ZERO)).resolve(Timestamp::now());
    let feed = feed(&session, place, since, !options.past.no_lookup, true);
    let headless = Headless {
        out: Out::stdout(),
        form: form(output, color),
        observer: Observer::new(options),
        timeout: options.timeout,
    };
    headless.run(feed, signals).await
}
