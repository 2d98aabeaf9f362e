//! The loop over Lambda's Runtime API.

use std::{env, fmt};

use cacl_event::Change;
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use crate::{Error, change, handle, output, reaction};

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
    run_with(async |change: &Change| reaction::react(change).await).await
}

/// [`run`] with a reaction of your own.
pub async fn run_with(react: impl AsyncFn(&Change) -> Result<(), Error>) -> Result<(), Error> {
    if let Some(variable) = ENVIRONMENT.into_iter().find(|variable| env::var_os(variable).is_none()) {
        return Err(NotLambda { variable }.into());
    }
    let react = &react;
    // Not `lambda_runtime::run`: its tracing layer makes spans that nobody here collects.
    Runtime::new(service_fn(async |invocation| serve(invocation, react).await)).run().await
}

/// One invocation. The line comes first; only if it cannot be written does the invocation fail, and Lambda tries again.
async fn serve(
    LambdaEvent { payload, context }: LambdaEvent<Value>,
    react: &impl AsyncFn(&Change) -> Result<(), Error>,
) -> Result<(), Error> {
    let line = handle(payload, Timestamp::now(), &context.request_id);
    output::write_line(&line)?;
    if let Some(change) = change(&line)
        && let Err(error) = react(&change).await
    {
        output::write_line(&output::failed_reaction(Timestamp::now(), &context.request_id, &change, &error))?;
    }
    Ok(())
}
