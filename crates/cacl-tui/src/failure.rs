//! An error for people: what happened, why, and what to do; and which exit code it is.

use std::io::{self, Write};

use cacl_aws::Reason;
use cacl_event::clean;

use crate::Exit;

/// What went wrong outside AWS (see [`cacl_aws::Error`] for the rest).
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What happened, one lower-case fragment.
    pub what: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Failure {
    /// A failure that says what to do about it.
    pub fn new(exit: Exit, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit, what: what.into(), help: Some(help.into()) }
    }
}

/// Whoever read stdout has gone. That is how `head` says it has seen enough, so it ends the program quietly.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the output any more")]
pub struct Closed;

/// The exit code that an error stands for.
pub fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<Closed>() {
        return Exit::Done;
    }
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.exit;
    }
    match error.downcast_ref::<cacl_aws::Error>().map(|error| error.reason) {
        Some(Reason::Credentials | Reason::Expired | Reason::Permission) => Exit::Access,
        Some(Reason::NotFound) => Exit::NotFound,
        Some(Reason::StackFailed) => Exit::DeployFailed,
        _ => Exit::Failed,
    }
}

/// Tells an error on stderr: `error:`, `caused by:` as often as needed, `help:`. A closed pipe is no news.
pub fn tell(error: &anyhow::Error) {
    if error.is::<Closed>() {
        return;
    }
    // Stderr that cannot be written to leaves nobody to tell.
    let _ = write!(io::stderr().lock(), "{}", text(error));
}

fn text(error: &anyhow::Error) -> String {
    let aws = error.downcast_ref::<cacl_aws::Error>();
    let mut text = paragraph("error", &error.to_string());
    let mut said = error.to_string();
    let causes = error.chain().skip(1).map(ToString::to_string);
    for cause in causes.chain(aws.and_then(|error| error.why.clone())) {
        // Some errors put their cause into their own words already.
        if !said.ends_with(&cause) {
            text += &paragraph("caused by", &cause);
            said = cause;
        }
    }
    let help = aws.and_then(|error| error.help.as_deref());
    let own = error.downcast_ref::<Failure>().and_then(|failure| failure.help.as_deref());
    if let Some(help) = help.or(own) {
        text += &paragraph("help", help);
    }
    text
}

/// Lines are kept (a help may show commands), everything else that is not plain text is made visible.
fn paragraph(label: &str, body: &str) -> String {
    let mut text = String::new();
    for (index, line) in body.lines().enumerate() {
        if index == 0 {
            text.extend([label, ": "]);
        } else {
            text += "  ";
        }
        text.extend([clean(line), "\n".into()]);
    }
    text
}

/// A remark on stderr that is no error.
pub fn note(remark: &str) {
    let _ = write!(io::stderr().lock(), "{}", paragraph("note", remark));
}

#[cfg(test)]
mod tests {
    use cacl_aws::{Error, Reason};

    use super::{Closed, Failure, exit_of, text};
    use crate::Exit;

    fn aws(reason: Reason) -> anyhow::Error {
        Error { reason, what: "cannot list".to_owned(), why: Some("no".to_owned()), help: Some("do".to_owned()) }.into()
    }

    #[test]
    fn reasons_have_exit_codes() {
        let table = [
            (aws(Reason::Credentials), Exit::Access),
            (aws(Reason::Expired), Exit::Access),
            (aws(Reason::Permission), Exit::Access),
            (aws(Reason::NotFound), Exit::NotFound),
            (aws(Reason::StackFailed), Exit::DeployFailed),
            (aws(Reason::Throttled), Exit::Failed),
            (aws(Reason::Other).context("while deploying"), Exit::Failed),
            (aws(Reason::Permission).context("while deploying"), Exit::Access),
            (Failure::new(Exit::Usage, "x", "y").into(), Exit::Usage),
            (Closed.into(), Exit::Done),
            (anyhow::anyhow!("odd"), Exit::Failed),
        ];
        for (error, expected) in table {
            assert_eq!(exit_of(&error), expected, "{error}");
        }
    }

    #[test]
    fn says_what_why_and_what_to_do() {
        assert_eq!(text(&aws(Reason::Other)), "error: cannot list\ncaused by: no\nhelp: do\n");
        let nested = anyhow::Error::from(std::io::Error::other("disk on fire")).context("cannot read x");
        assert_eq!(text(&nested), "error: cannot read x\ncaused by: disk on fire\n");
    }

    #[test]
    fn escapes_never_reach_the_terminal() {
        let hostile = anyhow::anyhow!("a\u{1b}[2Jb\nsecond");
        let text = text(&hostile);
        assert!(!text.contains('\u{1b}'), "{text}");
        assert_eq!(text.lines().count(), 2);
    }
}
