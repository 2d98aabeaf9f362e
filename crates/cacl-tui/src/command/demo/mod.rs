//! `demo`: the whole product on this machine, with no AWS account: deploy, changes to look at, teardown.
//!
//! It talks to the embedded local AWS alone, with keys of its own; the user's configuration, environment and credentials
//! are neither read for it nor changed.

mod story;

use std::{collections::BTreeMap, io::Write, time::Duration};

use anyhow::Context;
use cacl_aws::{Access, Artifact, DeployRequest, Identity, Names, Session, Since, stack, stack::Done, teardown};
use futures_util::StreamExt;

use super::{
    deploy,
    headless::{Headless, Sought},
    journaled::{self, Wish},
    local,
    observer::Observer,
    plan,
    progress::{self, Followed},
    teardown as ending, view, watch,
    watch::Place,
};
use crate::{
    Exit,
    cli::{self, Global, SourceOptions, ViewOptions},
    feed::live,
    look,
    report::{Form, Lines, Out, Style},
    restore::Reach,
    screen::{self, Look, Scene},
    signals::Signals,
};

/// How long the story may take where nobody watches: many times what it needs.
const PATIENCE: Duration = Duration::from_mins(5);

/// What it means to leave before the end.
const LEAVING: &str = "the demo ends, and its AWS with it";

/// Nothing in this AWS is older than the demo.
const EVER: Since = Since::At(jiff::Timestamp::UNIX_EPOCH);

/// What there is once it is up.
struct Stage {
    endpoint_url: String,
    session: Session,
    identity: Identity,
    names: Names,
    source: SourceOptions,
    view: ViewOptions,
}

/// Runs it; `stage` before `local` in the drop order, so that nobody talks to a server that is gone.
pub async fn run(options: &cli::Demo, global: &Global) -> anyhow::Result<Exit> {
    let mut signals = Signals::listen()?;
    let local = local::start(0, options.pace, cacl_local::Faults::default())?;
    let stage = Stage::set(local.endpoint_url(), options, global).await?;
    if look::interactive() {
        on_screen(&stage, global, &mut signals).await
    } else {
        in_lines(&stage, global, &mut signals).await
    }
}

impl Stage {
    async fn set(endpoint_url: String, options: &cli::Demo, global: &Global) -> anyhow::Result<Self> {
        let session = session(&endpoint_url, story::DEPLOYER).await?;
        let identity = session.identity().await?;
        let names = Names {
            prefix: global.prefix.clone(),
            stack: global.stack(),
            account: identity.account.clone(),
            region: session.region().to_owned(),
        };
        Ok(Self { endpoint_url, session, identity, names, source: options.source, view: options.view })
    }

    fn request(&self) -> DeployRequest {
        let parameters = [("Prefix", self.names.prefix.as_str()), ("Sandbox", "true"), ("TrailMode", "create")];
        DeployRequest {
            names: self.names.clone(),
            template: plan::TEMPLATE.to_owned(),
            parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            artifact: Artifact::stand_in(),
        }
    }

    /// What is over when the demo is needs no journal.
    fn wish(&self, patience: Duration) -> Wish {
        Wish { reader: None, start: None, source: self.source, journal: false, patience, handed: false }
    }

    /// How to make a change of one's own, for the empty list.
    fn hint(&self, outputs: &BTreeMap<String, String>) -> String {
        let mut lines =
            vec!["While the story is told, and after it, make changes of your own in another terminal:".to_owned()];
        lines.extend(local::exports(&self.endpoint_url));
        lines.push(story::try_it(outputs));
        lines.join("\n")
    }
}

/// A deletion that nobody waits for ends with the AWS it is in.
fn finish(out: &mut Out<impl Write>, followed: Followed, global: &Global) -> anyhow::Result<Exit> {
    match followed {
        Followed::Left => Ok(Exit::Interrupted),
        followed @ Followed::Done(_) => ending::finish(out, followed, global),
    }
}

/// A session with the local AWS, as one of its people.
async fn session(endpoint_url: &str, key: &str) -> anyhow::Result<Session> {
    let access = Access {
        profile: None,
        region: Some(local::REGION.to_owned()),
        endpoint_url: Some(endpoint_url.to_owned()),
        keys: Some((key.to_owned(), "local".to_owned())),
    };
    Ok(Session::open(&access).await?)
}

