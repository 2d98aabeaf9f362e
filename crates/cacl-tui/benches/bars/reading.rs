//! From text to what is known of it, on one core.

use std::{
    fs::File,
    hint::black_box,
    process::Stdio,
    time::{Duration, Instant},
};

use cacl_event::{
    Decoded, Filter, History, decode,
    filter::{Gist, Reading, Subject},
    report::json_line,
};
use jiff::Timestamp;

use crate::{
    Desk, Failure, PROGRAM,
    records::{self, MANY},
    table::{
        Table,
        Unit::{Milliseconds, PerSecond},
        milliseconds, percentile,
    },
    tools::took,
};

/// How often each is done; the best counts, for whatever else runs here can only slow it down.
const ROUNDS: usize = 5;

/// Pairs of settings for the tools that only compare.
const PAIRS: usize = 2_000;

const PYTHON_DECODE: &str = "
import json, sys, time
lines = open(sys.argv[1]).readlines()
best = 0
for _ in range(3):
    started = time.perf_counter()
    for line in lines: json.loads(line)
    best = max(best, len(lines) / (time.perf_counter() - started))
print(best)";

const DEEPDIFF: &str = "
import json, sys, time
from deepdiff import DeepDiff
pairs = [json.loads(line) for line in open(sys.argv[1])]
started = time.perf_counter()
for before, after in pairs: DeepDiff(before, after, ignore_order=True)
print(len(pairs) / (time.perf_counter() - started))";

const JSONDIFFPATCH: &str = "
const {readFileSync} = require('fs');
import(process.env.NODE_PATH + '/jsondiffpatch/lib/index.js').then(({create}) => {
  const differ = create({objectHash: element => JSON.stringify(element)});
  const pairs = readFileSync(process.argv[1], 'utf8').trim().split('\\n').map(line => JSON.parse(line));
  const started = performance.now();
  for (const [before, after] of pairs) differ.diff(before, after);
  console.log(pairs.length / (performance.now() - started) * 1000);
}).catch(() => process.exit(1));";

pub fn measure(desk: &Desk, table: &mut Table) -> Result<(), Failure> {
    let texts = records::texts(MANY);
    let file = records::write(desk.path(), MANY)?;
    let name = file.display().to_string();

    let decoded = best(|| texts.iter().map(|text| decode(black_box(text)).len()).sum::<usize>());
    let python = desk.number_from("python3", &["-c", PYTHON_DECODE, &name]);
    let jq = desk.time_of(1, "jq", &["-c", ".eventID", &name]).map(rate);
    let beside = vec![("Python's json.loads", python), ("jq -c .eventID, whole run", jq)];
    table.row("decode full records", PerSecond, None, rate(decoded), beside);

    let read = best(|| {
        let history = history(&texts);
        history.iter().filter(|change| history.judge(&change.id).is_some()).count()
    });
    table.row("decode, order, diff, judge", PerSecond, 100_000.0, rate(read), Vec::new());

    let history = history(&texts);
    let compared = best(|| history.iter().filter(|change| history.diff(&change.id).is_some()).count());
    let pairs = pairs(desk, &history)?;
    let beside = vec![
        ("deepdiff, settings only", desk.number_from("python3", &["-c", DEEPDIFF, &pairs])),
        ("jsondiffpatch, settings only", desk.number_from("node", &["-e", JSONDIFFPATCH, &pairs])),
    ];
    table.row("baseline and diff", PerSecond, None, rate(compared), beside);

    let written = best(|| {
        let line = |change: &cacl_event::Change| {
            let (diff, judgement) = (history.diff(&change.id)?, history.judge(&change.id)?);
            Some(json_line(change, history.client_name(&change.id), &diff, &judgement).len())
        };
        history.iter().filter_map(line).sum::<usize>()
    });
    table.row("baseline, diff, judge, JSON line", PerSecond, None, rate(written), Vec::new());

    for form in ["jsonl", "text"] {
        let mut replay = desk.command(PROGRAM);
        replay.args(["replay", "--output", form, &name]).stdout(Stdio::null());
        let mut times: Vec<Duration> = (0..3).map(|_| took(&mut replay)).collect::<Result<_, _>>()?;
        let beside = match form {
            "jsonl" => vec![("jq -c ., read and written", desk.time_of(1, "jq", &["-c", ".", &name]).map(rate))],
            _ => Vec::new(),
        };
        let bar = (form == "jsonl").then_some(100_000.0);
        let measure = format!("`replay --output {form}`, file to lines, whole run");
        table.row(measure, PerSecond, bar, rate(percentile(&mut times, 50)), beside);
    }
    filters(desk, table, &history, &name)
}

