//! What ends a run from outside: somebody who stops it, or the time.

use std::{future::Future, pin::Pin, time::Duration};

use crate::signals::{Signals, Stop};

/// What may end it.
pub struct Ends<'a> {
    /// Whoever stops it.
    pub signals: &'a mut Signals,
    /// The time that it has.
    pub deadline: Pin<&'a mut dyn Future<Output = ()>>,
}

/// What has ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Somebody.
    Stopped(Stop),
    /// Its time is up.
    TimeUp,
}

impl Ends<'_> {
    /// Waits for something, unless the end comes first: then what it was about is dropped.
    pub async fn or<T>(&mut self, something: impl Future<Output = T>) -> Result<T, End> {
        tokio::select! {
            biased;
            end = self.next() => Err(end),
            came = something => Ok(came),
        }
    }

    /// Waits for the end.
    pub async fn next(&mut self) -> End {
        tokio::select! {
            biased;
            stop = self.signals.next() => End::Stopped(stop),
            () = self.deadline.as_mut() => End::TimeUp,
        }
    }
}

/// Comes after so long; without a length, never.
pub async fn time_up(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}
