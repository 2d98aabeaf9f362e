//! The lines that the platform writes between those of the function: as JSON, or as the old text, by the log format of the
//! function; which of them, by its system log level.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

/// How a function logs; out of its `LoggingConfig`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// The group its lines go to.
    pub group: String,
    /// Whether the format is JSON.
    pub json: bool,
    /// The least level of the function's own lines, as far as they are JSON and say their level.
    pub application: Level,
    /// The least level of the platform's lines.
    pub system: Level,
}

/// Log levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `TRACE`.
    Trace,
    /// `DEBUG`.
    Debug,
    /// `INFO`, and whatever is not known.
    Info,
    /// `WARN`.
    Warn,
    /// `ERROR`.
    Error,
    /// `FATAL`.
    Fatal,
}

impl Level {
    /// By its name, in any case.
    pub fn named(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "TRACE" => Self::Trace,
            "DEBUG" => Self::Debug,
            "WARN" | "WARNING" => Self::Warn,
            "ERROR" => Self::Error,
            "FATAL" => Self::Fatal,
            _ => Self::Info,
        }
    }
}

impl Logging {
    /// From the function's settings, where the defaults have been filled in.
    pub fn of(config: &Value) -> Self {
        let json = config["LogFormat"] == "JSON";
        // With the text format there are no levels: everything is written.
        let level = |name: &str| match config[name].as_str() {
            Some(level) if json => Level::named(level),
            _ => Level::Trace,
        };
        Self {
            group: config["LogGroup"].as_str().unwrap_or_default().to_owned(),
            json,
            application: level("ApplicationLogLevel"),
            system: level("SystemLogLevel"),
        }
    }

    /// Whether a line of the function is kept.
    pub fn keeps(&self, line: &str) -> bool {
        if self.application <= Level::Trace {
            return true;
        }
        let level = serde_json::from_str::<Value>(line).ok().and_then(|line| line["level"].as_str().map(Level::named));
        level.is_none_or(|level| level >= self.application)
    }
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// With a response.
    Success,
    /// With an error that the function reported.
    Error,
    /// The process ended; what it said to that.
    Failure(String),
    /// It took too long.
    Timeout,
}

impl Status {
    fn name(&self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Failure(_) => "failure",
            Self::Timeout => "timeout",
        }
    }
}

/// What the platform has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// An environment begins.
    InitStart,
    /// The runtime asked for its first event, or did not.
    InitDone {
        /// How long it took.
        took: Duration,
        /// How it went.
        status: &'a Status,
    },
    /// An invocation begins.
    Start {
        /// Its id.
        request_id: &'a str,
    },
    /// An invocation ended.
    Report {
        /// Its id.
        request_id: &'a str,
        /// How long it took.
        took: Duration,
        /// How it went.
        status: &'a Status,
        /// How long the beginning of the environment took, in its first invocation.
        init: Option<Duration>,
        /// `MemorySize`.
        memory: u64,
        /// The most memory that the process has had, in MiB, where that can be known.
        used: Option<u64>,
    },
}

/// The lines for an event, if the function's log wants any.
pub fn lines(logging: &Logging, function: &str, now: Timestamp, event: &Event) -> Vec<String> {
    if !logging.json {
        return text(event);
    }
    let records = records(function, event);
    let wanted = records.into_iter().filter(|(level, _, _)| *level >= logging.system);
    let time = now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    wanted
        .map(|(_, kind, record)| {
            json!({"time": time, "type": format!("platform.{kind}"), "record": record}).to_string()
        })
        .collect()
}

/// Level, kind and record of each line; levels as in Lambda's table of system log level events.
fn records(function: &str, event: &Event) -> Vec<(Level, &'static str, Value)> {
    let debug_if_good = |status: &Status| if *status == Status::Success { Level::Debug } else { Level::Warn };
    match event {
        Event::InitStart => vec![(
            Level::Info,
            "initStart",
            json!({
                "initializationType": "on-demand",
                "phase": "init",
                "runtimeVersion": "provided:al2023.local",
                "functionName": function,
                "functionVersion": "$LATEST",
            }),
        )],
        Event::InitDone { took, status } => {
            let begin = json!({"initializationType": "on-demand", "phase": "init", "status": status.name()});
            let (mut done, mut report) = (begin.clone(), begin);
            if let Status::Failure(reason) = status {
                done["errorType"] = reason.as_str().into();
                report["errorType"] = reason.as_str().into();
            }
            report["metrics"] = json!({"durationMs": milliseconds(*took)});
            vec![(debug_if_good(status), "initRuntimeDone", done), (debug_if_good(status), "initReport", report)]
        }
        Event::Start { request_id } => {
            vec![(Level::Info, "start", json!({"requestId": request_id, "version": "$LATEST"}))]
        }
        Event::Report { request_id, took, status, init, memory, used } => {
            let mut done = json!({"requestId": request_id, "status": status.name()});
            if let Status::Failure(reason) = status {
                done["errorType"] = reason.as_str().into();
            }
            let mut report = done.clone();
            done["metrics"] = json!({"durationMs": milliseconds(*took)});
            report["metrics"] = json!({
                "durationMs": milliseconds(*took),
                "billedDurationMs": billed(*took),
                "memorySizeMB": memory,
            });
            if let Some(used) = used {
                report["metrics"]["maxMemoryUsedMB"] = (*used).into();
            }
            if let Some(init) = init {
                report["metrics"]["initDurationMs"] = milliseconds(*init).into();
            }
            vec![(debug_if_good(status), "runtimeDone", done), (Level::Info, "report", report)]
        }
    }
}

