//! The loop over Lambda's Runtime API.

use std::{env, fmt, io};

use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use crate::{Error, Line, handle, output, reaction};

/// What Lambda sets for every function, and what the runtime cannot do without.
const ENVIRONMENT: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// The program was not started by Lambda, nor by anything that acts like it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotLambda {
    /// The first variable that is missing.
    pub variable: &'static str,
}

impl fmt::Display for NotLambda {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "this is a Lambda function, and {} is not set, so Lambda did not start it; `cacl-tui deploy` puts it there, \
             and `cacl-tui demo` shows it at work without an AWS account",
            self.variable
        )
    }
}

impl std::error::Error for NotLambda {}

/// Serves events until the Runtime API goes away, which is an error, with the reaction of [`reaction::react`].
pub async fn run() -> Result<(), Error> {
    run_with(reaction::react).await
}

/// [`run`] with a reaction of your own.
pub async fn run_with(react: impl AsyncFn(&Line) -> Result<(), Error>) -> Result<(), Error> {
    if let Some(variable) = ENVIRONMENT.into_iter().find(|variable| env::var_os(variable).is_none()) {
        return Err(NotLambda { variable }.into());
    }
    let react = &react;
    // Not `lambda_runtime::run`: its tracing layer makes spans that nobody here collects.
    Runtime::new(service_fn(async |invocation| answer(invocation, react, output::write_line).await)).run().await
}

/// One invocation. The line comes first; only if it cannot be written does the invocation fail, and Lambda tries again.
async fn answer(
    LambdaEvent { payload, context }: LambdaEvent<Value>,
    react: &impl AsyncFn(&Line) -> Result<(), Error>,
    write: impl Fn(&str) -> io::Result<()>,
) -> Result<(), Error> {
    let line = Line { text: handle(payload, Timestamp::now(), &context.request_id) };
    write(&line.text)?;
    if let Err(error) = react(&line).await {
        write(&output::failed_reaction(Timestamp::now(), &context.request_id, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, io};

    use lambda_runtime::{Context, LambdaEvent};
    use serde_json::{Value, json};

    use super::answer;
    use crate::{Error, Line};

    fn invocation() -> LambdaEvent<Value> {
        let mut context = Context::default();
        context.request_id = "request-1".into();
        let detail = json!({
            "eventID": "f3b9c9a8-0000-4000-8000-6b1f6f3f7a01", "eventTime": "2026-10-02T08:15:31Z",
            "eventSource": "cognito-idp.amazonaws.com", "eventName": "DeleteUserPoolClient", "password": "open sesame",
        });
        LambdaEvent::new(json!({"detail-type": "AWS API Call via CloudTrail", "detail": detail}), context)
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn a_reaction_gets_the_line_after_it_is_written_and_its_error_is_told() {
        let written = RefCell::new(Vec::new());
        let write = |line: &str| {
            written.borrow_mut().push(line.to_owned());
            Ok(())
        };
        let react = async |line: &Line| -> Result<(), Error> {
            assert_eq!(*written.borrow(), [line.text.as_str()]);
            assert!(!line.text.contains("open sesame"), "{}", line.text);
            let change = line.change().expect("a change");
            assert_eq!(&*change.event, "DeleteUserPoolClient");
            Err("no \"such\" page".into())
        };

        block_on(answer(invocation(), &react, write)).expect("an error of a reaction is no error of the function");

        let written = written.into_inner();
        assert_eq!(written.len(), 2);
        let note: Value = serde_json::from_str(&written[1]).expect("JSON");
        assert_eq!((&note["level"], &note["requestId"]), (&json!("ERROR"), &json!("request-1")));
        assert_eq!(note["message"], "the reaction failed: no \"such\" page");
    }

    #[test]
    fn a_line_that_cannot_be_written_fails_the_invocation() {
        let react = async |_: &Line| -> Result<(), Error> { panic!("there is no line to react to") };
        let full = |_: &str| Err(io::ErrorKind::StorageFull.into());
        assert!(block_on(answer(invocation(), &react, full)).is_err());
    }
}
