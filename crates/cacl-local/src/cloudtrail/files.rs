//! The files that a trail writes into its bucket: `{"Records":[…]}`, gzipped, some minutes' worth in each.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use super::Trail;
use crate::{
    ACCOUNT, s3,
    world::{Shared, World, lock},
};

/// `[prefix/]AWSLogs/<account>/CloudTrail/`.
pub fn folder(trail: &Trail) -> String {
    let prefix = trail.prefix.as_ref().map_or_else(String::new, |prefix| format!("{prefix}/"));
    format!("{prefix}AWSLogs/{ACCOUNT}/CloudTrail/")
}

/// The key of a file that is written now.
fn key(world: &World, trail: &Trail) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let (region, now) = (&world.region, world.now());
    format!(
        "{}{region}/{}/{ACCOUNT}_CloudTrail_{region}_{}_{}.json.gz",
        folder(trail),
        now.strftime("%Y/%m/%d"),
        now.strftime("%Y%m%dT%H%MZ"),
        world.ids.pick(LETTERS, 16)
    )
}

/// Waits for more, then writes what is pending. A trail that is gone by then writes no more; one that stopped does.
/// What cannot be written waits for the next file.
pub async fn write_later(world: Shared, name: String) {
    world.pause(Duration::from_mins(5), Duration::from_secs(2)).await;
    let taken = lock(&world.cloudtrail).trail(&name).map(|trail| (trail.take_pending(), trail.clone()));
    let Some((records, trail)) = taken else { return };
    let outcome = match file(&records) {
        Ok(file) => s3::put(&world, &trail.bucket, &key(&world, &trail), file).map_err(|error| error.code.into_owned()),
        Err(error) => Err(error.to_string()),
    };
    let now = world.now();
    if let Some(trail) = lock(&world.cloudtrail).trail(&name) {
        match outcome {
            Ok(()) => {
                trail.delivered = Some(now);
                trail.delivery_error = None;
            }
            Err(error) => {
                trail.delivery_error = Some(error);
                trail.put_back(records);
            }
        }
    }
}

fn file(records: &[Arc<Value>]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(br#"{"Records":["#)?;
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            gzip.write_all(b",")?;
        }
        serde_json::to_writer(&mut gzip, &**record)?;
    }
    gzip.write_all(b"]}")?;
    gzip.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_gzipped_json() {
        let file = file(&[Arc::new(json!({"eventID": "a"})), Arc::new(json!({"eventID": "b"}))]).expect("in memory");
        let mut text = String::new();
        flate2::read::GzDecoder::new(file.as_slice()).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, r#"{"Records":[{"eventID":"a"},{"eventID":"b"}]}"#);
    }
}
