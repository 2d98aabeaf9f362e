//! Calls to services of which few operations are used (Cognito, CloudTrail, EventBridge, SQS; Lambda for one): over the
//! SDK's own transport, signing, retries and credentials, without the build cost of their typed crates (measured: 41 and
//! 17 CPU-seconds in dev for Cognito's and CloudTrail's).
//!
//! Deliberately absent: any knowledge of shapes. What goes in and comes out is JSON as the API reference has it.

mod operation;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use crate::{
    Error, Session,
    explain::{Explain as _, Failing as _, Failure},
};
use operation::Target;

/// A JSON-protocol service: where it is and how it names its operations.
#[derive(Debug, Clone, Copy)]
pub struct JsonService {
    /// Endpoint prefix and signing name, e.g. `cognito-idp`.
    pub endpoint: &'static str,
    /// `x-amz-target` prefix, e.g. `AWSCognitoIdentityProviderService`.
    pub target: &'static str,
    /// `1.0` or `1.1`.
    pub version: &'static str,
}

/// Cognito user pools.
pub const COGNITO: JsonService =
    JsonService { endpoint: "cognito-idp", target: "AWSCognitoIdentityProviderService", version: "1.1" };

/// CloudTrail.
pub const CLOUDTRAIL: JsonService =
    JsonService { endpoint: "cloudtrail", target: "CloudTrail_20131101", version: "1.1" };

/// EventBridge (its rules are still `CloudWatch Events` on the wire).
pub const EVENTBRIDGE: JsonService = JsonService { endpoint: "events", target: "AWSEvents", version: "1.1" };

/// SQS.
pub const SQS: JsonService = JsonService { endpoint: "sqs", target: "AmazonSQS", version: "1.0" };

/// Makes one call, e.g. `call(&session, COGNITO, "DescribeUserPoolClient", json!({…}))`. An empty answer is `{}`.
pub async fn call(
    session: &Session,
    service: JsonService,
    operation: &'static str,
    input: Value,
) -> Result<Value, Error> {
    let permission = format!("{}:{operation}", service.endpoint);
    json(session, service, operation, input).await.explain(session, &permission, || format!("{permission} failed"))
}

/// The same, for code that expects some failures.
pub(crate) async fn json(
    session: &Session,
    service: JsonService,
    operation: &'static str,
    input: Value,
) -> Result<Value, Failure> {
    let target = Target { endpoint: service.endpoint, operation };
    let request = move || {
        let mut request = HttpRequest::new(SdkBody::from(input.to_string()));
        request.set_method("POST")?;
        request.set_uri("/")?;
        let headers = request.headers_mut();
        headers.try_insert("content-type", format!("application/x-amz-json-{}", service.version))?;
        headers.try_insert("x-amz-target", format!("{}.{operation}", service.target))?;
        Ok(request)
    };
    operation::send(session, target, request).await.failure()
}

/// Lambda's `GetFunction`, the one REST call: whether a function is there, and where its code is.
pub(crate) async fn get_function(session: &Session, name: &str) -> Result<Value, Failure> {
    let target = Target { endpoint: "lambda", operation: "GetFunction" };
    let uri = format!("/2015-03-31/functions/{name}");
    let request = move || {
        let mut request = HttpRequest::empty();
        request.set_uri(uri.as_str())?;
        Ok(request)
    };
    operation::send(session, target, request).await.failure()
}

#[cfg(test)]
mod tests;
