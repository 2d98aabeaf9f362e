//! The terminal: taken over for a while, and given back whatever happens.
//!
//! Absent on purpose: signals. They end the loop through its `stop` future, and leaving the loop drops the session.

use std::{
    cell::Cell,
    io::{self, Stdout, Write},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    cursor,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EventStream},
    execute, queue,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{Terminal, backend::CrosstermBackend};

use super::Input;

/// A terminal in raw mode on its alternate screen; dropping it restores what was there before.
pub struct Session {
    /// To draw on.
    pub terminal: Terminal<CrosstermBackend<Whole<Stdout>>>,
    /// What the user does.
    pub input: Input,
}

impl Session {
    /// Takes the terminal over, and its mouse if so wished. From here on a panic, too, restores it before its message is
    /// printed.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        DRAWS.set(true);
        // Bracketed, a paste is one event, which is ignored; otherwise each of its letters would be a command.
        let session = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)
            .and_then(|()| if mouse { capture_mouse() } else { Ok(()) })
            .and_then(|()| Terminal::new(CrosstermBackend::new(Whole::new(io::stdout()))))
            .map(|terminal| Self { terminal, input: Box::pin(EventStream::new()) });
        if session.is_err() {
            restore();
        }
        session
    }

    /// Gives the terminal back before its time: nothing is drawn any more, and there is something to say.
    pub fn leave(&mut self) {
        restore();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        restore();
    }
}

/// Clicks and the wheel, in the coordinates of cells that have no upper bound. Not what crossterm asks for: every movement of
/// the mouse, too, which would wake the program for nothing.
#[cfg(not(windows))]
fn capture_mouse() -> io::Result<()> {
    execute!(io::stdout(), crossterm::style::Print("\x1b[?1000h\x1b[?1006h"))
}

/// The console's own way knows no other.
#[cfg(windows)]
fn capture_mouse() -> io::Result<()> {
    execute!(io::stdout(), crossterm::event::EnableMouseCapture)
}

/// Whether there is something to restore.
static ENTERED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this is the thread that draws.
    static DRAWS: Cell<bool> = const { Cell::new(false) };
}

/// Leaves raw mode and the alternate screen, once. Errors are ignored: the terminal may be gone already, and nobody is left to
/// be told.
fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(out, EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste);
        let _ = execute!(out, LeaveAlternateScreen, cursor::Show);
        let _ = disable_raw_mode();
    }
}

/// A panic of the thread that draws is the end, so its message belongs in the normal terminal. One of another thread is for
/// those who wait for that thread; here it must not scribble over the screen.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            if DRAWS.get() || !ENTERED.load(Ordering::SeqCst) {
                restore();
                before(what);
            } else {
                tracing::error!("{what}");
            }
        }));
    });
}

/// A writer that holds back what is written until it is flushed, and then sends it in one piece, marked as one synchronized
/// update, so that the terminal never shows half a frame.
#[derive(Debug)]
pub struct Whole<W: Write> {
    inner: W,
    held: Vec<u8>,
}

impl<W: Write> Whole<W> {
    /// Nothing held yet.
    pub fn new(inner: W) -> Self {
        Self { inner, held: Vec::new() }
    }
}

impl<W: Write> Write for Whole<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.is_empty() {
            queue!(self.held, BeginSynchronizedUpdate)?;
        }
        self.held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        queue!(self.held, EndSynchronizedUpdate)?;
        // Emptied first: after an error the same bytes must not be sent again.
        let frame = std::mem::take(&mut self.held);
        self.inner.write_all(&frame)?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_sent_whole_and_marked_as_one_update() {
        let mut whole = Whole::new(Vec::new());
        whole.write_all(b"one ").expect("memory takes anything");
        whole.write_all(b"frame").expect("memory takes anything");
        assert!(whole.inner.is_empty(), "nothing may leave before the flush");
        whole.flush().expect("memory takes anything");
        whole.flush().expect("memory takes anything");
        assert_eq!(String::from_utf8_lossy(&whole.inner), "\u{1b}[?2026hone frame\u{1b}[?2026l");
    }
}
