//! The Runtime API, as one execution environment sees it: on a loopback port of its own, which closes with it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::Response,
    routing::{get, post},
};
use jiff::Timestamp;
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc},
    task::JoinHandle,
};

use crate::world::lock;

/// The largest response that is read; Lambda's limit is 6 MB.
const LARGEST_BODY: usize = 6 << 20;

/// An event for the runtime.
#[derive(Debug)]
pub struct Next {
    /// Its id.
    pub request_id: String,
    /// When it must be done.
    pub deadline: Timestamp,
    /// The function's ARN.
    pub arn: String,
    /// The payload.
    pub payload: Bytes,
}

/// What the runtime said.
#[derive(Debug)]
pub enum Said {
    /// It asks for the next event.
    Ready,
    /// The response to the current event.
    Response(Bytes),
    /// The current event failed; the error as the function reported it.
    Error(Bytes),
    /// The function could not begin.
    InitError(Bytes),
}

/// The listener, and the channels to whoever invokes.
#[derive(Debug)]
pub struct RuntimeApi {
    /// What goes into `AWS_LAMBDA_RUNTIME_API`.
    pub address: SocketAddr,
    /// What the runtime said; must be read, or it waits.
    pub said: mpsc::Receiver<Said>,
    next: mpsc::Sender<Next>,
    shared: Arc<Channels>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Channels {
    next: AsyncMutex<mpsc::Receiver<Next>>,
    said: mpsc::Sender<Said>,
    /// The id of the event that is being worked on.
    current: Mutex<Option<String>>,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub async fn listen() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (next, next_receiver) = mpsc::channel(1);
        let (said_sender, said) = mpsc::channel(4);
        let shared =
            Arc::new(Channels { next: AsyncMutex::new(next_receiver), said: said_sender, current: Mutex::default() });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(hand_out))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(take_response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(take_error))
            .route("/2018-06-01/runtime/init/error", post(take_init_error))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::warn!(%error, "a Runtime API no longer listens");
            }
        });
        Ok(Self { address, said, next, shared, server })
    }

    /// Hands an event to the runtime, as soon as it asks.
    pub async fn give(&self, next: Next) {
        *lock(&self.shared.current) = Some(next.request_id.clone());
        // The receiver lives as long as the server, which lives as long as this.
        let _taken = self.next.send(next).await;
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn hand_out(State(channels): State<Arc<Channels>>) -> Response {
    let mut next = channels.next.lock().await;
    if channels.said.send(Said::Ready).await.is_err() {
        return refused(StatusCode::GONE, "Runtime.Ended", "The execution environment has ended");
    }
    let Some(next) = next.recv().await else {
        return refused(StatusCode::GONE, "Runtime.Ended", "The execution environment has ended");
    };
    let answer = Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .header("Lambda-Runtime-Aws-Request-Id", next.request_id)
        .header("Lambda-Runtime-Deadline-Ms", next.deadline.as_millisecond())
        .header("Lambda-Runtime-Invoked-Function-Arn", next.arn)
        .body(Body::from(next.payload));
    answer
        .unwrap_or_else(|error| refused(StatusCode::INTERNAL_SERVER_ERROR, "Runtime.InternalError", &error.to_string()))
}

async fn take_response(State(channels): State<Arc<Channels>>, Path(id): Path<String>, request: Request) -> Response {
    take(&channels, Some(&id), request, Said::Response).await
}

async fn take_error(State(channels): State<Arc<Channels>>, Path(id): Path<String>, request: Request) -> Response {
    take(&channels, Some(&id), request, Said::Error).await
}

async fn take_init_error(State(channels): State<Arc<Channels>>, request: Request) -> Response {
    take(&channels, None, request, Said::InitError).await
}

async fn take(channels: &Channels, id: Option<&str>, request: Request, said: fn(Bytes) -> Said) -> Response {
    let Ok(body) = to_bytes(request.into_body(), LARGEST_BODY).await else {
        return refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded",
        );
    };
    if let Some(id) = id {
        let mut current = lock(&channels.current);
        if current.as_deref() != Some(id) {
            return refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID");
        }
        *current = None;
    }
    if channels.said.send(said(body)).await.is_err() {
        return refused(StatusCode::GONE, "Runtime.Ended", "The execution environment has ended");
    }
    json(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned())
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Response {
    json(status, serde_json::json!({"errorType": kind, "errorMessage": message}).to_string())
}

fn json(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    response
}

/// When an event that is handed out now must be done.
pub fn deadline(now: Timestamp, timeout: Duration) -> Timestamp {
    now.checked_add(timeout).unwrap_or(Timestamp::MAX)
}
