//! Stdout, where a reader that has gone away is an ordinary end.

use std::{
    io::{self, BufWriter, ErrorKind, Stdout, Write},
    time::Duration,
};

use tokio::io::AsyncWriteExt as _;

use crate::failure::Closed;

/// Stdout for a report that goes on. A reader may be slow, or stand still for good: whoever waits for it can stop waiting.
#[derive(Debug)]
pub struct Lines {
    inner: tokio::io::Stdout,
}

impl Lines {
    /// For stdout.
    pub fn stdout() -> Self {
        Self { inner: tokio::io::stdout() }
    }

    /// Writes a line, a newline added, and comes back when all of it has been taken.
    pub async fn line(&mut self, line: &str) -> anyhow::Result<()> {
        let written = async {
            self.inner.write_all(format!("{line}\n").as_bytes()).await?;
            self.inner.flush().await
        };
        written.await.map_err(ended)
    }

    /// Comes once the reader has gone away, which nobody who has nothing to write is told.
    pub async fn closed(&self) {
        while !is_closed() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

#[cfg(unix)]
fn is_closed() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdout = io::stdout();
    let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
    let answered = poll(&mut asked, Some(&rustix::event::Timespec::default()));
    answered.is_ok() && asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}

/// A buffered writer of whole lines.
#[derive(Debug)]
pub struct Out<W: Write> {
    inner: BufWriter<W>,
}

impl Out<Stdout> {
    /// For stdout.
    pub fn stdout() -> Self {
        Self::new(io::stdout())
    }
}

impl<W: Write> Out<W> {
    /// For any writer.
    pub fn new(inner: W) -> Self {
        Self { inner: BufWriter::new(inner) }
    }

    /// Writes a line, a newline added.
    pub fn line(&mut self, line: &str) -> anyhow::Result<()> {
        writeln!(self.inner, "{line}").map_err(ended)
    }

    /// Writes a text as it is.
    pub fn text(&mut self, text: &str) -> anyhow::Result<()> {
        write!(self.inner, "{text}").map_err(ended)
    }

    /// Writes what is not followed by a newline, such as a question, and shows it at once.
    pub fn ask(&mut self, text: &str) -> anyhow::Result<()> {
        self.text(text)?;
        self.flush()
    }

    /// Sends off what has been written. Live reports do this after every line.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        self.inner.flush().map_err(ended)
    }
}

fn ended(error: io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::BrokenPipe {
        Closed.into()
    } else {
        anyhow::Error::from(error).context("cannot write to stdout")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::Out;
    use crate::failure::Closed;

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_left_is_told_from_a_full_disk() {
        let mut out = Out::new(Gone);
        out.line("x").expect("buffered");
        assert!(out.flush().expect_err("closed").is::<Closed>());
        let mut out = Out::new(Full);
        out.line("x").expect("buffered");
        assert!(!out.flush().expect_err("full").is::<Closed>());
    }
}
