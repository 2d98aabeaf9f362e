//! On the local AWS: what it costs to wait, and how soon a change is there.

use std::{fs, thread::sleep, time::Duration};

use cacl_local::{Faults, Local, Options, Pace};

use crate::{
    Desk, Failure, PROGRAM, memory,
    screen::Screen,
    soak,
    table::{
        Table,
        Unit::{MiB, Milliseconds, PercentOfACore},
    },
    tools::took,
};

const WAITING: Duration = Duration::from_secs(40);
const GROUP: &str = "/aws/lambda/cacl-app-client-api-call-subscriber";

pub fn measure(desk: &Desk, table: &mut Table) -> Result<(), Failure> {
    idle(desk, table)?;
    latency(table)
}

fn idle(desk: &Desk, table: &mut Table) -> Result<(), Failure> {
    let local = Local::start(Options {
        port: 0,
        pace: Pace::Instant,
        faults: Faults::default(),
        subscriber: vec![PROGRAM.into(), "subscriber".into()],
        region: "us-east-1".to_owned(),
        seed: 1,
    })?;
    let endpoint = local.endpoint_url();
    let aws = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIALOCALALICE"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ];
    took(desk.command(PROGRAM).args(["deploy", "--yes", "--no-watch"]).envs(aws).stdout(std::process::Stdio::null()))?;
    let screen = Screen::start(desk, PROGRAM, &["watch"], &aws)?;
    let awslogs = desk.tool("awslogs").map(|path| path.display().to_string());
    let awslogs = awslogs.and_then(|path| {
        let arguments =
            ["get", GROUP, "--watch", "--watch-interval", "1", "--aws-endpoint-url", &endpoint, "--start", "1h"];
        Screen::start(desk, &path, &arguments, &aws).ok()
    });
    let top =
        desk.tool("top").and_then(|path| Screen::start(desk, &path.display().to_string(), &["-d", "1"], &[]).ok());
    // Whatever is done once at the start has been done by then.
    sleep(Duration::from_secs(8));
    let pids =
        [Some(&screen), awslogs.as_ref(), top.as_ref()].map(|screen| screen.and_then(|screen| screen.pid().ok()));
    let before = pids.map(|pid| on_cpu(pid?));
    sleep(WAITING);
    let after = pids.map(|pid| on_cpu(pid?));
    let share = |index: usize| {
        let spent = after[index]?.checked_sub(before[index]?)?;
        Some(spent.as_secs_f64() / WAITING.as_secs_f64() * 100.0)
    };
    let beside = vec![("awslogs get --watch, each second", share(1)), ("top -d 1", share(2))];
    table.row("CPU while watching, over 40 s", PercentOfACore, 0.2, share(0).ok_or("it has ended")?, beside);
    let memory = |index: usize| memory::resident(pids[index]?, "VmRSS").ok();
    let beside = vec![("awslogs get --watch", memory(1)), ("top", memory(2))];
    table.row("memory while watching", MiB, 40.0, memory(0).ok_or("it has ended")?, beside);
    Ok(())
}

/// How long a process has been on a CPU; its threads count.
fn on_cpu(pid: u32) -> Option<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        let spent = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += spent.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds))
}

fn latency(table: &mut Table) -> Result<(), Failure> {
    let options = soak::Options {
        program: PROGRAM.into(),
        subscriber: soak::Subscriber::Own,
        rate: Some(7),
        length: soak::Length::Calls(300),
        clients: 20,
        workers: 4,
        seed: 1,
        pace: Pace::Fast,
        faults: Faults::default(),
        patience: Duration::from_secs(30),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let verdict = runtime.block_on(soak::run(&options, |_| ()))?;
    if !verdict.is_good() {
        return Err(verdict.to_string().into());
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds")]
    let [p50, p95, _] = verdict.latency.map(|milliseconds| milliseconds as f64);
    table.row("ingested → told, polling, p50 of 300", Milliseconds, 1_500.0, p50, Vec::new());
    table.row("the same, p95", Milliseconds, 1_500.0, p95, Vec::new());
    Ok(())
}
