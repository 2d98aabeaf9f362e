use std::{io::Write, path::PathBuf, time::Duration};

use cacl_event::{Change, Decoded, decode, decode_document};
use futures_util::{StreamExt, TryStreamExt};
use proptest::prelude::*;
use serde_json::json;
use tokio::time::Instant;

use super::*;

const UPDATE: &str = include_str!("../../../tests/fixtures/update.json");

fn change(time: &str, id: &str) -> Change {
    match decode(UPDATE).into_iter().next() {
        Some(Decoded::Change(change)) => Change { time: time.parse().expect("a time"), id: id.into(), ..*change },
        other => panic!("{other:?}"),
    }
}

/// All that files with these contents hold.
fn held(contents: &[&[u8]]) -> Vec<Feed> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |(nth, content): (usize, &&[u8])| {
        let file = folder.path().join(nth.to_string());
        fs::write(&file, content).expect("written");
        file
    };
    let files: Vec<PathBuf> = contents.iter().enumerate().map(file).collect();
    let pieces: anyhow::Result<Vec<_>> = Recording::of(&files).expect("files").collect();
    pieces.expect("read").concat()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("written");
    encoder.finish().expect("finished")
}

#[test]
fn gzip_is_known_by_its_first_bytes() {
    let twice = [packed(UPDATE.as_bytes()), packed(UPDATE.as_bytes())].concat();
    let items = held(&[UPDATE.as_bytes(), &twice]);
    let [Feed::Change(one), Feed::Change(two), Feed::Change(three)] = items.as_slice() else { panic!("{items:?}") };
    assert!(one == two && two == three);
}

#[test]
fn a_missing_file_is_named_and_an_empty_one_noticed() {
    for missing in [PathBuf::from("/nowhere/at-all.json"), std::env::temp_dir()] {
        let error = Recording::of(std::slice::from_ref(&missing)).expect_err("no file");
        assert_eq!(error.to_string(), format!("cannot read {}", missing.display()));
    }
    let items = held(&[b"only \xff words\n"]);
    let [Feed::Foreign { text, .. }, Feed::Note(note)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(&**text, "only \u{fffd} words");
    assert!(note.starts_with("there is no event in "), "{note}");
}

#[test]
fn what_was_looked_up_is_shown_as_what_was_seen() {
    let items = held(&[json!({"Events": [{"CloudTrailEvent": UPDATE}]}).to_string().as_bytes()]);
    let [Feed::Change(change)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(change.provenance, Provenance::Event);
}

#[test]
fn a_file_that_breaks_off_tells_what_it_had_and_why_there_is_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("half.gz");
    let mut content = packed(format!("{}\n", UPDATE.replace('\n', " ")).repeat(4_000).as_bytes());
    content.truncate(content.len() - 9);
    fs::write(&file, content).expect("written");
    let mut pieces = Recording::of(std::slice::from_ref(&file)).expect("a file");
    let read = pieces.by_ref().map_while(Result::ok).flatten().count();
    assert!(read > 1_000, "{read}");
    assert_eq!(pieces.count(), 0, "the trouble was told once");
}

/// A reader that gives a few bytes at a time, and is interrupted now and then.
struct Slow(Vec<u8>, Vec<usize>);

impl io::Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let many = self.1.pop().unwrap_or(into.len());
        if many == 0 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let many = many.min(into.len()).min(self.0.len());
        into[..many].copy_from_slice(&self.0[..many]);
        self.0.drain(..many);
        Ok(many)
    }
}

proptest! {
    #[test]
    fn however_a_file_comes_it_is_read_the_same(
        pieces in prop::collection::vec(0..8_usize, 0..9), cuts in prop::collection::vec(0..900_usize, 0..60),
    ) {
        let record = UPDATE.replace('\n', " ");
        let half = &record[..record.len() / 2];
        let list = format!("[\n{record},\n{record}]");
        let known: [&[u8]; 8] = [
            UPDATE.as_bytes(), record.as_bytes(), half.as_bytes(), b"gr\xc3\xbc\xc3\x9fe \xe2\x82 words", b"{\"open\": [",
            list.as_bytes(), b"START RequestId: 1 Version: 2", "\u{feff}{}".as_bytes(),
        ];
        let content = pieces.iter().map(|piece| known[*piece]).collect::<Vec<_>>().join(&b'\n');
        let expected: Vec<_> = decode_document(&String::from_utf8_lossy(&content)).collect();
        let slow: Box<dyn io::Read + Send> = Box::new(Slow(content, cuts));
        let mut document = Document::from(slow);
        let mut found = Vec::new();
        while let Some(more) = document.next().expect("read") {
            found.extend(more);
        }
        prop_assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn a_stream_tells_all_and_ends() {
    let piece = |change| Ok(vec![Feed::Change(Box::new(change))]);
    let changes = [change("2026-10-01T08:00:00Z", "a"), change("2026-10-01T08:01:00Z", "b")];
    let items: Vec<_> = stream(changes.clone().map(piece).into_iter()).try_collect().await.expect("no trouble");
    let [first, second] = changes.map(|change| Feed::Change(Box::new(change)));
    assert_eq!(items, [first.clone(), second, Feed::End]);
    let Feed::Change(change) = first else { panic!("a change") };
    let broken = stream([piece(*change), Err(anyhow::anyhow!("torn"))].into_iter());
    let told: Vec<_> = broken.map(|item| item.map_err(|error| error.to_string())).collect().await;
    assert!(matches!(told.as_slice(), [Ok(Feed::Change(_)), Err(why)] if why == "torn"), "{told:?}");
}

#[tokio::test]
async fn a_thread_that_breaks_down_is_no_end() {
    let pieces = (0..2).map(|nth| match nth {
        0 => Ok(vec![Feed::Change(Box::new(change("2026-10-01T08:00:00Z", "a")))]),
        _ => panic!("a fault, as is wanted here"),
    });
    let told: Vec<_> = stream(pieces).collect().await;
    assert!(matches!(told.as_slice(), [Ok(Feed::Change(_)), Err(_)]), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn speed_divides_the_original_spacing() {
    let changes = [change("2026-10-01T08:00:00Z", "a"), change("2026-10-01T08:01:00Z", "b")];
    let items = changes.map(|change| Feed::Change(Box::new(change)));
    let start = Instant::now();
    let told: Vec<Feed> = play(items.to_vec(), Some(30.0)).collect().await;
    assert_eq!(start.elapsed(), Duration::from_secs(2));
    assert!(matches!(told.as_slice(), [Feed::Change(_), Feed::Change(_), Feed::End]));
    let start = Instant::now();
    assert_eq!(play(items.to_vec(), None).count().await, 3);
    assert_eq!(start.elapsed(), Duration::ZERO);
}
