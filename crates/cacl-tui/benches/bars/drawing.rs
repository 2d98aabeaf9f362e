//! From a key to the screen, with many changes loaded.

use std::time::{Duration, Instant};

use crate::{
    Desk, Failure, PROGRAM,
    records::{self, MANY},
    screen::Screen,
    table::{
        Table,
        Unit::{Milliseconds, Seconds},
        percentile,
    },
};

/// Longer than the shortest time between two frames.
const TYPING: Duration = Duration::from_millis(70);
/// Nothing is drawn for so long: it is done.
const QUIET: Duration = Duration::from_millis(600);

pub fn measure(desk: &Desk, table: &mut Table) -> Result<(), Failure> {
    let file = records::write(desk.path(), MANY)?.display().to_string();
    let began = Instant::now();
    let mut screen = Screen::start(desk, PROGRAM, &["replay", &file], &[])?;
    let loaded = screen.last_byte(QUIET)?;
    table.row("100,000 changes from a file to the screen", Seconds, None, (loaded - began).as_secs_f64(), Vec::new());

    let keys: [&[u8]; 8] = [b"k", b"k", b"j", b"\x15", b"\x04", b"g", b"j", b"G"];
    let mut times: Vec<Duration> = Vec::new();
    for key in keys.iter().cycle().take(200) {
        std::thread::sleep(TYPING);
        times.push(screen.key(key)?);
    }
    let beside = vec![
        ("less, the same file", others(desk, "less", &["-S", &file])),
        ("lnav, the same file", others(desk, "lnav", &[&file])),
    ];
    table.row("key → frame, 100,000 loaded, p50 of 200", Milliseconds, 16.0, percentile(&mut times, 50), beside);
    table.row("the same, p95", Milliseconds, 16.0, percentile(&mut times, 95), Vec::new());

    filter(&mut screen, table);
    Ok(())
}

/// A filter, letter by letter, each until nothing is drawn any more.
fn filter(screen: &mut Screen, table: &mut Table) {
    let Ok(_) = screen.settled(b"/", QUIET) else {
        table.trouble("filter in the live view", "`/` draws nothing");
        return;
    };
    let mut times = Vec::new();
    for letter in b"nowhere-to-be-found" {
        times.extend(screen.settled(&[*letter], QUIET).ok());
    }
    table.row(
        "a letter more of a filter → its last frame, p50",
        Milliseconds,
        50.0,
        percentile(&mut times, 50),
        Vec::new(),
    );
    table.row("the same, the slowest", Milliseconds, 50.0, percentile(&mut times, 100), Vec::new());
}

/// A key down in another program: to the first bytes that it draws.
fn others(desk: &Desk, name: &str, arguments: &[&str]) -> Option<f64> {
    let program = desk.tool(name)?.display().to_string();
    let mut screen = Screen::start(desk, &program, arguments, &[]).ok()?;
    screen.last_byte(Duration::from_secs(2)).ok()?;
    // Some begin at the end of a file, some at its beginning; which of them draws nothing when told to go where it is.
    let _top = screen.settled(b"g", QUIET);
    let mut times = Vec::new();
    for key in [b"j", b"j", b"k"].into_iter().cycle().take(150) {
        std::thread::sleep(TYPING);
        times.push(screen.key_to_bytes(key).ok()?);
    }
    (!times.is_empty()).then(|| percentile(&mut times, 50))
}
