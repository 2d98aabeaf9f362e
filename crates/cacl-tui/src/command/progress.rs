//! A deployment or a teardown as it goes on: on a screen, or as plain lines.

use std::io::Write;

use cacl_aws::{Error, Progress, StackEvent, stack::Done};
use cacl_event::clean;
use futures_util::{Stream, StreamExt};
use jiff::Timestamp;

use crate::{
    failure::note,
    report::Out,
    screen::{self, Heading, Look, Outside, Progressed},
    signals::Signals,
};

/// How following ended, trouble aside.
#[derive(Debug)]
pub enum Followed {
    /// It came to its end.
    Done(Done),
    /// Nobody follows any more; AWS carries on.
    Left,
}

/// On a screen.
pub async fn on_screen(
    screen: &mut screen::Session,
    heading: &Heading,
    look: &Look,
    progress: impl Stream<Item = Result<Progress, Error>>,
    signals: &mut Signals,
) -> anyhow::Result<Followed> {
    let stop = async {
        signals.next().await;
    };
    let outside = Outside { input: &mut screen.input, stop, now: Timestamp::now, carry_out: |task| match task {} };
    let ended = screen::progress(&mut screen.terminal, heading, look, progress, outside).await?;
    match ended {
        Progressed::Done(done) => Ok(Followed::Done(done)),
        Progressed::Detached | Progressed::Interrupted => Ok(Followed::Left),
        Progressed::Failed(error) => Err(error.into()),
    }
}

/// As lines, one a step or event.
pub async fn in_lines<W: Write>(
    out: &mut Out<W>,
    progress: impl Stream<Item = Result<Progress, Error>>,
    signals: &mut Signals,
) -> anyhow::Result<Followed> {
    let mut progress = std::pin::pin!(progress);
    loop {
        let item = tokio::select! {
            biased;
            _ = signals.next() => return Ok(Followed::Left),
            item = progress.next() => item,
        };
        let line = match item {
            Some(Ok(Progress::Step(step))) => clean(&step).into_owned(),
            Some(Ok(Progress::Resources(resources))) => format!("{} resources", resources.len()),
            Some(Ok(Progress::Event(event))) => line(&event),
            Some(Ok(Progress::Done(done))) => return Ok(Followed::Done(done)),
            Some(Err(error)) => return Err(error.into()),
            None => return Ok(Followed::Left),
        };
        out.line(&line)?;
        out.flush()?;
    }
}

fn line(event: &StackEvent) -> String {
    let reason = event.reason.as_deref().map(|reason| format!("  {}", clean(reason))).unwrap_or_default();
    format!(
        "{}  {:<20}  {}  {}{reason}",
        event.time.strftime("%H:%M:%SZ"),
        clean(&event.status),
        clean(&event.logical_id),
        clean(&event.resource_type),
    )
}

/// What leaving means.
pub fn tell_left(verb: &str, command: &str) {
    note(&format!("the {verb} goes on in AWS; to come back to it: {command}"));
}
