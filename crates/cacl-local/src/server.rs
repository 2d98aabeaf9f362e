//! The one port: reads a request whole, finds out for which service it is and who makes it, and answers in that service's
//! protocol. Whatever is unknown gets an error that an AWS client understands.

use std::{io, net::IpAddr};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http,
    response::Response,
};
use tokio::net::TcpListener;

use crate::{
    cloudformation, cloudtrail, cognito, events, iam, lambda, logs,
    permission::{self, Action},
    protocol::{
        Request, Scope,
        error::{Protocol, response},
        json,
        query::{self, Form},
    },
    s3, sns, sqs, sts,
    world::{AwsError, Caller, Shared, World},
};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 256 << 20;

/// Answers until dropped.
pub async fn serve(listener: TcpListener, world: Shared) -> io::Result<()> {
    axum::serve(listener, Router::new().fallback(answer).with_state(world)).await
}

async fn answer(State(world): State<Shared>, request: http::Request<Body>) -> Response {
    let request_id = world.ids.uuid();
    let (head, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await;
    let request = Request::new(head, body.as_ref().map(Bytes::clone).unwrap_or_default());
    let scope = request.scope();
    let service = Service::of(&request, scope.as_ref());
    let outcome = match (body, scope) {
        _ if is_from_a_web_page(&request) => {
            Err(AwsError::new(403, "AccessDenied", "The local AWS serves no web pages."))
        }
        (Err(_), _) => Err(AwsError::bad("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")),
        (Ok(_), None) => Err(service.missing_token()),
        (Ok(_), Some(scope)) => match service.refuse(&world, &scope) {
            Some(error) => Err(error),
            None => service.call(&world, &request, &sts::caller(&world, &request, &scope, request_id.clone())).await,
        },
    };
    outcome.unwrap_or_else(|error| {
        tracing::debug!(path = request.path(), code = %error.code, message = error.message, "refused");
        response(service.protocol(), &request, &request_id, &error)
    })
}

/// Whether a browser asks on behalf of a page. Any page on the web can send requests to a port of this machine, and what
/// is asked for here is done: a function that it brings would run with the rights of whoever plays with the local AWS.
/// Browsers say so in these headers; and a page whose own name was made to point to this machine comes under that name.
fn is_from_a_web_page(request: &Request) -> bool {
    let by_page = request.header("sec-fetch-site").is_some_and(|site| site != "none");
    let host = request.header("host").unwrap_or_default();
    by_page || request.head.headers.contains_key("origin") || !is_here(host)
}

/// Whether a host, with or without a port, is this machine by a name that nobody else can point to it.
fn is_here(host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|digit| digit.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name).to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The services there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    CloudFormation,
    CloudTrail,
    Cognito,
    Events,
    Iam,
    Lambda,
    Logs,
    S3,
    Sns,
    Sqs,
    Sts,
    /// One we do not have, and the protocol it seems to speak.
    Unknown(Protocol),
}

impl Service {
    /// By the target header, else by the signature's scope; without both by the shape of the request.
    fn of(request: &Request, scope: Option<&Scope>) -> Self {
        if let Some((prefix, _)) = request.header("x-amz-target").and_then(|target| target.rsplit_once('.')) {
            return match prefix.rsplit('.').next().unwrap_or_default() {
                "AWSCognitoIdentityProviderService" => Self::Cognito,
                "CloudTrail_20131101" => Self::CloudTrail,
                "AWSEvents" => Self::Events,
                "Logs_20140328" => Self::Logs,
                "AmazonSQS" => Self::Sqs,
                _ => Self::Unknown(Protocol::Json),
            };
        }
        let form = request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form"));
        match scope.map(|scope| scope.service.as_str()) {
            Some("cloudformation") => Self::CloudFormation,
            Some("iam") => Self::Iam,
            Some("lambda") => Self::Lambda,
            Some("s3") => Self::S3,
            Some("sns") => Self::Sns,
            Some("sts") => Self::Sts,
            None if !form => Self::S3,
            _ if form => Self::Unknown(Protocol::Query(sts::NAMESPACE)),
            _ => Self::Unknown(Protocol::Json),
        }
    }

    fn protocol(self) -> Protocol {
        match self {
            Self::CloudTrail | Self::Cognito | Self::Events | Self::Lambda | Self::Logs | Self::Sqs => Protocol::Json,
            Self::CloudFormation => Protocol::Query(cloudformation::NAMESPACE),
            Self::Iam => Protocol::Query(iam::NAMESPACE),
            Self::Sns => Protocol::Query(sns::NAMESPACE),
            Self::Sts => Protocol::Query(sts::NAMESPACE),
            Self::S3 => Protocol::S3,
            Self::Unknown(protocol) => protocol,
        }
    }

