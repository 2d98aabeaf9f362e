//! What CloudTrail remembers of app clients: the states before the first event that the log has.
//!
//! `LookupEvents` goes back 90 days, needs no trail, and costs nothing of Cognito's quotas; but it may be asked only twice a
//! second, and a call is in there only some minutes after it was made. What comes from here is a baseline for diffs, and
//! is not shown by itself.

use std::time::Duration;

use cacl_aws::{
    Error, Session,
    call::{CLOUDTRAIL, call},
};
use cacl_event::{Change, Decoded, Outcome, Provenance, decode};
use futures_util::Stream;
use serde_json::{Value, json};

/// Only these settle a client's state.
const CALLS: [&str; 3] = ["CreateUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient"];

/// The quota is two a second for the whole account and region.
const PAUSE: Duration = Duration::from_millis(550);

/// Pages of 50 for each call. Whoever changes clients more often than this in 90 days has a state from this week.
const PAGES: usize = 40;

/// The successful changes that CloudTrail remembers, newest first for each call. Ends after the last one, or with the first
/// error.
pub fn past(session: Session) -> impl Stream<Item = Result<Change, Error>> + Send + 'static {
    async_stream::try_stream! {
        let mut asked = false;
        for name in CALLS {
            let mut token = Value::Null;
            for _ in 0..PAGES {
                if std::mem::replace(&mut asked, true) {
                    tokio::time::sleep(PAUSE).await;
                }
                let mut input = json!({"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name}]});
                if !token.is_null() {
                    input["NextToken"] = token;
                }
                let mut page = call(&session, CLOUDTRAIL, "LookupEvents", input).await?;
                token = page["NextToken"].take();
                for change in changes(&page) {
                    yield change;
                }
                if token.is_null() {
                    break;
                }
            }
        }
    }
}

fn changes(page: &Value) -> impl Iterator<Item = Change> + use<> {
    decode(&page.to_string()).into_iter().filter_map(|decoded| match decoded {
        Decoded::Change(change) if change.outcome == Outcome::Succeeded && change.client_key().is_some() => {
            Some(Change { provenance: Provenance::History, ..*change })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use cacl_event::Provenance;
    use serde_json::{Value, json};

    use super::changes;

    #[test]
    fn only_what_settled_a_state_is_taken() {
        let record: Value = serde_json::from_str(include_str!("../../tests/fixtures/update.json")).expect("JSON");
        let mut failed = record.clone();
        failed["errorCode"] = json!("InvalidParameterException");
        failed["eventID"] = json!("11111111-aaaa-4aaa-8aaa-000000000002");
        let event = |record: &Value| json!({"EventId": record["eventID"], "CloudTrailEvent": record.to_string()});
        let found: Vec<_> = changes(&json!({"Events": [event(&record), event(&failed)]})).collect();
        let [change] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((&*change.id, change.provenance), ("11111111-aaaa-4aaa-8aaa-000000000001", Provenance::History));
    }
}
