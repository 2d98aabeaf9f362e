//! HTTP by hand, so that the tests see what is on the wire and not what some client makes of it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use cacl_local::{Faults, Local, Options, Pace};

/// A local AWS on a free port, instant.
pub fn local(faults: Faults) -> Local {
    let region = "us-east-1".to_owned();
    let options = Options { port: 0, pace: Pace::Instant, faults, subscriber: vec!["cat".into()], region, seed: 7 };
    Local::start(options).expect("a free port")
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The head, in small letters.
    pub head: String,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The texts of all elements of this name, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        self.body.split(&open).skip(1).filter_map(|rest| rest.split_once(&close)).map(|(text, _)| text).collect()
    }

    /// The text of the first element of this name, or nothing.
    pub fn one(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_default()
    }
}

/// The header that a client signs with; only the scope is ever read.
pub fn signed(key: &str, region: &str, service: &str) -> String {
    let scope = format!("{key}/20260101/{region}/{service}/aws4_request");
    format!("Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n")
}

/// One request, with these headers (each ending its line).
pub fn send(local: &Local, request: &str, headers: &str, body: &str) -> Answer {
    let endpoint = local.endpoint_url();
    let address = endpoint.strip_prefix("http://").expect("a plain endpoint");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    let host = if headers.contains("Host: ") { String::new() } else { format!("Host: {address}\r\n") };
    let head = format!("{request} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// An action of a Query service.
pub fn query(local: &Local, service: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = fields.iter().fold(String::new(), |form, (name, value)| form + "&" + name + "=" + &encode(value));
    let headers = signed("AKIAEXAMPLE", "us-east-1", service) + "Content-Type: application/x-www-form-urlencoded\r\n";
    send(local, "POST /", &headers, &format!("Action={action}&Version=x{fields}"))
}

/// A request to S3.
pub fn s3(local: &Local, request: &str, headers: &str, body: &str) -> Answer {
    send(local, request, &(signed("AKIAEXAMPLE", "us-east-1", "s3") + headers), body)
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02x}"))
}