    /// What the names of its permissions begin with.
    fn prefix(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::CloudTrail => "cloudtrail",
            Self::Cognito => "cognito-idp",
            Self::Events => "events",
            Self::Iam => "iam",
            Self::Lambda => "lambda",
            Self::Logs => "logs",
            Self::S3 => "s3",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Sts => "sts",
            Self::Unknown(_) => "unknown",
        }
    }

    fn missing_token(self) -> AwsError {
        match self.protocol() {
            Protocol::Json => AwsError::bad("MissingAuthenticationTokenException", "Missing Authentication Token"),
            Protocol::Query(_) | Protocol::S3 => {
                AwsError::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            }
        }
    }

    /// What stands against the credentials, though signatures are not checked: the fault of having expired, and a scope
    /// of another region, which a regional endpoint of AWS refuses in these words.
    fn refuse(self, world: &Shared, scope: &Scope) -> Option<AwsError> {
        const EXPIRED: &str = "The security token included in the request is expired";
        let protocol = self.protocol();
        if world.faults().expired_credentials {
            return Some(match protocol {
                Protocol::Json => AwsError::bad("ExpiredTokenException", EXPIRED),
                Protocol::Query(_) => AwsError::new(403, "ExpiredToken", EXPIRED),
                Protocol::S3 => AwsError::bad("ExpiredToken", "The provided token has expired."),
            });
        }
        if scope.region == world.region || matches!(self, Self::Iam | Self::Sts) {
            return None;
        }
        let wrong = format!("Credential should be scoped to a valid region, not '{}'.", scope.region);
        Some(match protocol {
            Protocol::Json => AwsError::bad("InvalidSignatureException", wrong),
            Protocol::Query(_) => AwsError::new(403, "SignatureDoesNotMatch", wrong),
            Protocol::S3 => AwsError::bad(
                "AuthorizationHeaderMalformed",
                format!(
                    "The authorization header is malformed; the region '{}' is wrong; expecting '{}'",
                    scope.region, world.region
                ),
            ),
        })
    }

    async fn call(self, world: &Shared, request: &Request, caller: &Caller) -> Result<Response, AwsError> {
        match self {
            Self::S3 => s3::handle(world, caller, request),
            Self::Lambda => {
                let (operation, function) = lambda::operation(&request.head);
                self.must_be_allowed(world, caller, operation, |_| function.clone())?;
                lambda::handle(world, &request.head, &request.body).await
            }
            Self::CloudFormation | Self::Iam | Self::Sns | Self::Sts => self.query(world, request, caller),
            Self::CloudTrail | Self::Cognito | Self::Events | Self::Logs | Self::Sqs => {
                self.json(world, request, caller)
            }
            Self::Unknown(Protocol::Query(_)) => {
                Err(AwsError::bad("InvalidAction", "The local AWS does not have this service"))
            }
            Self::Unknown(_) => {
                Err(AwsError::bad("UnknownOperationException", "The local AWS does not have this service"))
            }
        }
    }

    /// Whether the caller may do this.
    fn must_be_allowed(
        self,
        world: &World,
        caller: &Caller,
        operation: &str,
        member: impl Fn(&str) -> Option<String>,
    ) -> Result<(), AwsError> {
        Action { service: self.prefix(), operation, protocol: self.protocol() }.check(world, caller, member)
    }

    fn query(self, world: &Shared, request: &Request, caller: &Caller) -> Result<Response, AwsError> {
        let form = Form::new(&String::from_utf8_lossy(&request.body));
        let action = form.get("Action").unwrap_or_default();
        self.must_be_allowed(world, caller, action, |name| form.get(name).map(str::to_owned))?;
        let (namespace, result) = match self {
            Self::CloudFormation => (cloudformation::NAMESPACE, cloudformation::handle(world, caller, action, &form)),
            Self::Iam => (iam::NAMESPACE, iam::handle(world, action, &form)),
            Self::Sns => (sns::NAMESPACE, sns::handle(world, action, &form)),
            _ => (sts::NAMESPACE, sts::handle(caller, action)),
        };
        Ok(query::ok(namespace, action, &caller.request_id, result?))
    }

    fn json(self, world: &Shared, request: &Request, caller: &Caller) -> Result<Response, AwsError> {
        let target = request.header("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let input = json::input(request)?;
        self.must_be_allowed(world, caller, operation, permission::text_of(&input))?;
        let output = match self {
            Self::CloudTrail => cloudtrail::handle(world, caller, operation, &input),
            Self::Cognito => cognito::handle(world, caller, operation, &input),
            Self::Events => events::handle(world, caller, operation, &input),
            Self::Logs if operation == "StartLiveTail" => return logs::live_tail(world, caller, &input),
            Self::Logs => logs::handle(world, caller, operation, &input),
            _ => sqs::handle(world, operation, &input),
        };
        Ok(json::ok(request, &caller.request_id, &output?))
    }
}
