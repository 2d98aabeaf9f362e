//! The way of a function's lines into its log group: in batches, after a while, and lost if the group is not there or the
//! function's role may not write to it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::platform::{Event, Logging, lines};
use crate::{
    iam, logs,
    world::{Shared, World},
};

/// Takes the lines of one environment.
#[derive(Debug)]
pub struct Log {
    logging: Logging,
    function: String,
    lines: mpsc::UnboundedSender<(i64, String)>,
}

impl Log {
    /// Into this stream of the function's group. The task ends when the log is dropped and everything is written.
    pub fn new(world: &Shared, logging: Logging, function: &str, role: &str, stream: String) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(write(Arc::clone(world), role.to_owned(), logging.group.clone(), stream, receiver));
        Self { logging, function: function.to_owned(), lines: sender }
    }

    /// A line that the function printed now.
    pub fn printed(&self, world: &World, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        if !line.is_empty() && self.logging.keeps(line) {
            self.send(world.now(), line.to_owned());
        }
    }

    /// What the platform has to say now.
    pub fn platform(&self, world: &World, event: &Event) {
        let now = world.now();
        for line in lines(&self.logging, &self.function, now, event) {
            self.send(now, line);
        }
    }

    fn send(&self, now: Timestamp, line: String) {
        // The task takes lines as long as there is this sender, or it panicked, which has been reported.
        let _taken = self.lines.send((now.as_millisecond(), line));
    }
}

async fn write(
    world: Shared,
    role: String,
    group: String,
    stream: String,
    mut lines: mpsc::UnboundedReceiver<(i64, String)>,
) {
    let resource = world.arn("logs", &format!("log-group:{group}:log-stream:{stream}"));
    while let Some(first) = lines.recv().await {
        let share = world.ids.share();
        world.pause(Duration::from_secs_f64(0.5 + share), Duration::from_secs_f64(0.05 + 0.1 * share)).await;
        let mut batch = vec![first];
        while let Ok(line) = lines.try_recv() {
            batch.push(line);
        }
        if !["logs:CreateLogStream", "logs:PutLogEvents"]
            .iter()
            .all(|action| iam::may(&world, &role, action, &resource))
        {
            tracing::debug!(group, role, "lines of a function are lost: its role may not write them");
            continue;
        }
        if let Err(error) = logs::append(&world, &group, &stream, batch) {
            tracing::debug!(group, code = %error.code, "lines of a function are lost");
        }
    }
}
