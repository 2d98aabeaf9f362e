//! The whole product under load, briefly: with throttling and with late, double and disordered deliveries, every event of
//! the trail is told once. `examples/soak` does the same for as long as one likes.
#![cfg(unix)]

#[expect(dead_code, reason = "the command uses more of it")]
#[path = "../examples/soak/run/mod.rs"]
mod run;

use std::time::Duration;

use cacl_local::Pace;
use run::{Length, Options, Subscriber, faults, run};

#[tokio::test]
async fn none_lost_and_none_twice() {
    let options = Options {
        program: env!("CARGO_BIN_EXE_cacl-tui").into(),
        subscriber: Subscriber::Own,
        rate: None,
        length: Length::Calls(1_000),
        clients: 50,
        workers: 16,
        seed: 7,
        pace: Pace::Fast,
        faults: faults(),
        patience: Duration::from_mins(10),
    };
    let verdict = run(&options, |_| ()).await.expect("it runs to its end");
    assert!(verdict.is_good(), "{verdict}");
    assert!(verdict.recorded >= 1_000, "{verdict}");
}
