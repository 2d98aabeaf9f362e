//! A command of the user's for a change.
//!
//! It runs in a process group of its own, so that whatever it starts can be ended with it: when its time is up, and when the
//! program ends. What it leaves running after a good end is its own business.

use std::{io, process::Stdio, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    time::timeout,
};

/// Between the request to end and the end.
const GRACE: Duration = Duration::from_secs(2);

/// Runs a command with `sh -c`, a change's JSON line on its stdin; what went wrong, in words. Stdout is ours alone, so the
/// command's output goes to stderr, or nowhere while a screen is drawn. Dropped, it ends the command.
pub async fn exec(command: &str, line: &str, visible: bool, limit: Duration) -> Result<(), String> {
    let (stdout, stderr) =
        if visible { (Stdio::from(io::stderr()), Stdio::inherit()) } else { (Stdio::null(), Stdio::null()) };
    let mut shell = Command::new("sh");
    #[cfg(unix)]
    shell.process_group(0);
    let mut child = shell
        .arg("-c")
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(stdout)
        .stderr(stderr)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("--exec: cannot start sh: {error}"))?;
    let mut group = Group::of(&child);
    let ended = timeout(limit, fed(&mut child, line)).await;
    if ended.is_err() {
        group.end(Signal::Term);
        // A shell that is gone says nothing of what it has started.
        let _ = timeout(GRACE, child.wait()).await;
        group.end(Signal::Kill);
    }
    group.leave();
    match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("--exec: {status}")),
        Ok(Err(error)) => Err(format!("--exec: {error}")),
        Err(_) => Err(format!("--exec: ended after {} s, see --exec-timeout", limit.as_secs_f32())),
    }
}

async fn fed(child: &mut Child, line: &str) -> io::Result<std::process::ExitStatus> {
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read its input is none the worse for it.
        let _ = stdin.write_all(format!("{line}\n").as_bytes()).await;
    }
    child.wait().await
}

#[derive(Clone, Copy)]
enum Signal {
    Term,
    Kill,
}

/// The processes of a command; killed when dropped, unless it was left.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    fn end(&self, signal: Signal) {
        let signal = match signal {
            Signal::Term => rustix::process::Signal::TERM,
            Signal::Kill => rustix::process::Signal::KILL,
        };
        if let Some(leader) = self.leader {
            // Nobody left is what was wanted.
            let _ = rustix::process::kill_process_group(leader, signal);
        }
    }

    fn leave(&mut self) {
        self.leader = None;
    }
}

/// Elsewhere there are no groups: the shell alone is ended, by being dropped.
#[cfg(not(unix))]
impl Group {
    fn of(_: &Child) -> Self {
        Self {}
    }

    fn end(&self, _: Signal) {}

    fn leave(&mut self) {}
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end(Signal::Kill);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    const ENOUGH: Duration = Duration::from_mins(10);

    #[tokio::test]
    async fn a_command_gets_the_line_and_its_failure_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("line");
        exec(&format!("cat > '{}'", file.display()), "{\"a\":1}", false, ENOUGH).await.expect("runs");
        assert_eq!(fs::read_to_string(file).expect("written"), "{\"a\":1}\n");
        exec("true", &"x".repeat(1 << 20), false, ENOUGH).await.expect("need not read");
        assert!(exec("exit 3", "", false, ENOUGH).await.expect_err("fails").contains('3'));
    }

    /// Waits until the process whose id is in a file is gone.
    async fn gone(file: &Path) {
        let id: i32 = fs::read_to_string(file).expect("written").trim().parse().expect("an id");
        let id = rustix::process::Pid::from_raw(id).expect("an id");
        while rustix::process::test_kill_process(id).is_ok() {
            // What has ended is there until somebody asks; in a container perhaps nobody does.
            let state = fs::read_to_string(format!("/proc/{}/stat", id.as_raw_pid())).unwrap_or_default();
            if state.contains(") Z ") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn a_command_whose_time_is_up_ends_with_all_that_it_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("id");
        let command = format!("sleep 600 & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait", file.display());
        // Until it had the time to start something.
        let mut limit = Duration::from_millis(500);
        while !file.exists() {
            let trouble = exec(&command, "", false, limit).await.expect_err("too long");
            assert!(trouble.contains("--exec-timeout"), "{trouble}");
            limit *= 2;
        }
        timeout(ENOUGH, gone(&file)).await.expect("it has ended");
    }

    #[tokio::test]
    async fn a_command_that_is_given_up_ends_with_all_that_it_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("id");
        let command = format!("sleep 600 & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait", file.display());
        let written = async {
            while !file.exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            ended = exec(&command, "", false, ENOUGH) => panic!("{ended:?}"),
            () = written => {}
        }
        timeout(ENOUGH, gone(&file)).await.expect("it has ended");
    }
}
