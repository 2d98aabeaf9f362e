//! `teardown`: plan, question, deletion, and what is left.

use std::io::Write;

use cacl_aws::{
    Error, Names, Session,
    stack::Done,
    teardown::{TeardownPlan, plan, teardown},
};
use cacl_event::clean;
use jiff::Timestamp;

use super::{
    ask,
    headless::counted,
    progress::{self, Followed},
};
use crate::{
    Exit,
    cli::{Global, Teardown},
    failure::{Failure, exit_of, note},
    look,
    report::Out,
    screen::{self, Heading},
    signals::Signals,
};

/// Runs it.
pub async fn run(options: &Teardown, global: &Global) -> anyhow::Result<Exit> {
    ask::require_answer(options.yes, "teardown", global)?;
    let session = Session::open(&global.access()).await?;
    let identity = session.identity().await?;
    let names = Names {
        prefix: global.prefix.clone(),
        stack: global.stack(),
        account: identity.account,
        region: session.region().to_owned(),
    };
    let Some(plan) = plan(&session, &names).await? else {
        return Err(nothing_there(&names).into());
    };
    let mut out = Out::stdout();
    describe(&mut out, &plan)?;
    if !options.yes
        && !ask::confirm_by_name(&mut out, "Type the stack's name to go on (Enter alone stops):", &names.stack)?
    {
        out.line("Nothing was deleted.")?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let mut signals = Signals::listen()?;
    let back = format!("the deletion goes on; to come back to it: {}", global.next("teardown"));
    let heading = heading(&names, back);
    let progress = teardown(session, plan);
    let followed = if look::interactive() {
        let mut screen = screen::Session::enter(!global.no_mouse)?;
        progress::on_screen(&mut screen, &heading, &look::look(global.color), progress, &mut signals).await?
    } else {
        progress::in_lines(&mut out, progress, &mut signals).await?
    };
    finish(&mut out, followed, global)
}

/// Whoever wanted it gone has what they wanted, but perhaps they meant another one.
fn nothing_there(names: &Names) -> Failure {
    let what = format!(
        "nothing is deployed: there is no stack {} in account {}, {}, and nothing of the prefix {} is left",
        names.stack, names.account, names.region, names.prefix
    );
    let help = "if it was torn down before, all is well: there is nothing to delete\n\
                if it stands elsewhere: --region, --profile, --prefix or --stack-name";
    Failure::new(Exit::NotFound, what, help)
}

/// What a screen says above it.
pub fn heading(names: &Names, detach_hint: String) -> Heading {
    Heading {
        verb: "Tearing down".to_owned(),
        stack: names.stack.clone(),
        account: names.account.clone(),
        region: names.region.clone(),
        expected: None,
        started: Timestamp::now(),
        detach_hint,
    }
}

/// The last line: what was checked, and what is left.
pub fn finish(out: &mut Out<impl Write>, followed: Followed, global: &Global) -> anyhow::Result<Exit> {
    let exit = match followed {
        Followed::Done(Done::Removed { checked, left, unchecked }) => {
            tell_what_is_left(out, &checked.join(", "), &left, &unchecked)?;
            advise(&left, &unchecked, global)
        }
        Followed::Done(Done::Deployed { .. }) => Exit::Done,
        Followed::Left => {
            progress::tell_left("deletion", &global.next("teardown"));
            Exit::Interrupted
        }
    };
    out.flush()?;
    Ok(exit)
}

/// What was found, and what could not be looked for.
fn tell_what_is_left(
    out: &mut Out<impl Write>,
    checked: &str,
    left: &[String],
    unchecked: &[Error],
) -> anyhow::Result<()> {
    match (left, unchecked) {
        ([], []) => out.line(&format!("Gone. Checked: {}: nothing is left.", clean(checked)))?,
        ([], _) if checked.is_empty() => {
            out.line("Whether anything is left is not known: nothing could be looked for.")?;
        }
        ([], _) => out.line(&format!("Nothing is left of what was checked: {}.", clean(checked)))?,
        (left, _) => {
            out.line("Left behind:")?;
            for name in left {
                out.line(&format!("  {}", clean(name)))?;
            }
        }
    }
    if !unchecked.is_empty() {
        out.line("Not checked:")?;
    }
    for error in unchecked {
        let why = error.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        out.line(&format!("  {}", clean(&format!("{error}{why}"))))?;
    }
    Ok(())
}

/// What to do about it, and how it counts. What is there for sure is worse than what may be.
fn advise(left: &[String], unchecked: &[Error], global: &Global) -> Exit {
    let mut told = Vec::new();
    for help in unchecked.iter().filter_map(|error| error.help.as_deref()) {
        if !told.contains(&help) {
            note(help);
            told.push(help);
        }
    }
    if !left.is_empty() {
        note(&format!("to try once more: {}; else delete them by hand", global.next("teardown")));
        return Exit::Left;
    }
    unchecked.first().map_or(Exit::Done, |error| exit_of(&error.clone().into()))
}

/// The plan in words.
fn describe(out: &mut Out<impl Write>, plan: &TeardownPlan) -> anyhow::Result<()> {
    let names = &plan.names;
    out.line(&format!("This deletes {} from account {}, {}, for good:", names.stack, names.account, names.region))?;
    let pool = plan.resources.iter().any(|resource| resource.resource_type == "AWS::Cognito::UserPool");
    let among = if pool { format!(", among them the user pool {}", names.user_pool()) } else { String::new() };
    out.line(&format!("  {} resources{among}", plan.resources.len()))?;
    for (bucket, versions) in &plan.buckets {
        let versions = counted(*versions as u64, "object version", "object versions");
        out.line(&format!("  the bucket {} and {versions} in it", clean(bucket)))?;
    }
    if plan.untouched.is_empty() {
        out.line("  kept: nothing")?;
    } else {
        out.line(&format!("  kept: nothing; not ours, untouched: trail {}", clean(&plan.untouched.join(", trail "))))?;
    }
    out.flush()
}