fn text(event: &Event) -> Vec<String> {
    match event {
        Event::InitStart => vec!["INIT_START Runtime Version: provided:al2023.local".to_owned()],
        Event::InitDone { status: Status::Success, .. } => Vec::new(),
        Event::InitDone { took, status } => {
            vec![format!(
                "INIT_REPORT Init Duration: {} ms\tPhase: init\tStatus: {}",
                milliseconds(*took),
                status.name()
            )]
        }
        Event::Start { request_id } => vec![format!("START RequestId: {request_id} Version: $LATEST")],
        Event::Report { request_id, took, status, init, memory, used } => {
            let mut report = vec![
                format!("REPORT RequestId: {request_id}"),
                format!("Duration: {} ms", milliseconds(*took)),
                format!("Billed Duration: {} ms", billed(*took)),
                format!("Memory Size: {memory} MB"),
            ];
            report.extend(used.map(|used| format!("Max Memory Used: {used} MB")));
            report.extend(init.map(|init| format!("Init Duration: {} ms", milliseconds(init))));
            if matches!(status, Status::Failure(_) | Status::Timeout) {
                report.push(format!("Status: {}", status.name()));
            }
            vec![format!("END RequestId: {request_id}"), report.join("\t")]
        }
    }
}

/// With two decimals.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

/// Whole milliseconds, rounded up.
fn billed(duration: Duration) -> u128 {
    duration.as_micros().div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logging(format: &str, system: &str) -> Logging {
        Logging::of(&json!({
            "LogFormat": format, "SystemLogLevel": system, "ApplicationLogLevel": "INFO", "LogGroup": "g",
        }))
    }

    fn report(status: &Status) -> Event<'_> {
        Event::Report {
            request_id: "r",
            took: Duration::from_micros(2_345),
            status,
            init: Some(Duration::from_millis(9)),
            memory: 128,
            used: Some(17),
        }
    }

    #[test]
    fn at_info_a_good_invocation_has_three_lines_and_a_bad_one_says_why() {
        let kinds = |system: &str, status: &Status| -> Vec<String> {
            let took = Duration::from_millis(1);
            [Event::InitStart, Event::InitDone { took, status }, Event::Start { request_id: "r" }, report(status)]
                .iter()
                .flat_map(|event| lines(&logging("JSON", system), "f", Timestamp::UNIX_EPOCH, event))
                .map(|line| {
                    serde_json::from_str::<Value>(&line).expect("JSON")["type"].as_str().expect("a text")[9..]
                        .to_owned()
                })
                .collect()
        };
        let failure = Status::Failure("Runtime.ExitError".to_owned());
        assert_eq!(kinds("INFO", &Status::Success), ["initStart", "start", "report"]);
        let all = ["initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report"];
        assert_eq!(kinds("DEBUG", &Status::Success), all);
        assert_eq!(kinds("INFO", &failure), all);
        assert_eq!(kinds("WARN", &Status::Timeout), ["initRuntimeDone", "initReport", "runtimeDone"]);
    }

    #[test]
    fn a_report_has_lambdas_metrics() {
        let line = lines(&logging("JSON", "INFO"), "f", Timestamp::UNIX_EPOCH, &report(&Status::Success));
        let expected = json!({
            "time": "1970-01-01T00:00:00.000Z",
            "type": "platform.report",
            "record": {"requestId": "r", "status": "success", "metrics": {
                "durationMs": 2.35, "billedDurationMs": 3, "memorySizeMB": 128, "maxMemoryUsedMB": 17, "initDurationMs": 9.0,
            }},
        });
        assert_eq!(line, [expected.to_string()]);
        let text = lines(&logging("Text", "INFO"), "f", Timestamp::UNIX_EPOCH, &report(&Status::Timeout));
        let expected = "REPORT RequestId: r\tDuration: 2.35 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 17 MB\tInit Duration: 9 ms\tStatus: timeout";
        assert_eq!(text, ["END RequestId: r", expected]);
    }

    #[test]
    fn lines_below_the_level_are_dropped_unless_they_do_not_say_theirs() {
        let json = logging("JSON", "INFO");
        let table = [
            (r#"{"level":"DEBUG"}"#, false),
            (r#"{"level":"info"}"#, true),
            (r#"{"level":"ERROR"}"#, true),
            (r#"{"message":"x"}"#, true),
            ("plain", true),
        ];
        for (line, expected) in table {
            assert_eq!(json.keeps(line), expected, "{line}");
            assert!(logging("Text", "INFO").keeps(line), "{line}");
        }
    }
}
