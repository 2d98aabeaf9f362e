//! What `watch` wrote.

use std::{
    collections::{BTreeSet, HashMap},
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::time::sleep;

use super::{Failure, Verdict};

/// The lines as they come, on a thread of their own.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    /// How often each id was told.
    ids: HashMap<String, u32>,
    /// Milliseconds from ingestion to its being told.
    latency: Vec<u64>,
    /// What was no line of ours.
    rubbish: Option<String>,
}

impl Told {
    pub fn read(stdout: ChildStdout) -> Self {
        let told = Self::default();
        let reader = told.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                reader.take(&line);
            }
        });
        told
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, line: &str) {
        let read = serde_json::from_str::<HashMap<&str, &serde_json::value::RawValue>>(line);
        let field = |name: &str| serde_json::from_str::<Value>(read.as_ref().ok()?.get(name)?.get()).ok();
        let id = field("id").and_then(|id| id.as_str().map(str::to_owned));
        let latency = field("latencyMs").and_then(|hops| hops["screen"].as_u64());
        let mut lines = self.lines();
        match id {
            Some(id) => *lines.ids.entry(id).or_default() += 1,
            None => lines.rubbish = Some(line.to_owned()),
        }
        lines.latency.extend(latency);
    }

    /// How many changes there were.
    pub fn len(&self) -> usize {
        self.lines().ids.len()
    }

    pub fn has_all(&self, ids: &BTreeSet<String>) -> bool {
        let lines = self.lines();
        lines.ids.len() >= ids.len() && ids.iter().all(|id| lines.ids.contains_key(id))
    }

    /// The program has had the time to ask for the log, or it has ended.
    pub async fn wait_for_start(&self, watch: &mut Child) -> Result<(), Failure> {
        sleep(Duration::from_secs(1)).await;
        match watch.try_wait()? {
            Some(status) => Err(format!("watch has ended: {status}").into()),
            None => Ok(()),
        }
    }

    /// Against what was recorded.
    pub fn verdict(&self, recorded: &BTreeSet<String>, calls: usize, calling: Duration, after: Duration) -> Verdict {
        let mut lines = self.lines();
        lines.latency.sort_unstable();
        let at = |percent: usize| lines.latency.get((lines.latency.len() * percent / 100).saturating_sub(1)).copied();
        let told = |wanted: &dyn Fn(&str, u32) -> bool| -> BTreeSet<String> {
            lines.ids.iter().filter(|(id, times)| wanted(id, **times)).map(|(id, _)| id.clone()).collect()
        };
        let mut unknown = told(&|id, _| !recorded.contains(id));
        unknown.extend(lines.rubbish.clone());
        Verdict {
            calls,
            recorded: recorded.len(),
            told: lines.ids.len(),
            lost: recorded.iter().filter(|id| !lines.ids.contains_key(*id)).cloned().collect(),
            twice: told(&|_, times| times > 1),
            unknown,
            calling,
            after,
            latency: [50, 95, 100].map(|percent| at(percent).unwrap_or_default()),
        }
    }
}
