//! `local`: the embedded local AWS, in the foreground.

use std::{env, ffi::OsString};

use crate::{Exit, cli, failure::Failure, report::Out, signals::Signals};

/// Where everything is in the local AWS.
pub const REGION: &str = "us-east-1";

/// Starts it, says how to reach it, and waits for the end.
pub async fn run(options: cli::Local) -> anyhow::Result<Exit> {
    let mut signals = Signals::listen()?;
    let local = start(options.port, options.pace, options.faults.into())?;
    let mut out = Out::stdout();
    out.line("# This points any AWS SDK, the aws CLI and cacl-tui at the local AWS. Ctrl-C stops it.")?;
    for line in exports(&local.endpoint_url()) {
        out.line(&line)?;
    }
    out.flush()?;
    signals.next().await;
    Ok(Exit::Done)
}

/// Starts it with this executable as the subscriber, so that nothing else need be built.
pub fn start(port: u16, pace: cli::Pace, faults: cacl_local::Faults) -> anyhow::Result<cacl_local::Local> {
    let subscriber: Vec<OsString> = vec![env::current_exe()?.into(), "subscriber".into()];
    let options = cacl_local::Options {
        port,
        pace: pace.into(),
        faults,
        subscriber,
        region: REGION.to_owned(),
        seed: u64::from(std::process::id()),
    };
    cacl_local::Local::start(options).map_err(|error| match error {
        cacl_local::Error::Listen { port, source } => {
            let what = format!("cannot listen on 127.0.0.1:{port}: {source}");
            Failure::new(Exit::Failed, what, "--port 0 takes any free one").into()
        }
        error @ cacl_local::Error::Start(_) => error.into(),
    })
}

/// For a POSIX shell. Any credentials are good; these are plain nonsense, so that they cannot be mistaken for real ones.
pub fn exports(endpoint_url: &str) -> [String; 6] {
    [
        format!("export AWS_ENDPOINT_URL={endpoint_url}"),
        format!("export AWS_REGION={REGION}"),
        format!("export AWS_DEFAULT_REGION={REGION}"),
        "export AWS_ACCESS_KEY_ID=AKIALOCALYOU".to_owned(),
        "export AWS_SECRET_ACCESS_KEY=local".to_owned(),
        "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned(),
    ]
}
