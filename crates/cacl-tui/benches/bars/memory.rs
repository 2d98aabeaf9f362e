//! Memory with many changes. With none it is measured where it idles, in `pipeline`.

use std::{fs, time::Duration};

use crate::{
    Desk, Failure, PROGRAM,
    records::{self, MANY},
    screen::Screen,
    table::{Table, Unit::MiB},
};

pub fn measure(desk: &Desk, table: &mut Table) -> Result<(), Failure> {
    let file = records::write(desk.path(), MANY)?.display().to_string();
    let screen = Screen::start(desk, PROGRAM, &["replay", &file], &[])?;
    screen.last_byte(Duration::from_secs(1))?;
    let beside =
        vec![("lnav, the same file", of(desk, "lnav", &[&file])), ("Python, a list of the same", python(desk, &file))];
    table.row("memory with 100,000 changes", MiB, 200.0, resident(screen.pid()?, "VmRSS")?, beside);
    table.row("the same, at its highest", MiB, None, resident(screen.pid()?, "VmHWM")?, Vec::new());
    Ok(())
}

/// A line of `/proc/<pid>/status`.
pub fn resident(pid: u32, name: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
    let kib: f64 = line.trim_matches(|letter: char| !letter.is_ascii_digit()).parse()?;
    Ok(kib / 1024.0)
}

fn of(desk: &Desk, name: &str, arguments: &[&str]) -> Option<f64> {
    let program = desk.tool(name)?.display().to_string();
    let screen = Screen::start(desk, &program, arguments, &[]).ok()?;
    screen.last_byte(Duration::from_secs(3)).ok()?;
    resident(screen.pid().ok()?, "VmRSS").ok()
}

fn python(desk: &Desk, file: &str) -> Option<f64> {
    let script = "
import json, resource, sys
records = [json.loads(line) for line in open(sys.argv[1])]
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)";
    desk.number_from("python3", &["-c", script, file])
}
