//! The local AWS over HTTP, as cheaply as can be: what is measured is not this client. Nobody checks signatures there, so
//! there are none.

use std::{collections::BTreeSet, io::Read as _, time::Duration};

use flate2::read::GzDecoder;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use tokio::time::sleep;

use super::{Failure, calls};

type Body = Full<bytes::Bytes>;

/// A client of the local AWS.
#[derive(Debug, Clone)]
pub struct Wire {
    endpoint_url: String,
    region: &'static str,
    http: Client<HttpConnector, Body>,
}

impl Wire {
    pub fn new(endpoint_url: &str, region: &'static str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = Client::builder(TokioExecutor::new()).build(connector);
        Self { endpoint_url: endpoint_url.to_owned(), region, http }
    }

    async fn send(
        &self,
        key: &str,
        service: &str,
        request: http::request::Builder,
        body: Vec<u8>,
    ) -> Result<(u16, bytes::Bytes), Failure> {
        let scope = format!("{key}/20260101/{}/{service}/aws4_request", self.region);
        let signed = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let request =
            request.header("authorization", signed).header("user-agent", "aws-cli/2.31.0 soak").body(body.into())?;
        let answer = self.http.request(request).await?;
        Ok((answer.status().as_u16(), answer.into_body().collect().await?.to_bytes()))
    }

    /// A call of Cognito by the owner of an access key: the answer, or what AWS says no with.
    pub async fn cognito(&self, key: &str, operation: &str, input: &Value) -> Result<Result<Value, Value>, Failure> {
        let request = http::Request::post(&self.endpoint_url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"));
        let (status, body) = self.send(key, "cognito-idp", request, input.to_string().into_bytes()).await?;
        let answer = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body)? };
        match status {
            200 => Ok(Ok(answer)),
            400 => Ok(Err(answer)),
            _ => Err(format!("{operation} gave {status}: {answer}").into()),
        }
    }

    async fn s3(&self, path: &str) -> Result<bytes::Bytes, Failure> {
        let request = http::Request::get(format!("{}/{path}", self.endpoint_url));
        match self.send("AKIALOCALALICE", "s3", request, Vec::new()).await? {
            (200, body) => Ok(body),
            (status, _) => Err(format!("{path} gave {status}").into()),
        }
    }

    /// The ids of all events that the rule takes, out of the trail's files; waits until there are so many.
    pub async fn recorded(&self, expected: usize) -> Result<BTreeSet<String>, Failure> {
        let bucket = format!("cacl-cloudtrail-000000000000-{}", self.region);
        let (mut ids, mut read) = (BTreeSet::new(), BTreeSet::new());
        // The local AWS writes a file every other second; what is not there after ten minutes never will be.
        for _ in 0..600 {
            for key in self.keys(&bucket).await? {
                if key.ends_with(".json.gz") && read.insert(key.clone()) {
                    ids.extend(events(&self.s3(&format!("{bucket}/{key}")).await?)?);
                }
            }
            if ids.len() >= expected {
                break;
            }
            sleep(Duration::from_secs(1)).await;
        }
        Ok(ids)
    }

    async fn keys(&self, bucket: &str) -> Result<Vec<String>, Failure> {
        let mut keys: Vec<String> = Vec::new();
        loop {
            let after = keys.last().map_or_else(String::new, |last| last.replace('/', "%2F"));
            let list = self.s3(&format!("{bucket}?list-type=2&start-after={after}")).await?;
            let list = String::from_utf8_lossy(&list);
            let found = list.split("<Key>").skip(1).filter_map(|rest| Some(rest.split_once("</Key>")?.0.to_owned()));
            keys.extend(found);
            if !list.contains("<IsTruncated>true") {
                return Ok(keys);
            }
        }
    }
}

/// The ids of the events in a trail's file that the rule takes.
fn events(file: &[u8]) -> Result<Vec<String>, Failure> {
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text)?;
    let file: Value = serde_json::from_str(&text)?;
    let records = file["Records"].as_array().ok_or("no records")?.iter();
    let taken = records.filter(|record| calls::RULE.iter().any(|name| record["eventName"] == *name));
    Ok(taken.filter_map(|record| Some(record["eventID"].as_str()?.to_owned())).collect())
}
