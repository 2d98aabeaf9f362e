//! A reaction of one's own: a line at level `WARN` for every callback URL that is not served over TLS, which a metric
//! filter or an alarm on the log group can look for.
//!
//! Build it in place of `bootstrap`, or move `react` to `src/reaction.rs`.

use cacl_event::{Change, Outcome};
use cacl_subscriber::{Error, Line, output::write_line};
use serde_json::{Value, json};

/// The callback URLs that the call sent; what it left out, it reset, and that is no alert here.
fn callback_urls(change: &Change) -> Vec<String> {
    let sent = change.sent.as_ref().and_then(|settings| settings.get("callbackURLs"));
    let urls = sent.as_ref().and_then(Value::as_array).into_iter().flatten();
    urls.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whether anybody on the way can read what is sent there; one's own machine is not "on the way".
fn is_in_the_clear(url: &str) -> bool {
    url.strip_prefix("http://").is_some_and(|rest| rest.split(['/', ':']).next() != Some("localhost"))
}

async fn react(line: &Line) -> Result<(), Error> {
    let Some(change) = line.change() else { return Ok(()) };
    if change.outcome != Outcome::Succeeded {
        return Ok(());
    }
    for url in callback_urls(&change).iter().filter(|url| is_in_the_clear(url)) {
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
