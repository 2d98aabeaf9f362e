//! Every bar that can be measured on one machine, in one table: `cargo bench -p cacl-tui`, or with a word to choose:
//! `cargo bench -p cacl-tui -- drawing`. `tools/bench` first fetches the tools that stand beside ours.
//!
//! Measured is the release executable, from outside, as whoever uses it has it; what has no outside (a diff, a filter) is
//! measured through the public functions of the crates. A tool that is not there is said to be not there. No figure is an
//! assertion: on a busy machine all of them are worse, and the ratios hardly.

mod drawing;
mod memory;
mod pipeline;
mod reading;
mod records;
mod screen;
mod start;
mod subscriber;
mod table;
mod tools;

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use table::Table;

/// The soak is also how latency is measured.
#[expect(dead_code, reason = "the commands make more of it")]
#[path = "../../examples/soak/run/mod.rs"]
mod soak;

type Failure = Box<dyn Error + Send + Sync>;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_cacl-tui");

/// A place to work in.
struct Desk {
    folder: tempfile::TempDir,
    /// Where the tools are that were installed for this.
    tools: Option<PathBuf>,
}

impl Desk {
    fn new() -> io::Result<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        Ok(Self { folder, tools: env::var_os("BENCH_TOOLS").map(PathBuf::from) })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command in an environment of its own.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment()).current_dir(self.path());
        command
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.path().display().to_string();
        let mut path = "/usr/local/bin:/usr/bin:/bin".to_owned();
        let mut environment = vec![
            ("HOME", home),
            ("LANG", "C.UTF-8".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        if let Some(tools) = &self.tools {
            path = format!("{}/bin:{path}", tools.display());
            environment.push(("LD_LIBRARY_PATH", tools.join("lib").display().to_string()));
            environment.push(("NODE_PATH", tools.join("node_modules").display().to_string()));
        }
        environment.push(("PATH", path));
        environment
    }
}

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Measure = fn(&Desk, &mut Table) -> Result<(), Failure>;

const MEASURES: [(&str, Measure); 6] = [
    ("start", start::measure),
    ("reading", reading::measure),
    ("drawing", drawing::measure),
    ("memory", memory::measure),
    ("pipeline", pipeline::measure),
    ("subscriber", subscriber::measure),
];

fn main() -> Result<(), Failure> {
    // Cargo passes options of its own, such as `--bench`.
    let wanted: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let desk = Desk::new()?;
    let mut table = Table::default();
    for (name, measure) in MEASURES {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            writeln!(io::stderr(), "{name} …")?;
            if let Err(error) = measure(&desk, &mut table) {
                table.trouble(name, &error.to_string());
            }
        }
    }
    write!(io::stdout(), "{table}")?;
    Ok(())
}
