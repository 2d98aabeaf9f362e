//! What might be typed as a filter: parsed, written again, completed at every place, and asked of changes.

use cacl_event::{Decoded, History, decode, filter::Key};
use fastrand::Rng;
use jiff::Timestamp;

use super::{
    Done, Failure, Options, check, guarded,
    rubbish::{self, Source},
};

const PIECES: [&str; 28] = [
    "-",
    "!",
    ":",
    "=",
    ">=",
    "<",
    ">",
    ",",
    "\"",
    "\\",
    "(",
    ")",
    "*",
    "/",
    " ",
    "\t",
    "high",
    "critical",
    "update",
    "1h",
    "7d",
    "2026-10-01",
    "2026-10-01T08:00:00Z",
    "198.51.100.0/24",
    "::/0",
    "reset",
    "root-call",
    "web",
];

pub fn run(options: &Options, done: &mut Done, show: &mut impl FnMut(&str)) -> Result<(), Failure> {
    let mut rng = Rng::with_seed(options.seed ^ 0xF11E);
    let source = Source::new();
    let mut history = History::default();
    for _ in 0..300 {
        for item in decode(&source.line(&mut rng)) {
            if let Decoded::Change(change) = item {
                history.insert(*change);
            }
        }
    }
    for count in 1..=options.filters {
        let text = typed(&mut rng);
        let offered: Vec<String> = (0..3).map(|_| rubbish::text(&mut rng)).collect();
        let now = Timestamp::from_second(1_790_000_000 + rng.i64(0..4_000)).unwrap_or_default();
        done.parsed += usize::from(guarded(&text, || check::filter(&text, &offered, &history, now))?);
        done.filters += 1;
        if count.is_multiple_of(100_000) {
            show(&format!("{} filters, {} parse", done.filters, done.parsed));
        }
    }
    Ok(())
}

fn typed(rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(1..6) {
        match rng.u8(0..8) {
            0..=2 => {
                text.push_str(Key::ALL[rng.usize(..Key::ALL.len())].as_str());
                text.push_str([":", ">=", "=", "<", ":!", ""][rng.usize(..6)]);
            }
            3 => text.push_str(&rubbish::text(rng)),
            _ => text.push_str(PIECES[rng.usize(..PIECES.len())]),
        }
        if rng.bool() {
            text.push(' ');
        }
    }
    text
}
