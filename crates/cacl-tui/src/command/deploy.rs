//! `deploy`: plan, question, the stack going up, and on to watching.

use std::{collections::BTreeMap, io::Write, time::Duration};

use cacl_aws::{Error, Names, Reason, Session, stack, stack::Done};
use cacl_event::clean;
use jiff::Timestamp;

use super::{
    ask, plan,
    plan::Plan,
    progress::{self, Followed},
    watch::{self, Place},
};
use crate::{
    Exit,
    cli::{Deploy, Global, Watch, values::Output},
    look,
    report::Out,
    screen::{self, Heading, Scene},
    signals::Signals,
};

/// Runs it.
pub async fn run(options: Deploy, global: &Global) -> anyhow::Result<Exit> {
    ask::require_answer(options.yes, "deploy", global)?;
    let session = Session::open(&global.access()).await?;
    let plan = plan::make(&session, &options, global).await?;
    let mut out = Out::stdout();
    plan.describe(&mut out)?;
    if !options.yes && !ask::confirm(&mut out, plan.question())? {
        out.line("Nothing was changed.")?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let mut signals = Signals::listen()?;
    let ended = if look::interactive() {
        on_screen(&session, plan, &options, global, &mut signals).await
    } else {
        in_lines(session, plan, &options, global, &mut signals, &mut out).await
    };
    ended.map_err(|error| with_ways_on(error, global))
}

async fn on_screen(
    session: &Session,
    plan: Plan,
    options: &Deploy,
    global: &Global,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let Plan { identity, request, .. } = plan;
    let back = global.next("deploy");
    let heading = heading(&request.names, format!("the deployment goes on; to come back to it: {back}"));
    let mut screen = screen::Session::enter(!global.no_mouse)?;
    let progress = stack::deploy(session.clone(), request);
    let look = look::look(global.color);
    let outputs = match progress::on_screen(&mut screen, &heading, &look, progress, signals).await? {
        Followed::Done(done) => outputs(done),
        Followed::Left => {
            drop(screen);
            progress::tell_left("deployment", &back);
            return Ok(Exit::Interrupted);
        }
    };
    if options.no_watch {
        drop(screen);
        return summary(&mut Out::stdout(), &outputs, global);
    }
    let wishes = options.view.wishes(global.reach());
    let scene = watch::scene(session, &heading.stack, Some(&identity), wishes);
    let scene = Scene { filter: options.filter.filter.clone(), ..scene };
    watch::in_screen(screen, session, &scene, &watching(options), global, signals).await
}

async fn in_lines(
    session: Session,
    plan: Plan,
    options: &Deploy,
    global: &Global,
    signals: &mut Signals,
    out: &mut Out<impl Write>,
) -> anyhow::Result<Exit> {
    let name = plan.request.names.stack.clone();
    let progress = stack::deploy(session.clone(), plan.request);
    let Followed::Done(done) = progress::in_lines(out, progress, signals).await? else {
        progress::tell_left("deployment", &global.next("deploy"));
        return Ok(Exit::Interrupted);
    };
    if matches!(done, Done::Deployed { changed: false, .. }) {
        out.line("Nothing to update: the stack is as it should be.")?;
    }
    let outputs = outputs(done);
    summary(out, &outputs, global)?;
    if options.no_watch {
        return Ok(Exit::Done);
    }
    let place = place(&session, &outputs, &name).await?;
    watch::in_lines(session, &place, &watching(options), Output::Text, global, signals).await
}

/// A stack that failed can be deployed again, or removed; which one it is, the commands have to say.
fn with_ways_on(error: anyhow::Error, global: &Global) -> anyhow::Error {
    match error.downcast::<Error>() {
        Ok(failed) if failed.reason == Reason::StackFailed => {
            let (again, away) = (global.next("deploy"), global.next("teardown"));
            let ways = format!("to deploy again: {again}\nto remove what is left: {away}");
            let help = failed.help.iter().map(String::as_str).chain([ways.as_str()]).collect::<Vec<_>>().join("\n");
            Error { help: Some(help), ..failed }.into()
        }
        Ok(other) => other.into(),
        Err(error) => error,
    }
}

/// What a screen says above it.
pub fn heading(names: &Names, detach_hint: String) -> Heading {
    Heading {
        verb: "Deploying".to_owned(),
        stack: names.stack.clone(),
        account: names.account.clone(),
        region: names.region.clone(),
        // A new stack with trail and function takes about this long on AWS.
        expected: Some(Duration::from_mins(2)),
        started: Timestamp::now(),
        detach_hint,
    }
}

/// How it goes on.
fn watching(options: &Deploy) -> Watch {
    let (filter, no_journal) = (options.filter.clone(), options.no_journal);
    Watch { filter, source: options.source, view: options.view, no_journal, ..Watch::default() }
}

fn outputs(done: Done) -> BTreeMap<String, String> {
    match done {
        Done::Deployed { outputs, .. } => outputs,
        Done::Removed { .. } => BTreeMap::new(),
    }
}

/// Where the changes will arrive, from the stack's outputs.
pub async fn place(session: &Session, outputs: &BTreeMap<String, String>, name: &str) -> anyhow::Result<Place> {
    let stack = stack::describe(session, name).await?;
    let group = outputs.get("LogGroupName").cloned();
    let group = group.ok_or_else(|| anyhow::anyhow!("the stack {name} does not say where its log is"))?;
    Ok(Place { group, stack })
}

fn summary(out: &mut Out<impl Write>, outputs: &BTreeMap<String, String>, global: &Global) -> anyhow::Result<Exit> {
    out.line("Deployed.")?;
    for (key, value) in outputs {
        out.line(&format!("  {:<20} {}", clean(key), clean(value)))?;
    }
    out.line(&format!("Next: {}", global.next("watch")))?;
    out.flush()?;
    Ok(Exit::Done)
}
