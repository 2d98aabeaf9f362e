//! From an SDK error to one for people: which broad reason, AWS's own words (cleaned), and what to do.
//!
//! Nothing here is debug-formatted, and nothing that AWS or a proxy says reaches a terminal uncleaned.

mod causes;
mod denied;
mod help;
mod reason;

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use cacl_event::clean::clean;

use crate::{Error, Reason, Session};

pub(crate) use help::after_stack_failure;

/// A failed call, before anybody says what it was for. Code that expects some failures looks at `code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The broad reason.
    pub reason: Reason,
    /// AWS's error code, e.g. `ValidationError`; `None` where no answer came or a `HEAD` was refused.
    pub code: Option<String>,
    /// AWS's words, or ours where there was no answer; cleaned.
    pub why: String,
}

impl Failure {
    /// Reads an SDK error.
    pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        match error {
            SdkError::ServiceError(answer) => {
                let (code, message) = (answer.err().code(), answer.err().message());
                Self::answered(answer.raw().status().as_u16(), code, message)
            }
            SdkError::TimeoutError(_) => Self::unanswered(Reason::Offline, "there was no answer in time"),
            SdkError::ResponseError(answer) => {
                let status = answer.raw().status().as_u16();
                let reason = if status >= 500 { Reason::Offline } else { Reason::Other };
                Self::unanswered(reason, &format!("the answer (HTTP {status}) is not one that AWS gives"))
            }
            other => causes::read(other),
        }
    }

    /// An answer with an error in it.
    fn answered(status: u16, code: Option<&str>, message: Option<&str>) -> Self {
        let message = message.map(|message| clean(message).into_owned()).filter(|message| !message.is_empty());
        let why = match (code, message) {
            (Some(code), Some(message)) => format!("{}: {message}", clean(code)),
            (Some(code), None) => clean(code).into_owned(),
            (None, Some(message)) => message,
            (None, None) => format!("HTTP status {status}"),
        };
        Self { reason: reason::classify(status, code, &why), code: code.map(str::to_owned), why }
    }

    /// No answer at all.
    fn unanswered(reason: Reason, why: &str) -> Self {
        Self { reason, code: None, why: clean(why).into_owned() }
    }

    /// Why, with the name of a host that was not found: the resolver does not say what it was asked for.
    pub fn why(&self, session: &Session, permission: &str) -> String {
        // As the standard library has it, and Windows.
        let unknown = ["failed to lookup address", "No such host is known"];
        if self.code.is_some() || !unknown.iter().any(|words| self.why.contains(words)) {
            return self.why.clone();
        }
        let service = permission.split(':').next().unwrap_or_default();
        format!("cannot find the host {}: {}", session.host(service), self.why)
    }

    /// Whether AWS gave this error code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether the endpoint does not know the operation at all, as some emulators do not.
    pub fn is_unsupported(&self) -> bool {
        const CODES: [&str; 6] = [
            "NotImplemented",
            "NotImplementedException",
            "UnknownOperationException",
            "UnknownOperation",
            "InvalidAction",
            "MethodNotAllowed",
        ];
        self.code.as_deref().is_some_and(|code| CODES.contains(&code))
    }

    /// The error for people. `permission` is the one that this call needs, for AWS does not always say.
    pub fn explain(self, session: &Session, permission: &str, what: impl Into<String>) -> Error {
        let help = help::of(&self, session, permission);
        let why = self.why(session, permission);
        Error { reason: self.reason, what: what.into(), why: Some(why), help }
    }
}

/// `result.failure()`: the SDK's error read, not yet explained.
pub(crate) trait Failing<T> {
    /// Reads the SDK's error.
    fn failure(self) -> Result<T, Failure>;
}

impl<T, E> Failing<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    fn failure(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::of(&error))
    }
}

/// `result.explain(session, "logs:FilterLogEvents", || "cannot read …")`.
pub(crate) trait Explain<T> {
    /// Explains the failure.
    fn explain<W: Into<String>>(
        self,
        session: &Session,
        permission: &str,
        what: impl FnOnce() -> W,
    ) -> Result<T, Error>;
}

impl<T> Explain<T> for Result<T, Failure> {
    fn explain<W: Into<String>>(
        self,
        session: &Session,
        permission: &str,
        what: impl FnOnce() -> W,
    ) -> Result<T, Error> {
        self.map_err(|failure| failure.explain(session, permission, what()))
    }
}

impl<T, E> Explain<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    fn explain<W: Into<String>>(
        self,
        session: &Session,
        permission: &str,
        what: impl FnOnce() -> W,
    ) -> Result<T, Error> {
        self.failure().explain(session, permission, what)
    }
}

#[cfg(test)]
mod tests;
