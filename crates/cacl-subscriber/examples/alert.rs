//! A reaction of one's own: a line at level `WARN` for every change that adds a URL which is not served over TLS, for a
//! metric filter or an alarm on the log group to look for.
//!
//! Build it in place of `bootstrap`, or move `react` to `src/reaction.rs`.

use cacl_event::{Diff, judge::judge};
use cacl_subscriber::{Error, Line, output::write_line};
use serde_json::json;

async fn react(line: &Line) -> Result<(), Error> {
    let Some(change) = line.change() else { return Ok(()) };
    // The function knows no earlier state; the rules that need one say nothing without it.
    let judgement = judge(&change, &Diff::of(&change, None));
    for reason in judgement.reasons.iter().filter(|reason| reason.rule == "url-plain-http") {
        let alert = json!({
            "level": "WARN",
            "timestamp": change.time.to_string(),
            "alert": reason.text,
            "client": change.client_id,
            "changeId": change.id,
        });
        write_line(&alert.to_string())?;
    }
    Ok(())
}

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(cacl_subscriber::run_with(react))
}
