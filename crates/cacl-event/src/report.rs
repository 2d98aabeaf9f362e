//! The JSON-lines schema `cacl.change/1`, a stable interface.

use crate::{Change, Diff, Judgement};

/// One change as one line of JSON (no newline at the end). Control and bidi characters are escaped, so the line may go to a terminal.
pub fn json_line(change: &Change, client_name: Option<&str>, diff: &Diff, judgement: &Judgement) -> String {
    let _ = (change, client_name, diff, judgement);
    todo!()
}
