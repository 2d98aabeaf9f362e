//! One file, decoded while it is read.

use std::{
    fmt,
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

use cacl_event::{Decoded, decode_next};
use flate2::read::MultiGzDecoder;

/// How much is read at once, in bytes.
const PIECE: usize = 1 << 18;

/// A file that is open. Of its text only what is not decoded yet is kept.
pub struct Document {
    from: Box<dyn Read + Send>,
    /// Bytes of which the next ones will tell what letter they are part of.
    bytes: Vec<u8>,
    text: String,
    /// Whether all has been read.
    ended: bool,
}

impl Document {
    /// Opens a file, or stdin. One that is packed is known by its first bytes.
    pub fn open(file: &Path) -> io::Result<Self> {
        let mut from: Box<dyn Read + Send> =
            if file.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(file)?) };
        let mut head = Vec::new();
        from.by_ref().take(2).read_to_end(&mut head)?;
        let packed = head == [0x1f, 0x8b];
        from = Box::new(Cursor::new(head).chain(from));
        if packed {
            from = Box::new(MultiGzDecoder::new(from));
        }
        Ok(Self::from(from))
    }

    /// What the next piece holds; `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Vec<Decoded>>> {
        let mut found = Vec::new();
        while found.is_empty() && !self.ended {
            self.read()?;
            let mut rest = self.text.as_str();
            while let Some(behind) = decode_next(rest, self.ended, &mut found) {
                rest = behind;
            }
            let decoded = self.text.len() - rest.len();
            self.text.drain(..decoded);
        }
        Ok((!found.is_empty()).then_some(found))
    }

    /// Reads as much again as there is: one value may be as large as the file, and must not be looked at for each piece of it.
    fn read(&mut self) -> io::Result<()> {
        let enough = self.text.len() * 2;
        let mut piece = vec![0; PIECE];
        loop {
            match self.from.read(&mut piece) {
                Ok(0) => self.ended = true,
                Ok(many) => self.bytes.extend(&piece[..many]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            self.take();
            if self.ended || self.text.len() >= enough {
                return Ok(());
            }
        }
    }

    /// Takes the bytes as text. What is no UTF-8 is shown with replacement characters; a single bad byte must not hide a whole file.
    fn take(&mut self) {
        let mut left = 0;
        let mut chunks = self.bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.text.push_str(chunk.valid());
            match chunk.invalid().len() {
                0 => {}
                cut if chunks.peek().is_none() && !self.ended => left = cut,
                _ => self.text.push(char::REPLACEMENT_CHARACTER),
            }
        }
        self.bytes.drain(..self.bytes.len() - left);
    }
}

impl From<Box<dyn Read + Send>> for Document {
    fn from(from: Box<dyn Read + Send>) -> Self {
        Self { from, bytes: Vec::new(), text: String::new(), ended: false }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("ended", &self.ended).finish_non_exhaustive()
    }
}
