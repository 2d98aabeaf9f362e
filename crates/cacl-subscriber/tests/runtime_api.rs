//! The real executable against a scripted Runtime API on loopback.

use std::{
    error::Error,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What the function reported: the path and the body of a POST.
type Report = (String, String);

/// A Runtime API that hands out these events, one a request, then goes away in the middle of the next request.
struct RuntimeApi {
    address: SocketAddr,
    reports: JoinHandle<Outcome<Vec<Report>>>,
}

impl RuntimeApi {
    fn start(events: Vec<String>) -> Outcome<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let reports = thread::spawn(move || {
            let mut events = events.into_iter().enumerate();
            let mut reports = Vec::new();
            loop {
                let (connection, _) = listener.accept()?;
                if !converse(connection, &mut events, &mut reports)? {
                    return Ok(reports);
                }
            }
        });
        Ok(Self { address, reports })
    }

    fn reports(self) -> Outcome<Vec<Report>> {
        self.reports.join().map_err(|_| "the scripted Runtime API panicked")?
    }
}

/// Answers the requests of one connection; false once there are no more events.
fn converse(
    connection: TcpStream,
    events: &mut impl Iterator<Item = (usize, String)>,
    reports: &mut Vec<Report>,
) -> Outcome<bool> {
    let mut writer = connection.try_clone()?;
    let mut reader = BufReader::new(connection);
    while let Some((method, path, body)) = read_request(&mut reader)? {
        if method == "POST" {
            reports.push((path, body));
            writer.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")?;
            continue;
        }
        assert_eq!((method.as_str(), path.as_str()), ("GET", "/2018-06-01/runtime/invocation/next"));
        let Some((number, event)) = events.next() else { return Ok(false) };
        write!(
            writer,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Lambda-Runtime-Aws-Request-Id: request-{number}\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:f\r\n\r\n{event}",
            event.len()
        )?;
    }
    Ok(true)
}

/// Method, path and body; `None` at the end of the connection.
fn read_request(reader: &mut impl BufRead) -> Outcome<Option<(String, String, String)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Err("no request line".into()) };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        match header.trim_end().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((method, path, String::from_utf8(body)?)))
}

fn bootstrap() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(api: &RuntimeApi) -> Outcome<Child> {
    Ok(bootstrap()
        .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "cacl-app-client-api-call-subscriber")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .spawn()?)
}

/// Runs the function over these events; its output, once the Runtime API has gone away, and what it reported.
fn run(events: impl IntoIterator<Item = String>) -> Outcome<(Output, Vec<Report>)> {
    let api = RuntimeApi::start(events.into_iter().collect())?;
    let output = start(&api)?.wait_with_output()?;
    Ok((output, api.reports()?))
}

fn lines(output: &Output) -> Outcome<Vec<Value>> {
    Ok(String::from_utf8(output.stdout.clone())?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn envelope(detail: &Value) -> Value {
    json!({
        "version": "0", "id": "5e2c1a52-0000-4000-8000-3f1a5a1c9b11", "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.cognito-idp", "account": "123456789012", "time": "2026-10-02T08:15:31Z", "region": "eu-west-1",
        "resources": [], "detail": detail,
    })
}

fn detail(name: &str, parameters: &Value, response: &Value) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": "f3b9c9a8-0000-4000-8000-6b1f6f3f7a01", "eventTime": "2026-10-02T08:15:31Z",
        "eventSource": "cognito-idp.amazonaws.com", "eventName": name, "eventType": "AwsApiCall",
        "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.31.0",
        "recipientAccountId": "123456789012", "requestParameters": parameters, "responseElements": response,
        "userIdentity": {"type": "IAMUser", "userName": "dana", "accountId": "123456789012",
            "arn": "arn:aws:iam::123456789012:user/dana"},
    })
}

#[test]
fn one_line_an_event_and_one_success_an_invocation() -> Outcome<()> {
    let ids = json!({"userPoolId": "eu-west-1_Zq4TrPm9K", "clientId": "3k1v9s0abcd7efgh2ijkl5mn"});
    let events = [
        envelope(&detail("UpdateUserPoolClient", &ids, &json!({"userPoolClient": {"clientName": "web"}}))),
        envelope(&detail("DeleteUserPoolClient", &ids, &Value::Null)),
        envelope(&detail("UpdateUserPoolClient", &Value::Null, &Value::Null)),
    ];
    let (output, reports) = run(events.iter().map(Value::to_string))?;

    let lines = lines(&output)?;
    assert_eq!(lines.len(), events.len(), "{output:?}");
    for (number, (line, event)) in lines.iter().zip(&events).enumerate() {
        assert_eq!(line["schema"], "cacl.line/1");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["requestId"], format!("request-{number}"));
        assert!(line["timestamp"].as_str().is_some_and(|time| time.parse::<jiff::Timestamp>().is_ok()), "{line}");
        assert_eq!(line["event"], *event);
    }
    let paths: Vec<_> = reports.into_iter().map(|(path, _)| path).collect();
    let response = |number| format!("/2018-06-01/runtime/invocation/request-{number}/response");
    assert_eq!(paths, [response(0), response(1), response(2)]);
    Ok(())
}

#[test]
fn an_odd_event_is_no_failure() -> Outcome<()> {
    let odd = ["null", "[]", "{}", "\"text\\u0000\\u001b[2J\"", "{\"detail\":null}", "{\"detail\":{\"eventName\":7}}"];
    let (output, reports) = run(odd.map(str::to_owned))?;
    assert_eq!(lines(&output)?.len(), odd.len(), "{output:?}");
    assert!(reports.iter().all(|(path, _)| path.ends_with("/response")), "{reports:?}");
    assert!(!output.stdout.contains(&0x1b), "an escape character reached the log as it came");
    Ok(())
}

#[test]
fn secrets_do_not_reach_the_log() -> Outcome<()> {
    let parameters = json!({"userPoolId": "eu-west-1_Zq4TrPm9K", "password": "correct horse"});
    let response = json!({"userPoolClient": {"clientSecret": "battery staple"}});
    let (output, _) = run([envelope(&detail("UpdateUserPoolClient", &parameters, &response)).to_string()])?;
    let text = String::from_utf8(output.stdout)?;
    assert!(!text.contains("correct horse") && !text.contains("battery staple"), "{text}");
    assert!(text.contains("clientSecret"), "{text}");
    Ok(())
}

#[test]
fn it_goes_when_the_runtime_api_goes() -> Outcome<()> {
    let (output, reports) = run([])?;
    assert!(reports.is_empty());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr)?.starts_with("error: "));
    Ok(())
}

#[test]
fn outside_of_lambda_it_says_so() -> Outcome<()> {
    let output = bootstrap().output()?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("AWS_LAMBDA_RUNTIME_API is not set"), "{message}");
    assert!(message.contains("cacl-tui deploy"), "{message}");
    Ok(())
}
