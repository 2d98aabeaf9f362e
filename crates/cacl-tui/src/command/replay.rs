//! `replay`: recorded events, shown as live ones would be.

use std::path::PathBuf;

use cacl_event::{Change, Decoded, Severity};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::{
    headless::{Headless, counted},
    observer::Observer,
    view, watch,
};
use crate::{
    Exit,
    cli::{
        Global, Replay,
        values::{Output, Recorded},
    },
    failure::{Failure, note},
    feed::{
        Feed,
        replay::{self, Recording},
    },
    look,
    report::{File, Lines, Out, Overview, Told, write},
    screen::{self, Scene},
    signals::Signals,
};

/// Runs it.
pub async fn run(options: Replay, global: &Global) -> anyhow::Result<Exit> {
    let (output, file) = match options.output.map(Recorded::form).transpose() {
        Ok(output) => (watch::output(output)?, None),
        Err(file) => (Output::Text, Some(file)),
    };
    if file.is_some() && options.speed.is_some() {
        return Err(Failure::new(Exit::Usage, "a file is written at once", "leave out --speed").into());
    }
    let recording = replay::read(&options.files)?;
    tell_what_is_missing(&recording);
    let (changes, others) = split(recording.changes, options.all);
    let filter = options.filter.filter;
    if others > 0 && output != Output::Tui {
        note(&format!("{} no app client, not shown; --all shows all", counted(others, "call changes", "calls change")));
    }
    let observer =
        Observer { fail_on: options.fail_on.map(Severity::from), filter: filter.clone(), ..Observer::default() };
    if let Some(file) = file {
        return in_file(changes, file, &scene(&options.files), observer);
    }
    match (output, options.speed) {
        (Output::Tui, speed) => {
            let mut signals = Signals::listen()?;
            let mut screen = screen::Session::enter(!global.no_mouse)?;
            let lines = recording.foreign.into_iter().map(|line| Feed::from(Decoded::Foreign(line)));
            let feed = stream::iter(lines).chain(replay::play(changes, speed)).map(Ok);
            let scene = Scene { filter, ..scene(&options.files) };
            let look = look::look(global.color);
            view::show(&mut screen, &scene, &look, feed, observer, None, &mut signals).await
        }
        (_, None) => at_once(changes, output, observer, global),
        (_, speed) => {
            let form = watch::form(output, global.color);
            let headless = Headless { out: Lines::stdout(), form, observer, timeout: None, keeper: None };
            headless.run(replay::play(changes, speed), &mut Signals::listen()?).await
        }
    }
}

/// All is known before the first line is written, so that every diff has its final baseline.
fn at_once(changes: Vec<Change>, output: Output, mut observer: Observer, global: &Global) -> anyhow::Result<Exit> {
    for change in changes {
        observer.history.insert(change);
    }
    let form = watch::form(output, global.color);
    let (mut out, mut failed) = (Out::stdout(), false);
    for change in observer.history.iter() {
        if let Some(told) = Told::of(&observer.history, &change.id).filter(|told| observer.wants(told)) {
            write(&mut out, &form, &told)?;
            failed |= observer.is_too_bad(&told);
        }
    }
    out.flush()?;
    Ok(if failed { Exit::FailOn } else { Exit::Done })
}

/// The same as a file of its own kind, on stdout.
fn in_file(changes: Vec<Change>, file: File, scene: &Scene, mut observer: Observer) -> anyhow::Result<Exit> {
    for change in changes {
        observer.history.insert(change);
    }
    let history = &observer.history;
    let wanted =
        || history.iter().filter_map(|change| Told::of(history, &change.id)).filter(|told| observer.wants(told));
    let (mut severities, mut span, mut failed) = ([0; 5], None, false);
    for told in wanted() {
        severities[told.judgement.severity as usize] += 1;
        span = Some((span.map_or(told.change.time, |(first, _)| first), told.change.time));
        failed |= observer.is_too_bad(&told);
    }
    let Scene { stack, account, region, .. } = scene;
    let mut out = Out::stdout();
    out.text(&file.head(&Overview { of: stack, account, region, made: Timestamp::now(), span, severities }))?;
    for told in wanted() {
        out.text(&file.entry(&told))?;
    }
    out.flush()?;
    Ok(if failed { Exit::FailOn } else { Exit::Done })
}

fn split(changes: Vec<Change>, all: bool) -> (Vec<Change>, u64) {
    let (wanted, others): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| all || change.concerns_client());
    (wanted, others.len() as u64)
}

fn tell_what_is_missing(recording: &Recording) {
    for file in &recording.empty {
        note(&format!("there is no event in {}", replay::name(file)));
    }
    if !recording.foreign.is_empty() {
        let count = recording.foreign.len() as u64;
        note(&format!("{}, not shown", counted(count, "line that is no event", "lines that are no events")));
    }
}

fn scene(files: &[PathBuf]) -> Scene {
    let stack = match files {
        [file] => replay::name(file),
        [file, rest @ ..] => format!("{} and {} more", replay::name(file), rest.len()),
        [] => String::new(),
    };
    Scene {
        stack,
        account: String::new(),
        region: String::new(),
        who: String::new(),
        armed: None,
        hint: Some("With --all, calls that change no app client are shown, too.".to_owned()),
        wishes: screen::Wishes::default(),
        filter: None,
    }
}