/// Rows a second, out of milliseconds for all.
#[expect(clippy::cast_precision_loss, reason = "a hundred thousand fits")]
fn rate(milliseconds: f64) -> f64 {
    MANY as f64 / milliseconds * 1e3
}

fn best(work: impl Fn() -> usize) -> f64 {
    let round = || {
        let started = Instant::now();
        black_box(work());
        started.elapsed()
    };
    milliseconds((0..ROUNDS).map(|_| round()).min().unwrap_or_default())
}

fn history(texts: &[String]) -> History {
    let mut history = History::default();
    for text in texts {
        for item in decode(text) {
            if let Decoded::Change(change) = item {
                history.insert(*change);
            }
        }
    }
    history
}

/// What `diff` compares, for those who compare any two values: a line of JSON for each pair.
fn pairs(desk: &Desk, history: &History) -> Result<String, Failure> {
    use std::io::Write as _;
    let path = desk.path().join("pairs.jsonl");
    let mut file = std::io::BufWriter::new(File::create(&path)?);
    let flat = |settings: &cacl_event::Settings| -> serde_json::Map<String, serde_json::Value> {
        settings.iter().map(|(path, value)| (path.to_owned(), value)).collect()
    };
    let comparable = history
        .iter()
        .filter_map(|change| Some((flat(&history.before(&change.id)?.settings), flat(change.resulting.as_ref()?))));
    for (before, after) in comparable.take(PAIRS) {
        writeln!(file, "{}", serde_json::json!([before, after]))?;
    }
    file.flush()?;
    Ok(path.display().to_string())
}

/// As the live view asks: what each change comes to is known by then, for its row shows it.
fn filters(desk: &Desk, table: &mut Table, history: &History, file: &str) -> Result<(), Failure> {
    let now = Timestamp::from_second(1_761_000_000)?;
    let gists: Vec<Option<Gist>> =
        history.iter().map(|change| Some(Gist::from(&Reading::of(history, &change.id)?))).collect();
    let word = "nowhere-to-be-found";
    for text in [word, "client:client-77 actor:sam", "sev>=high since:1000d"] {
        let filter = Filter::parse(text)?;
        let took = best(|| {
            let mut search = filter.search();
            let mut found = 0;
            for (change, gist) in history.iter().zip(&gists) {
                let client_name = history.client_name(&change.id);
                let subject = Subject { change, client_name, gist: *gist, now };
                found += usize::from(search.matches(&subject, || Reading::of(history, &change.id)));
            }
            found
        });
        let grep = (text == word).then(|| ("grep -ci, the file", grep(desk, word, file)));
        table.row(format!("filter `{text}` over 100,000"), Milliseconds, 50.0, took, grep.into_iter().collect());
    }
    Ok(())
}

/// It says by its exit code that it found nothing, so that is no failure here.
fn grep(desk: &Desk, word: &str, file: &str) -> Option<f64> {
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..3 {
        let started = Instant::now();
        desk.tool_command("grep", &["-ci", word, file])?.status().ok()?;
        times.push(started.elapsed());
    }
    Some(percentile(&mut times, 50))
}