/// Deploy, watch and teardown in one stay on the screen.
async fn on_screen(stage: &Stage, global: &Global, signals: &mut Signals) -> anyhow::Result<Exit> {
    let look = look::look(global.color);
    let mut screen = screen::Session::enter(!global.no_mouse)?;
    let heading = deploy::heading(&stage.names, LEAVING.to_owned());
    let deployment = stack::deploy(stage.session.clone(), stage.request());
    let Followed::Done(Done::Deployed { outputs, .. }) =
        progress::on_screen(&mut screen, &heading, &look, deployment, signals).await?
    else {
        return Ok(Exit::Interrupted);
    };
    let exit = watch_story(&mut screen, stage, &outputs, &look, signals).await?;
    let Some(plan) = teardown::plan(&stage.session, &stage.names).await? else {
        return Ok(exit);
    };
    let deletion = teardown::teardown(stage.session.clone(), plan);
    let heading = ending::heading(&stage.names, LEAVING.to_owned());
    let followed = progress::on_screen(&mut screen, &heading, &look, deletion, signals).await?;
    drop(screen);
    let ended = finish(&mut Out::stdout(), followed, global)?;
    Ok(if ended == Exit::Done { exit } else { ended })
}

async fn watch_story(
    screen: &mut screen::Session,
    stage: &Stage,
    outputs: &BTreeMap<String, String>,
    look: &Look,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let place = deploy::place(&stage.session, outputs, &stage.names.stack).await?;
    let hint = Some(stage.hint(outputs));
    let reach = Reach { profile: None, endpoint_url: Some(stage.endpoint_url.clone()) };
    let wishes = stage.view.wishes(reach);
    let scene = watch::scene(&stage.session, &stage.names.stack, Some(&stage.identity), wishes);
    let scene = Scene { armed: place.armed(), hint, ..scene };
    let cast = story::prepare(&stage.endpoint_url, outputs).await?;
    let feed = journaled::plain(&stage.session, &place, EVER, stage.wish(Duration::ZERO)).map(Ok);
    let story = story::tell(cast, story::Tempo::ForPeople);
    let telling = tokio::spawn(async move {
        if let Err(error) = story.await {
            tracing::error!("the story broke off: {error:#}");
        }
    });
    let shown = view::show(screen, &scene, look, feed, view::Beside::default(), signals).await;
    telling.abort();
    shown
}

/// The whole story as text.
async fn in_lines(stage: &Stage, global: &Global, signals: &mut Signals) -> anyhow::Result<Exit> {
    let mut out = Out::stdout();
    let names = &stage.names;
    out.line(&format!("A local AWS runs at {}; nothing leaves this machine.", stage.endpoint_url))?;
    out.line("")?;
    out.line(&format!("Deploying {}", names.stack))?;
    let deployment = stack::deploy(stage.session.clone(), stage.request());
    let Followed::Done(Done::Deployed { outputs, .. }) = progress::in_lines(&mut out, deployment, signals).await?
    else {
        return Ok(Exit::Interrupted);
    };
    out.line("")?;
    out.line("Watching, while people and programs change app clients")?;
    out.line("")?;
    out.flush()?;
    let exit = listen(stage, &outputs, global, signals).await?;
    if exit == Exit::Interrupted {
        return Ok(exit);
    }
    out.line(&format!("Tearing down {}", names.stack))?;
    let plan = teardown::plan(&stage.session, names).await?.context("the stack is gone before its time")?;
    let deletion = teardown::teardown(stage.session.clone(), plan);
    let followed = progress::in_lines(&mut out, deletion, signals).await?;
    let ended = finish(&mut out, followed, global)?;
    Ok(if ended == Exit::Done { exit } else { ended })
}

/// Shows every change of the story, and fails if one stays away.
async fn listen(
    stage: &Stage,
    outputs: &BTreeMap<String, String>,
    global: &Global,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let place: Place = deploy::place(&stage.session, outputs, &stage.names.stack).await?;
    let cast = story::prepare(&stage.endpoint_url, outputs).await?;
    let style = Style::from(look::look(global.color));
    let headless = Headless {
        out: Lines::stdout(),
        form: Form::Block(style),
        observer: Observer { count: Some(story::CHANGES), ..Observer::default() },
        timeout: Some(PATIENCE),
        keeper: None,
        sought: Sought::default(),
    };
    let feed = journaled::plain(&stage.session, &place, EVER, stage.wish(live::PATIENCE));
    let story = Box::pin(story::tell(cast, story::Tempo::ForPipes));
    let mut shown = Box::pin(headless.run(feed, signals));
    tokio::select! {
        told = story => told?,
        shown = &mut shown => return shown,
    }
    shown.await
}
