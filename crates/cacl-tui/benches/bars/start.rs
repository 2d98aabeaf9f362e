//! `--version`, and the first frame before any AWS answer.

use std::{net::TcpListener, process::Stdio, time::Duration};

use crate::{
    Desk, Failure, PROGRAM,
    screen::Screen,
    table::{Table, Unit::Milliseconds, percentile},
    tools::took,
};

pub fn measure(desk: &Desk, table: &mut Table) -> Result<(), Failure> {
    let mut version = desk.command(PROGRAM);
    version.arg("--version").stdout(Stdio::null());
    let mut times: Vec<Duration> = (0..200).map(|_| took(&mut version)).collect::<Result<_, _>>()?;
    let beside = vec![
        ("jq --version", desk.time_of(50, "jq", &["--version"])),
        ("git --version", desk.time_of(50, "git", &["--version"])),
        ("python3 -c pass", desk.time_of(20, "python3", &["-c", "pass"])),
        ("awslogs --version", desk.time_of(5, "awslogs", &["--version"])),
    ];
    table.row("`--version`, p50 of 200", Milliseconds, 10.0, percentile(&mut times, 50), beside);
    table.row("`--version`, p95", Milliseconds, 10.0, percentile(&mut times, 95), Vec::new());

    // It takes connections, and never says anything.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}", silent.local_addr()?);
    let aws = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIALOCALALICE"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ];
    let first = |_| Screen::start(desk, PROGRAM, &["watch"], &aws)?.first_frame();
    let mut times: Vec<Duration> = (0..40).map(first).collect::<Result<_, Failure>>()?;
    let beside = vec![
        ("less, a small file", first_bytes(desk, "less", &["/etc/passwd"])),
        ("top", first_bytes(desk, "top", &[])),
        ("lnav, a small file", first_bytes(desk, "lnav", &["/etc/passwd"])),
    ];
    table.row("first frame of `watch`, AWS silent, p50 of 40", Milliseconds, 50.0, percentile(&mut times, 50), beside);
    table.row("the same, p95", Milliseconds, 50.0, percentile(&mut times, 95), Vec::new());
    Ok(())
}

/// To the first byte that another program draws.
fn first_bytes(desk: &Desk, name: &str, arguments: &[&str]) -> Option<f64> {
    let program = desk.tool(name)?.display().to_string();
    let first = |_| Screen::start(desk, &program, arguments, &[]).and_then(|screen| screen.first_bytes()).ok();
    Some(percentile(&mut (0..10).map(first).collect::<Option<Vec<Duration>>>()?, 50))
}
