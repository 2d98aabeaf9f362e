//! One operation on the SDK's orchestrator: put together from the same parts as the typed clients are.

use std::fmt;

use aws_runtime::{
    auth::{SigV4OperationSigningConfig, sigv4},
    invocation_id::InvocationIdInterceptor,
    request_info::RequestInfoInterceptor,
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::ServiceClockSkewClassifier,
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
        result::SdkError,
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{
    config_bag::Layer,
    error::metadata::{ErrorMetadata, ProvideErrorMetadata},
};
use serde_json::Value;

use crate::Session;

/// Where a request goes and what it is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// Endpoint prefix and signing name.
    pub endpoint: &'static str,
    /// E.g. `DescribeTrails`.
    pub operation: &'static str,
}

/// What AWS says when it refuses.
#[derive(Debug)]
pub(super) struct Refusal(ErrorMetadata);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.message().or(self.0.code()).unwrap_or("refused"))
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Signs and sends a request, again if it is worth it, and reads the answer.
pub(super) async fn send(
    session: &Session,
    target: Target,
    request: impl Fn() -> Result<HttpRequest, BoxError> + Send + Sync + 'static,
) -> Result<Value, SdkError<Refusal, HttpResponse>> {
    let config = session.config();
    let mut builder = Operation::builder()
        .service_name(target.endpoint)
        .operation_name(target.operation)
        .endpoint_url(&endpoint(session, target))
        .with_connection_poisoning()
        .runtime_plugin(signing(session, target))
        .interceptor(session.skew())
        .interceptor(session.clock().clone())
        .interceptor(RequestInfoInterceptor::new())
        .interceptor(UserAgentInterceptor::new())
        .interceptor(InvocationIdInterceptor::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .retry_classifier(TransientErrorClassifier::<Refusal>::new())
        .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
        .retry_classifier(ServiceClockSkewClassifier::<Refusal>::new());
    if let Some(version) = config.behavior_version() {
        builder = builder.behavior_version(version);
    }
    if let Some(http_client) = config.http_client() {
        builder = builder.http_client(http_client);
    }
    if let Some(retries) = config.retry_config() {
        builder = builder.standard_retry(retries);
    }
    if let Some(timeouts) = config.timeout_config() {
        builder = builder.timeout_config(timeouts.clone());
    }
    builder.serializer(move |(): ()| request()).deserializer(read).build().invoke(()).await
}

/// The custom endpoint, or the region's.
pub(super) fn endpoint(session: &Session, target: Target) -> String {
    if let Some(url) = session.endpoint_url() {
        return url.to_owned();
    }
    let fips = session.config().use_fips() == Some(true) && !is_fips_anyway(session, target.endpoint);
    let fips = if fips { "-fips" } else { "" };
    format!("https://{}{fips}.{}.{}", target.endpoint, session.region(), session.dns_suffix())
}

/// In `GovCloud` some services have one endpoint, which is FIPS's (each service's page of endpoints in the AWS General Reference).
fn is_fips_anyway(session: &Session, endpoint: &str) -> bool {
    session.partition() == "aws-us-gov" && matches!(endpoint, "cloudtrail" | "events" | "sqs")
}

/// `SigV4` with the session's credentials, and what the user agent is made from.
fn signing(session: &Session, target: Target) -> StaticRuntimePlugin {
    let config = session.config();
    let mut layer = Layer::new("cacl-call");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: config.region().cloned().map(Into::into),
        name: Some(target.endpoint.into()),
        ..SigV4OperationSigningConfig::default()
    });
    layer.store_put(ApiMetadata::new(target.endpoint, env!("CARGO_PKG_VERSION")));
    if let Some(name) = config.app_name() {
        layer.store_put(name.clone());
    }
    let mut components = RuntimeComponentsBuilder::new("cacl-call")
        .with_auth_scheme(sigv4::SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![sigv4::SCHEME_ID])))
        .with_identity_cache(config.identity_cache());
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(sigv4::SCHEME_ID, credentials);
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}

/// The answer as JSON; an empty body is an empty object.
fn read(response: &HttpResponse) -> Result<Value, OrchestratorError<Refusal>> {
    let body = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        return Err(OrchestratorError::operation(Refusal(refusal(response, body))));
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(body).map_err(OrchestratorError::other)
}

/// The code is in a header or in `__type`, perhaps with a namespace before it (`…#Code`) and a URL behind it (`Code:…`).
fn refusal(response: &HttpResponse, body: &[u8]) -> ErrorMetadata {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |keys: &[&str]| keys.iter().find_map(|key| body.get(key)?.as_str());
    let code = response.headers().get("x-amzn-errortype").or_else(|| text(&["__type", "code", "Code"]));
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = code {
        let code = code.split(':').next().unwrap_or(code);
        metadata = metadata.code(code.rsplit('#').next().unwrap_or(code));
    }
    if let Some(message) = text(&["message", "Message", "errorMessage"]) {
        metadata = metadata.message(message);
    }
    metadata.build()
}
