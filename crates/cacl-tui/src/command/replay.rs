//! `replay`: recorded events, shown as live ones would be.

use std::path::{Path, PathBuf};

use cacl_event::Severity;
use futures_util::StreamExt;
use jiff::Timestamp;

use super::{
    headless::{Headless, Sought, counted},
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
    let filter = options.filter.filter;
    let observer =
        Observer { fail_on: options.fail_on.map(Severity::from), filter: filter.clone(), ..Observer::default() };
    let source = Source { recording: Recording::of(&options.files)?, all: options.all, silent: output == Output::Tui };
    let recorded = source.recording.recorded();
    let scene = Scene { filter, ..scene(&options.files) };
    let exit = match file {
        Some(file) => in_file(source, file, &scene, observer)?,
        None => show(source, output, options.speed, &scene, observer, global).await?,
    };
    // Whoever leaves a screen early may not have seen all of it; the files have been read to their end otherwise.
    if exit != Exit::Interrupted && recorded.is_empty() {
        return Err(no_event("to replay", &options.files).into());
    }
    Ok(exit)
}

/// Files in which nothing happened are rather the wrong files, and a check of them must not come out well.
pub fn no_event(aim: &str, files: &[PathBuf]) -> Failure {
    let names: Vec<_> = files.iter().map(|file| replay::name(file)).collect();
    let help = "it reads CloudTrail files, records, EventBridge events, lines of our log, of `--output jsonl` and of our exports, and what \
                `aws cloudtrail lookup-events` and `aws logs filter-log-events` print";
    Failure::new(Exit::NotFound, format!("nothing {aim}: there is no event in {}", names.join(", ")), help)
}

/// At once or in time, on a screen or in lines.
async fn show(
    source: Source,
    output: Output,
    speed: Option<f64>,
    scene: &Scene,
    observer: Observer,
    global: &Global,
) -> anyhow::Result<Exit> {
    match (output, speed) {
        (Output::Tui, speed) => {
            let mut signals = Signals::listen()?;
            let feed = if speed.is_some() || observer.is_needed() {
                // Time and judgement go by the order.
                replay::play(source.ordered()?, speed).map(Ok).left_stream()
            } else {
                replay::stream(source.wanted()).right_stream()
            };
            let mut screen = screen::Session::enter(!global.no_mouse)?;
            let beside = view::Beside { observer, ..view::Beside::default() };
            view::show(&mut screen, scene, &look::look(global.color), feed, beside, &mut signals).await
        }
        (_, None) => at_once(source, output, observer, global),
        (_, speed) => {
            let form = watch::form(output, global.color);
            let headless = Headless {
                out: Lines::stdout(),
                form,
                observer,
                timeout: None,
                keeper: None,
                sought: Sought::default(),
            };
            headless.run(replay::play(source.ordered()?, speed), &mut Signals::listen()?).await
        }
    }
}

/// A recording, of which some is wanted.
struct Source {
    recording: Recording,
    /// All calls, not only those that change a client.
    all: bool,
    /// Whether nothing is said beside: a screen says it itself.
    silent: bool,
}

impl Source {
    /// The wanted items, in pieces.
    fn wanted(self) -> impl Iterator<Item = anyhow::Result<Vec<Feed>>> + Send + 'static {
        self.recording.map(move |piece| {
            let mut items = piece?;
            items.retain(|item| is_wanted(item, self.all));
            Ok(items)
        })
    }

    /// Reads all, takes the wanted items, and says what there is beside calls.
    fn each(self, mut take: impl FnMut(Feed)) -> anyhow::Result<()> {
        let (mut lines, mut others) = (0, 0);
        for piece in self.recording {
            for item in piece? {
                match &item {
                    Feed::Note(words) if !self.silent => note(words),
                    Feed::Foreign { .. } => lines += 1,
                    _ => {}
                }
                if is_wanted(&item, self.all) {
                    take(item);
                } else {
                    others += 1;
                }
            }
        }
        if self.silent {
            return Ok(());
        }
        if lines > 0 {
            note(&format!("{}, not shown", counted(lines, "line that is no event", "lines that are no events")));
        }
        if others > 0 {
            note(&format!(
                "{} no app client, not shown; --all shows all",
                counted(others, "call changes", "calls change")
            ));
        }
        Ok(())
    }

    /// The wanted items, by (time, id); calls alone, if the others have been told of.
    fn ordered(self) -> anyhow::Result<Vec<Feed>> {
        let (silent, mut items) = (self.silent, Vec::new());
        self.each(|item| items.extend((silent || matches!(item, Feed::Change(_))).then_some(item)))?;
        replay::sort(&mut items);
        Ok(items)
    }

    /// Takes the wanted calls in.
    fn remember(self, observer: &mut Observer) -> anyhow::Result<()> {
        self.each(|item| {
            if let Feed::Change(change) = item {
                observer.history.insert(*change);
            }
        })
    }
}

fn is_wanted(item: &Feed, all: bool) -> bool {
    !matches!(item, Feed::Change(change) if !all && !change.concerns_client())
}

/// All is known before the first line is written, so that every diff has its final baseline.
fn at_once(source: Source, output: Output, mut observer: Observer, global: &Global) -> anyhow::Result<Exit> {
    source.remember(&mut observer)?;
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
fn in_file(source: Source, file: File, scene: &Scene, mut observer: Observer) -> anyhow::Result<Exit> {
    source.remember(&mut observer)?;
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

fn scene(files: &[PathBuf]) -> Scene {
    // Of a long path the beginning says least, and the end would be cut off.
    let name = |file: &Path| replay::name(file.file_name().map_or(file, Path::new));
    let stack = match files {
        [file] => name(file),
        [file, rest @ ..] => format!("{} and {} more", name(file), rest.len()),
        [] => String::new(),
    };
    Scene {
        stack,
        recorded: true,
        account: String::new(),
        region: String::new(),
        who: String::new(),
        armed: None,
        hint: Some("With --all, calls that change no app client are shown, too.".to_owned()),
        wishes: screen::Wishes::default(),
        filter: None,
    }
}
