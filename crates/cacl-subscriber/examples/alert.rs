//! A reaction of one's own: a line at level `WARN` for every callback URL that is not served over TLS, which a metric
//! filter or an alarm on the log group can look for.
//!
//! Build it in place of `bootstrap`, or move `react` to `src/reaction.rs`.

use cacl_event::{Change, Outcome};
use cacl_subscriber::{Error, output::write_line};
use serde_json::{Value, json};

/// The settings that are in force after the change, or would be, had it not been refused.
fn callback_urls(change: &Change) -> impl Iterator<Item = &str> {
    let parameters = &change.record["requestParameters"];
    parameters["callbackURLs"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Whether anybody on the way can read what is sent there; one's own machine is not "on the way".
fn is_in_the_clear(url: &str) -> bool {
    url.strip_prefix("http://").is_some_and(|rest| rest.split(['/', ':']).next() != Some("localhost"))
}

async fn react(change: &Change) -> Result<(), Error> {
    if change.outcome != Outcome::Succeeded {
        return Ok(());
    }
    for url in callback_urls(change).filter(|url| is_in_the_clear(url)) {
        let alert = json!({
            "level": "WARN",
            "timestamp": change.time.to_string(),
            "alert": "callback URL in the clear",
            "url": url,
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
