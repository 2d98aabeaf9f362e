//! The Lambda function, as `cargo build --profile subscriber -p cacl-subscriber` makes it, on a Runtime API of our own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use flate2::{Compression, write::ZlibEncoder};

use crate::{
    Desk, Failure, memory, records,
    table::{
        Table,
        Unit::{KiB, MiB, Milliseconds},
        percentile,
    },
};

const STARTS: usize = 20;
const EVENTS: usize = 2_000;

pub fn measure(desk: &Desk, table: &mut Table) -> Result<(), Failure> {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("subscriber");
    let Ok(bootstrap) = std::fs::read(target.join("bootstrap")) else {
        return Err("not built: cargo build --profile subscriber -p cacl-subscriber".into());
    };
    let mut zip = ZlibEncoder::new(Vec::new(), Compression::best());
    zip.write_all(&bootstrap)?;
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let kib = |bytes: usize| bytes as f64 / 1024.0;
    table.row("subscriber, executable", KiB, 1024.0, kib(bootstrap.len()), Vec::new());
    table.row("subscriber, zipped", KiB, 450.0, kib(zip.finish()?.len()), Vec::new());

    let program = target.join("bootstrap").display().to_string();
    let mut ready: Vec<Duration> = Vec::new();
    for _ in 0..STARTS {
        ready.push(Function::start(desk, &program)?.ready);
    }
    table.row("subscriber ready, p50 of 20 starts", Milliseconds, 15.0, percentile(&mut ready, 50), Vec::new());

    let mut function = Function::start(desk, &program)?;
    let mut times = Vec::new();
    for record in records::texts(EVENTS) {
        let event = format!(r#"{{"version":"0","source":"aws.cognito-idp","detail":{record}}}"#);
        times.push(function.invoke(&event)?);
    }
    table.row("subscriber, one event, p50 of 2,000", Milliseconds, 1.0, percentile(&mut times, 50), Vec::new());
    table.row("the same, p95", Milliseconds, 1.0, percentile(&mut times, 95), Vec::new());
    let peak = memory::resident(function.child.id(), "VmHWM")?;
    table.row("subscriber, memory at its highest", MiB, 20.0, peak, Vec::new());
    Ok(())
}

/// A running function, which has asked for its next event.
struct Function {
    child: Child,
    listener: TcpListener,
    connection: BufReader<TcpStream>,
    /// From its start to its first question.
    ready: Duration,
}

impl Function {
    fn start(desk: &Desk, program: &str) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let started = Instant::now();
        let child = desk
            .command(program)
            .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "subscriber")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .stdout(Stdio::null())
            .spawn()?;
        let connection = BufReader::new(listener.accept()?.0);
        let mut function = Self { child, listener, connection, ready: Duration::ZERO };
        function.request()?;
        function.ready = started.elapsed();
        Ok(function)
    }

    /// Reads a request whole, on whichever connection it comes: true for the question for the next event.
    fn request(&mut self) -> Result<bool, Failure> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.connection.read_line(&mut head)? == 0 {
                self.connection = BufReader::new(self.listener.accept()?.0);
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.connection.read_exact(&mut body)?;
        Ok(head.starts_with("GET"))
    }

    fn answer(&mut self, status: &str, headers: &str, body: &str) -> Result<(), Failure> {
        let answer = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
        self.connection.get_mut().write_all(answer.as_bytes())?;
        Ok(())
    }

    /// From handing an event over to its answer.
    fn invoke(&mut self, event: &str) -> Result<Duration, Failure> {
        let started = Instant::now();
        let headers = "lambda-runtime-aws-request-id: r\r\nlambda-runtime-deadline-ms: 9999999999999\r\n\
                       lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:000000000000:function:f\r\n";
        self.answer("200 OK", headers, event)?;
        if self.request()? {
            return Err("it asks for the next event before it has answered".into());
        }
        let took = started.elapsed();
        self.answer("202 Accepted", "", "{}")?;
        self.request()?;
        Ok(took)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
