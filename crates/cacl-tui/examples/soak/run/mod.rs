//! Calls at the front, changes at the end, and whether they are the same.
//!
//! Real Cognito calls over HTTP; CloudTrail, rule, function and log of the local AWS; the real subscriber; `cacl-tui watch`
//! as a child, writing JSON lines. What should have come out is read where CloudTrail wrote it down: in the files of the
//! trail's bucket. Nothing here looks at the clock to judge.

mod calls;
mod told;
mod wire;

use std::{
    collections::BTreeSet,
    error::Error,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use cacl_local::{Faults, Local, Pace};
use tokio::time::{Instant, sleep};

use calls::Caller;
use told::Told;
use wire::Wire;

pub type Failure = Box<dyn Error + Send + Sync>;

const REGION: &str = "us-east-1";

/// What the local AWS runs as the function.
#[derive(Debug, Clone)]
pub enum Subscriber {
    /// The program's own.
    Own,
    /// This one, deployed as one deploys it to AWS.
    File(PathBuf),
}

/// When it is enough.
#[derive(Debug, Clone, Copy)]
pub enum Length {
    /// After this time.
    Time(Duration),
    /// After so many calls.
    Calls(usize),
}

/// How to load it.
#[derive(Debug, Clone)]
pub struct Options {
    /// `cacl-tui`.
    pub program: OsString,
    /// The function.
    pub subscriber: Subscriber,
    /// Calls a second; as many as the machine allows without it.
    pub rate: Option<u32>,
    /// For how long.
    pub length: Length,
    /// How many app clients are changed.
    pub clients: usize,
    /// How many calls are under way at one time, at most.
    pub workers: usize,
    /// Seed of the calls and of the faults.
    pub seed: u64,
    /// Of the local AWS.
    pub pace: Pace,
    /// What goes wrong.
    pub faults: Faults,
    /// How long to wait for a change when none has come for that long.
    pub patience: Duration,
}

/// Everything that can go wrong on the way, often.
pub fn faults() -> Faults {
    Faults { throttle: 0.1, late: 0.05, duplicate: 0.1, out_of_order: true, ..Faults::default() }
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Since the first call.
    pub elapsed: Duration,
    /// Calls that were answered.
    pub calls: usize,
    /// Changes that were told.
    pub told: usize,
}

/// What became of the calls.
#[derive(Debug)]
pub struct Verdict {
    /// Calls that change a client, as they were answered.
    pub calls: usize,
    /// Events of them in the trail's files.
    pub recorded: usize,
    /// Changes told.
    pub told: usize,
    /// Recorded and not told.
    pub lost: BTreeSet<String>,
    /// Told more than once.
    pub twice: BTreeSet<String>,
    /// Told and not recorded.
    pub unknown: BTreeSet<String>,
    /// From the first call to the last.
    pub calling: Duration,
    /// From the last call to the last change.
    pub after: Duration,
    /// Milliseconds from a line's ingestion to its being told: of 50, 95 and 100 % of all.
    pub latency: [u64; 3],
}

impl Verdict {
    /// Whether each recorded event was told once, and nothing else, and CloudTrail recorded what was called.
    pub fn is_good(&self) -> bool {
        self.calls == self.recorded && self.lost.is_empty() && self.twice.is_empty() && self.unknown.is_empty()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, recorded, told, lost, twice, unknown, calling, after, latency: [p50, p95, worst] } = self;
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let rate = *calls as f64 / calling.as_secs_f64();
        writeln!(f, "{calls} calls in {:.1} s: {rate:.0} a second", calling.as_secs_f64())?;
        writeln!(
            f,
            "{recorded} events in the trail, {told} changes told, the last {:.1} s later",
            after.as_secs_f64()
        )?;
        writeln!(f, "ingested to told: p50 {p50} ms, p95 {p95} ms, at worst {worst} ms")?;
        for (what, ids) in [("lost", lost), ("told twice", twice), ("never recorded", unknown)] {
            let some: Vec<&str> = ids.iter().take(3).map(String::as_str).collect();
            writeln!(f, "{what}: {} {}", ids.len(), some.join(" "))?;
        }
        f.write_str(if self.is_good() { "good: none lost, none twice" } else { "BAD" })
    }
}

/// Loads it, waits until everything is told, and compares.
pub async fn run(options: &Options, mut show: impl FnMut(Progress)) -> Result<Verdict, Failure> {
    let local = Local::start(cacl_local::Options {
        port: 0,
        pace: options.pace,
        faults: Faults::default(),
        subscriber: vec![options.program.clone(), "subscriber".into()],
        region: REGION.to_owned(),
        seed: options.seed,
    })?;
    let home = tempfile::tempdir()?;
    let program = Program { options, home: home.path(), endpoint_url: local.endpoint_url() };
    program.deploy()?;
    let wire = Wire::new(&local.endpoint_url(), REGION);
    let caller = Caller::new(wire.clone(), options).await?;
    // Only now, for a deployment has its own ways with what fails.
    local.set_faults(options.faults.clone());
    let mut watch = program.watch()?;
    let told = Told::read(watch.0.stdout.take().ok_or("no pipe")?);
    told.wait_for_start(&mut watch.0).await?;

    let started = Instant::now();
    let progress = || Progress { elapsed: started.elapsed(), calls: caller.calls(), told: told.len() };
    {
        let mut calling = std::pin::pin!(caller.call(options));
        loop {
            tokio::select! {
                ended = &mut calling => break ended?,
                () = sleep(Duration::from_secs(5)) => show(progress()),
            }
        }
    }
    let ended = Instant::now();
    let recorded = wire.recorded(caller.calls()).await?;
    let mut last = (told.len(), Instant::now());
    while !told.has_all(&recorded) && last.1.elapsed() < options.patience {
        sleep(Duration::from_millis(200)).await;
        if told.len() != last.0 {
            last = (told.len(), Instant::now());
        }
        if last.1.elapsed() > Duration::from_secs(5) {
            show(progress());
        }
    }
    // What comes twice may come later: a few more polls.
    sleep(Duration::from_secs(5)).await;
    show(progress());
    drop(watch);
    Ok(told.verdict(&recorded, caller.calls(), ended - started, last.1 - ended))
}

/// The program in an environment of its own.
struct Program<'a> {
    options: &'a Options,
    home: &'a Path,
    endpoint_url: String,
}

impl Program<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.options.program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home)
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_ENDPOINT_URL", &self.endpoint_url)
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", "AKIALOCALALICE")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .current_dir(self.home);
        command
    }

    fn deploy(&self) -> Result<(), Failure> {
        let mut deploy = self.command(&["deploy", "--yes", "--no-watch"]);
        if let Subscriber::File(file) = &self.options.subscriber {
            deploy.arg("--subscriber").arg(file);
        }
        let deployed = deploy.output()?;
        if deployed.status.success() {
            return Ok(());
        }
        Err(format!("the deployment failed: {}", String::from_utf8_lossy(&deployed.stderr)).into())
    }

    fn watch(&self) -> Result<Watch, Failure> {
        let mut watch = self.command(&["watch", "--output", "jsonl", "--since", "1h"]);
        Ok(Watch(watch.stdout(Stdio::piped()).spawn()?))
    }
}

/// A child that ends with us.
struct Watch(Child);

impl Drop for Watch {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}
