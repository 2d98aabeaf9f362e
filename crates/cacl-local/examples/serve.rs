//! The local AWS alone, for trying things by hand: `cargo run -p cacl-local --example serve -- [PORT] [real|fast|instant] [SUBSCRIBER…]`.

use std::{ffi::OsString, io::Write as _};

use cacl_local::{Faults, Local, Options, Pace};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let port = arguments.next().map_or(Ok(4566), |port| port.to_string_lossy().parse())?;
    let pace = match arguments.next().unwrap_or_default().to_str() {
        Some("real") => Pace::Real,
        Some("instant") => Pace::Instant,
        _ => Pace::Fast,
    };
    let subscriber: Vec<OsString> = arguments.collect();
    let region = "us-east-1".to_owned();
    let local = Local::start(Options { port, pace, faults: Faults::default(), subscriber, region, seed: 1 })?;
    writeln!(std::io::stdout(), "{}", local.endpoint_url())?;
    loop {
        std::thread::park();
    }
}
