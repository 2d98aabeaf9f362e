//! `application/vnd.amazon.eventstream`, in which AWS answers with something that goes on: messages, each with headers and a
//! payload, framed by their lengths and by checksums of the lengths and of the whole.
//!
//! Absent: reading it, and headers that are no text; nothing here has any.

use axum::body::Bytes;
use flate2::Crc;
use serde_json::{Value, json};

/// The content type of such an answer.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Both lengths and their checksum, in bytes.
const PRELUDE: usize = 12;
/// A checksum, in bytes.
const CHECKSUM: usize = 4;
/// The type of a header that is text.
const TEXT: u8 = 7;

/// An event of this name.
pub fn event(name: &str, payload: &Value) -> Bytes {
    let headers = [(":message-type", "event"), (":event-type", name), (":content-type", "application/json")];
    message(&headers, payload.to_string().as_bytes())
}

/// An error that ends the stream.
pub fn exception(name: &str, words: &str) -> Bytes {
    let headers = [(":message-type", "exception"), (":exception-type", name), (":content-type", "application/json")];
    message(&headers, json!({ "message": words }).to_string().as_bytes())
}

fn message(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let mut fields = Vec::new();
    for (name, value) in headers {
        fields.extend(length(name.len()).to_be_bytes().last());
        fields.extend(name.as_bytes());
        fields.push(TEXT);
        fields.extend(&length(value.len()).to_be_bytes()[2..]);
        fields.extend(value.as_bytes());
    }
    let total = PRELUDE + fields.len() + payload.len() + CHECKSUM;
    let mut message = Vec::with_capacity(total);
    message.extend(length(total).to_be_bytes());
    message.extend(length(fields.len()).to_be_bytes());
    message.extend(checksum(&message).to_be_bytes());
    message.extend(fields);
    message.extend(payload);
    message.extend(checksum(&message).to_be_bytes());
    message.into()
}

/// No message comes near the largest; a reader would refuse one that did.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// The messages in what was sent, each as its kind (`event` or `exception`), its name and its payload; for tests.
#[cfg(test)]
pub fn read(mut bytes: &[u8]) -> Vec<(String, String, Value)> {
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
    let size = |bytes: &[u8]| usize::try_from(number(bytes)).expect("small");
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let (message, rest) = bytes.split_at(size(&bytes[..4]));
        let (checked, sum) = message.split_at(message.len() - CHECKSUM);
        assert_eq!(number(sum), checksum(checked));
        let (mut headers, payload) = checked[PRELUDE..].split_at(size(&message[4..8]));
        let mut values = Vec::new();
        while let [name, rest @ ..] = headers {
            let (_, rest) = rest.split_at(usize::from(*name));
            assert_eq!(rest[0], TEXT);
            let (value, rest) = rest[3..].split_at(usize::from(u16::from_be_bytes([rest[1], rest[2]])));
            values.push(String::from_utf8(value.to_vec()).expect("text"));
            headers = rest;
        }
        let [kind, name, _] = values.try_into().expect("three headers");
        messages.push((kind, name, serde_json::from_slice(payload).expect("JSON")));
        bytes = rest;
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes everything");
            text
        })
    }

    /// The bytes come from another implementation.
    #[test]
    fn messages_are_framed_as_others_frame_them() {
        assert_eq!(hex(&message(&[], b"")), "000000100000000005c248eb7d98c8ff");
        assert_eq!(hex(&message(&[], b"{'foo':'bar'}")), "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936");
        let payload = json!({"sessionMetadata": {"sampled": false}, "sessionResults": []});
        assert_eq!(hex(&event("sessionUpdate", &payload)), GOLDEN_EVENT);
        assert_eq!(hex(&exception("SessionTimeoutException", "It is over.")), GOLDEN_EXCEPTION);
    }

    const GOLDEN_EVENT: &str = "0000009c0000005383b615360d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970650700\
        0d73657373696f6e5570646174650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b\
        2273657373696f6e4d65746164617461223a7b2273616d706c6564223a66616c73657d2c2273657373696f6e52657375\
        6c7473223a5b5d7d8b9f0a13";
    const GOLDEN_EXCEPTION: &str = "0000008e00000065562c444d0d3a6d6573736167652d74797065070009657863657074696f6e0f3a657863657074696f\
        6e2d7479706507001753657373696f6e54696d656f7574457863657074696f6e0d3a636f6e74656e742d747970650700\
        106170706c69636174696f6e2f6a736f6e7b226d657373616765223a224974206973206f7665722e227d21f76833";

    #[test]
    fn what_is_written_can_be_read() {
        let sent = [event("a", &json!({"ü": "€"})), exception("B", "no")].concat();
        let expect = [("event", "a", json!({"ü": "€"})), ("exception", "B", json!({"message": "no"}))];
        assert_eq!(read(&sent), expect.map(|(kind, name, payload)| (kind.to_owned(), name.to_owned(), payload)));
    }
}
