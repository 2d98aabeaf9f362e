//! Recorded events: files in any form that `cacl_event` decodes, stdin, gzip.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use cacl_event::{Change, Decoded, Provenance, decode_document};
use flate2::read::MultiGzDecoder;
use futures_util::{Stream, stream};
use jiff::Timestamp;

use super::Feed;

/// All that some files hold.
#[derive(Debug, Default)]
pub struct Recording {
    /// The calls, by (time, id). One that is recorded twice is here twice: knowing that is the history's part.
    pub changes: Vec<Change>,
    /// Lines that are no events.
    pub foreign: Vec<Box<str>>,
    /// Files without a single event.
    pub empty: Vec<PathBuf>,
}

/// Reads the files; `-` is stdin. The first one that cannot be read ends it.
pub fn read(files: &[PathBuf]) -> anyhow::Result<Recording> {
    let mut recording = Recording::default();
    for file in files {
        let text = text_of(file).with_context(|| format!("cannot read {}", name(file)))?;
        let before = recording.changes.len();
        for decoded in decode_document(&text) {
            match decoded {
                // What is replayed is what is to be seen, also if CloudTrail's memory is where it was found.
                Decoded::Change(change) => {
                    recording.changes.push(Change { provenance: Provenance::Event, ..*change });
                }
                Decoded::Foreign(line) => recording.foreign.push(line),
                Decoded::Platform(_) => {}
            }
        }
        if recording.changes.len() == before {
            recording.empty.push(file.clone());
        }
    }
    recording.changes.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok(recording)
}

/// A file as one names it.
pub fn name(file: &Path) -> String {
    if file.as_os_str() == "-" { "stdin".to_owned() } else { file.display().to_string() }
}

fn text_of(file: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.read_to_end(&mut bytes)?;
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let packed = std::mem::take(&mut bytes);
        MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut bytes)?;
    }
    // What is no UTF-8 is shown with replacement characters; a single bad byte must not hide a whole file.
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The changes as a feed that ends: at once, or in their original spacing divided by a speed.
pub fn play(changes: Vec<Change>, speed: Option<f64>) -> impl Stream<Item = Feed> + Send + 'static {
    let items = changes.into_iter().map(|change| (Some(change.time), Feed::Change(Box::new(change))));
    let items = items.chain([(None, Feed::End)]);
    stream::unfold((items, None), move |(mut items, mut last): (_, Option<Timestamp>)| async move {
        let (time, item) = Iterator::next(&mut items)?;
        if let (Some(speed), Some(time)) = (speed, time) {
            tokio::time::sleep(last.map_or(Duration::ZERO, |last| pause(last, time, speed))).await;
            last = Some(time);
        }
        Some((item, (items, last)))
    })
}

fn pause(from: Timestamp, to: Timestamp, speed: f64) -> Duration {
    Duration::try_from_secs_f64(to.duration_since(from).as_secs_f64() / speed).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use std::{io::Write, path::PathBuf, time::Duration};

    use cacl_event::{Change, Decoded, Provenance, decode};
    use futures_util::StreamExt;
    use serde_json::json;
    use tokio::time::Instant;

    use super::{play, read};
    use crate::feed::Feed;

    const UPDATE: &str = include_str!("../../tests/fixtures/update.json");

    fn change(time: &str, id: &str) -> Change {
        match decode(UPDATE).into_iter().next() {
            Some(Decoded::Change(change)) => Change { time: time.parse().expect("a time"), id: id.into(), ..*change },
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let plain = folder.path().join("plain.gz");
        let packed = folder.path().join("packed");
        std::fs::write(&plain, UPDATE).expect("written");
        let mut encoder = flate2::write::GzEncoder::new(
            std::fs::File::create(&packed).expect("created"),
            flate2::Compression::fast(),
        );
        encoder.write_all(UPDATE.as_bytes()).expect("written");
        encoder.finish().expect("finished");
        let recording = read(&[plain, packed]).expect("read");
        assert_eq!(recording.changes.len(), 2);
        assert_eq!(recording.changes[0], recording.changes[1]);
        assert!(recording.empty.is_empty() && recording.foreign.is_empty());
    }

    #[test]
    fn a_missing_file_is_named_and_an_empty_one_noticed() {
        let error = read(&[PathBuf::from("/nowhere/at-all.json")]).expect_err("missing");
        assert!(error.to_string().contains("/nowhere/at-all.json"));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.txt");
        std::fs::write(&file, b"only \xff words\n").expect("written");
        let recording = read(std::slice::from_ref(&file)).expect("read");
        assert_eq!(recording.empty, [file]);
        assert_eq!(recording.foreign.len(), 1);
    }

    #[test]
    fn what_was_looked_up_is_shown_as_what_was_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("past.json");
        let found = json!({"Events": [{"CloudTrailEvent": UPDATE}]}).to_string();
        std::fs::write(&file, found).expect("written");
        let recording = read(&[file]).expect("read");
        let [change] = recording.changes.as_slice() else { panic!("{recording:?}") };
        assert_eq!(change.provenance, Provenance::Event);
    }

    #[tokio::test(start_paused = true)]
    async fn speed_divides_the_original_spacing() {
        let changes = vec![change("2026-10-01T08:00:00Z", "a"), change("2026-10-01T08:01:00Z", "b")];
        let start = Instant::now();
        let items: Vec<Feed> = play(changes.clone(), Some(30.0)).collect().await;
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        assert!(matches!(items.as_slice(), [Feed::Change(_), Feed::Change(_), Feed::End]));
        let start = Instant::now();
        assert_eq!(play(changes, None).count().await, 3);
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
