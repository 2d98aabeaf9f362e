//! One session of `StartLiveTail`, from its opening to its end.

use std::time::Duration;

use async_stream::stream;
use aws_sdk_cloudwatchlogs::{
    Client,
    config::{Builder, StalledStreamProtectionConfig},
    error::SdkError,
    types::{
        LiveTailSessionLogEvent, LiveTailSessionUpdate, StartLiveTailResponseStream as Message,
        error::StartLiveTailResponseStreamError as StreamError,
    },
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        endpoint::EndpointPrefix,
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef},
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{config_bag::ConfigBag, error::metadata::ProvideErrorMetadata as _};
use cacl_event::clean::clean;
use futures_util::Stream;
use jiff::Timestamp;
use tokio::time::timeout;

use super::super::LogLine;
use crate::{Reason, Session, explain::Failing as _};

/// AWS tells something every second, be it nothing; so long a silence means that the connection is dead.
const SILENCE: Duration = Duration::from_secs(20);

/// What a session tells.
#[derive(Debug)]
pub(super) enum Heard {
    /// It is open: what is ingested from now on will be told.
    Open,
    /// What was ingested meanwhile.
    Update {
        /// The lines, or a sample of them.
        lines: Vec<LogLine>,
        /// Whether there were more.
        sampled: bool,
    },
}

/// How a session ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It has had its three hours.
    Timeout,
    /// It broke off.
    Broken(String),
    /// It was not opened.
    Refused {
        /// The broad reason.
        reason: Reason,
        /// In words.
        why: String,
    },
}

/// Opens a session and listens until it ends; nothing comes after an end.
pub(super) fn listen(session: Session, client: Client, group: String) -> impl Stream<Item = Result<Heard, End>> + Send {
    stream! {
        let mut answer = match open(&session, &client, &group).await {
            Ok(answer) => answer.response_stream,
            Err(end) => {
                yield Err(end);
                return;
            }
        };
        loop {
            match timeout(SILENCE, answer.recv()).await {
                Ok(Ok(Some(Message::SessionStart(_)))) => yield Ok(Heard::Open),
                Ok(Ok(Some(Message::SessionUpdate(update)))) => yield Ok(heard(update)),
                Ok(Ok(Some(_))) => {}
                Ok(Ok(None)) => {
                    yield Err(End::Broken("AWS has closed the connection".to_owned()));
                    return;
                }
                Ok(Err(error)) => {
                    yield Err(broken(&error));
                    return;
                }
                Err(_) => {
                    yield Err(End::Broken("nothing more was heard".to_owned()));
                    return;
                }
            }
        }
    }
}

type Opened = aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput;

async fn open(session: &Session, client: &Client, group: &str) -> Result<Opened, End> {
    let identity = session.identity().await;
    let identity =
        identity.map_err(|error| End::Refused { reason: error.reason, why: error.why.unwrap_or(error.what) })?;
    let (partition, region, account) = (session.partition(), session.region(), identity.account);
    let arn = format!("arn:{partition}:logs:{region}:{account}:log-group:{group}");
    // A consumer that pauses must not be taken for a connection that does, so silence is measured here.
    let config = Builder::new().stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let mut request = client.start_live_tail().log_group_identifiers(arn).customize().config_override(config);
    if session.endpoint_url().is_some() {
        request = request.interceptor(PlainHost);
    }
    request.send().await.failure().map_err(|failure| {
        // What is not known, or not possible with this group, will not be in a moment, either.
        let never = failure.is_unsupported() || failure.is("InvalidOperationException");
        let reason = if never { Reason::Invalid } else { failure.reason };
        End::Refused { reason, why: failure.why }
    })
}

fn heard(update: LiveTailSessionUpdate) -> Heard {
    let lines = update.session_results.unwrap_or_default().into_iter().map(line).collect();
    Heard::Update { lines, sampled: update.session_metadata.is_some_and(|metadata| metadata.sampled) }
}

/// A line; it has no id, so one is made of what is there.
fn line(event: LiveTailSessionLogEvent) -> LogLine {
    let millis = event.timestamp.unwrap_or_default();
    let stream = event.log_stream_name.unwrap_or_default();
    let message = event.message.unwrap_or_default();
    let time = |millis| Timestamp::from_millisecond(millis).ok();
    LogLine {
        id: format!("{stream}/{millis}/{message}"),
        timestamp: time(millis).unwrap_or_default(),
        ingested: event.ingestion_time.and_then(time),
        stream,
        message,
    }
}

fn broken<R>(error: &SdkError<StreamError, R>) -> End {
    match error {
        SdkError::ServiceError(answer) if answer.err().is_session_timeout_exception() => End::Timeout,
        SdkError::ServiceError(answer) => {
            let words = answer.err().message().unwrap_or("AWS does not say why");
            End::Broken(clean(words).into_owned())
        }
        _ => End::Broken("the connection was lost".to_owned()),
    }
}

/// AWS serves Live Tail on a host of its own, `stream-logs.…`, and the SDK puts that prefix before any host. An endpoint of
/// the user's choice has no such sibling: there is no host `stream-127.0.0.1`.
#[derive(Debug)]
struct PlainHost;

impl Intercept for PlainHost {
    fn name(&self) -> &'static str {
        "PlainHost"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().unset::<EndpointPrefix>();
        Ok(())
    }
}
