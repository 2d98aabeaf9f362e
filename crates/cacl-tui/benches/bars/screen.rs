//! A program in a terminal, with nothing between it and the clock: bytes as they come, each with its moment.

use std::{
    ffi::OsStr,
    io::{Read as _, Write},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::{Desk, Failure};

/// What ends a frame that is sent as one synchronized update.
const END: &[u8] = b"\x1b[?2026l";

/// Whatever takes longer than this does not come at all.
const PATIENCE: Duration = Duration::from_secs(15);

/// A terminal of 120×40 with a program in it.
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    began: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Screen {
    pub fn start(
        desk: &Desk,
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        let pty = native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 })?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for (name, value) in desk.environment() {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, OsStr::new(value));
        }
        command.cwd(desk.path());
        let (mut reader, keys) = (pty.master.try_clone_reader()?, pty.master.take_writer()?);
        let began = Instant::now();
        let child = pty.slave.spawn_command(command)?;
        drop(pty.slave);
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send((Instant::now(), buffer[..read].to_vec())).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, keys, output, began, _master: pty.master })
    }

    pub fn pid(&self) -> Result<u32, Failure> {
        self.child.process_id().ok_or_else(|| "no process".into())
    }

    /// From the start to the end of the first frame.
    pub fn first_frame(&self) -> Result<Duration, Failure> {
        self.frame(self.began, END)
    }

    /// From the start to the first byte that is drawn, for programs that mark no frames.
    pub fn first_bytes(&self) -> Result<Duration, Failure> {
        self.frame(self.began, b"")
    }

    /// From a key to the end of the next frame.
    pub fn key(&mut self, key: &[u8]) -> Result<Duration, Failure> {
        self.pressed(key, END)
    }

    /// The same for programs that mark no frames: to the first bytes.
    pub fn key_to_bytes(&mut self, key: &[u8]) -> Result<Duration, Failure> {
        self.pressed(key, b"")
    }

    fn pressed(&mut self, key: &[u8], until: &[u8]) -> Result<Duration, Failure> {
        while self.output.try_recv().is_ok() {}
        let pressed = Instant::now();
        self.keys.write_all(key)?;
        self.keys.flush()?;
        self.frame(pressed, until)
    }

    /// From keys to the last byte of what they led to: nothing more for as long as `quiet`.
    pub fn settled(&mut self, keys: &[u8], quiet: Duration) -> Result<Duration, Failure> {
        while self.output.try_recv().is_ok() {}
        let pressed = Instant::now();
        self.keys.write_all(keys)?;
        self.keys.flush()?;
        Ok(self.last_byte(quiet)?.saturating_duration_since(pressed))
    }

    /// Waits until nothing is drawn for a while; the moment of the last byte.
    pub fn last_byte(&self, quiet: Duration) -> Result<Instant, Failure> {
        let began = Instant::now();
        let mut last = self.output.recv_timeout(PATIENCE)?.0;
        // Some have a clock on the screen, and are never quiet.
        while began.elapsed() < PATIENCE {
            match self.output.recv_timeout(quiet) {
                Ok((at, _)) => last = at,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Err("the program has ended".into()),
            }
        }
        Ok(last)
    }

    fn frame(&self, from: Instant, until: &[u8]) -> Result<Duration, Failure> {
        let mut tail: Vec<u8> = Vec::new();
        loop {
            let (at, bytes) = self.output.recv_timeout(PATIENCE)?;
            tail.extend(bytes);
            if until.is_empty() || tail.windows(until.len()).any(|window| window == until) {
                return Ok(at.saturating_duration_since(from));
            }
            tail.drain(..tail.len().saturating_sub(until.len()));
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
