//! SQS: queues with messages that are hidden once received, until deleted. Long polling answers at once; FIFO order,
//! redrive and MD5 sums are absent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    ACCOUNT,
    iam::{Attached, check_policy},
    input::{list, text, texts, whole},
    policy::{Source, Wish, allows, statements},
    world::{AwsError, Resource, Schema, Shared, Updated, World, lock},
};

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        resource_type: "AWS::SQS::Queue",
        properties: &[
            "ContentBasedDeduplication",
            "DeduplicationScope",
            "DelaySeconds",
            "FifoQueue",
            "FifoThroughputLimit",
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "QueueName",
            "ReceiveMessageWaitTimeSeconds",
            "RedriveAllowPolicy",
            "RedrivePolicy",
            "SqsManagedSseEnabled",
            "Tags",
            "VisibilityTimeout",
        ],
        required: &[],
        attributes: &["Arn", "QueueName", "QueueUrl"],
    },
    Schema {
        resource_type: "AWS::SQS::QueuePolicy",
        properties: &["PolicyDocument", "Queues"],
        required: &["PolicyDocument", "Queues"],
        attributes: &["Id"],
    },
];

/// What it remembers.
#[derive(Debug, Default)]
pub struct State {
    /// By name.
    queues: BTreeMap<String, Queue>,
    /// The queues' URLs by the physical id of a `QueuePolicy`.
    policies: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
struct Queue {
    created: Timestamp,
    attributes: BTreeMap<String, String>,
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    id: String,
    body: String,
    attributes: Value,
    sent: Timestamp,
    /// Hidden before this time.
    visible: Timestamp,
    receipt: String,
    received: u32,
}

/// Sends a message for another service that the queue's policy must let in: events, and a rule's dead letters.
pub fn send_for_service(
    world: &Shared,
    queue_arn: &str,
    by: Source<'_>,
    body: String,
    attributes: &[(&str, String)],
) -> Result<(), AwsError> {
    let name = queue_arn.rsplit(':').next().unwrap_or_default();
    let policy = lock(&world.sqs).queues.get(name).ok_or_else(missing)?.attributes.get("Policy").cloned();
    let policy: Value = policy.and_then(|policy| serde_json::from_str(&policy).ok()).unwrap_or_default();
    if !allows(statements(&policy), &Wish { by: Some(by), action: "sqs:SendMessage", resource: queue_arn }) {
        let message = format!("Access to the resource {} is denied.", url(world, name));
        return Err(AwsError::new(403, "AccessDenied", message));
    }
    send(world, queue_arn, body, attributes)
}

/// A queue that anybody may send to, for tests of those who do; gives its URL.
#[cfg(test)]
pub fn open(world: &Shared, name: &str) -> Value {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"});
    let policy = json!({"Statement": statement}).to_string();
    let queue = json!({"QueueName": name, "Attributes": {"Policy": policy}});
    handle(world, "CreateQueue", &queue).expect("a queue")["QueueUrl"].clone()
}

/// Sends a message to the queue of this ARN for a service whose right to do so is known (a function's dead letters).
/// `attributes` are string message attributes by name.
pub fn send(world: &Shared, queue_arn: &str, body: String, attributes: &[(&str, String)]) -> Result<(), AwsError> {
    let attributes: Map<String, Value> = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!({"DataType": "String", "StringValue": value})))
        .collect();
    let message = message(world, body, Value::Object(attributes));
    let name = queue_arn.rsplit(':').next().unwrap_or_default();
    lock(&world.sqs).queues.get_mut(name).ok_or_else(missing)?.messages.push(message);
    Ok(())
}

fn message(world: &World, body: String, attributes: Value) -> Message {
    let now = world.now();
    Message { id: world.ids.uuid(), body, attributes, sent: now, visible: now, receipt: String::new(), received: 0 }
}

fn missing() -> AwsError {
    AwsError::bad("QueueDoesNotExist", "The specified queue does not exist.")
}

fn url(world: &World, name: &str) -> String {
    format!("{}/{ACCOUNT}/{name}", world.endpoint_url())
}

fn name_of(input: &Value) -> Result<&str, AwsError> {
    text(input, "QueueUrl")
        .and_then(|url| url.rsplit('/').next())
        .ok_or_else(|| AwsError::bad("MissingParameter", "The request must contain the parameter QueueUrl."))
}

/// Answers an operation.
pub fn handle(world: &Shared, operation: &str, input: &Value) -> Result<Value, AwsError> {
    let mut state = lock(&world.sqs);
    match operation {
        "CreateQueue" => {
            let name = text(input, "QueueName").unwrap_or_default();
            check_name(name)?;
            let queue = queue(world, input.get("Attributes").unwrap_or(&Value::Null));
            state.queues.entry(name.to_owned()).or_insert(queue);
            return Ok(json!({"QueueUrl": url(world, name)}));
        }
        "GetQueueUrl" => {
            let name = text(input, "QueueName").filter(|name| state.queues.contains_key(*name)).ok_or_else(missing)?;
            return Ok(json!({"QueueUrl": url(world, name)}));
        }
        "ListQueues" => {
            let prefix = text(input, "QueueNamePrefix").unwrap_or_default();
            let urls: Vec<_> =
                state.queues.keys().filter(|name| name.starts_with(prefix)).map(|name| url(world, name)).collect();
            return Ok(json!({"QueueUrls": urls}));
        }
        "DeleteQueue" => {
            let name = name_of(input)?;
            return state.queues.remove(name).map(|_| json!({})).ok_or_else(missing);
        }
        "GetQueueAttributes" | "SendMessage" | "ReceiveMessage" | "DeleteMessage" | "PurgeQueue" => {}
        _ => return Err(AwsError::unknown_operation()),
    }
    let name = name_of(input)?;
    let queue = state.queues.get_mut(name).ok_or_else(missing)?;
    match operation {
        "GetQueueAttributes" => Ok(attributes(world, name, queue, &texts(input, "AttributeNames"))),
        "SendMessage" => {
            let body = text(input, "MessageBody").unwrap_or_default().to_owned();
            let message = message(world, body, input.get("MessageAttributes").cloned().unwrap_or_default());
            let id = message.id.clone();
            queue.messages.push(message);
            Ok(json!({"MessageId": id}))
        }
        "ReceiveMessage" => Ok(receive(world, queue, input)),
        "DeleteMessage" => {
            let receipt = text(input, "ReceiptHandle").unwrap_or_default();
            queue.messages.retain(|message| message.received == 0 || message.receipt != receipt);
            Ok(json!({}))
        }
        _ => {
            queue.messages.clear();
            Ok(json!({}))
        }
    }
}

fn attributes(world: &World, name: &str, queue: &Queue, wanted: &[&str]) -> Value {
    let now = world.now();
    let visible = queue.messages.iter().filter(|message| message.visible <= now).count();
    let counted = [
        ("QueueArn", world.arn("sqs", name)),
        ("ApproximateNumberOfMessages", visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", (queue.messages.len() - visible).to_string()),
        ("CreatedTimestamp", queue.created.as_second().to_string()),
    ];
    let all = counted.into_iter().chain(queue.attributes.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let asked = all.filter(|(name, _)| wanted.contains(&"All") || wanted.contains(name));
    json!({"Attributes": asked.map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<Map<_, _>>()})
}

fn receive(world: &World, queue: &mut Queue, input: &Value) -> Value {
    let now = world.now();
    let hidden = whole(input, "VisibilityTimeout")
        .or_else(|| queue.attributes.get("VisibilityTimeout")?.parse().ok())
        .unwrap_or(30)
        .clamp(0, 43_200);
    let most = usize::try_from(whole(input, "MaxNumberOfMessages").unwrap_or(1)).unwrap_or(1).min(10);
    let ready = queue.messages.iter_mut().filter(|message| message.visible <= now).take(most);
    let messages: Vec<_> = ready
        .map(|message| {
            message.visible = now + jiff::SignedDuration::from_secs(hidden);
            message.receipt = world.ids.hex(32);
            message.received += 1;
            json!({
                "MessageId": message.id, "ReceiptHandle": message.receipt, "Body": message.body,
                "MessageAttributes": message.attributes,
                "Attributes": {
                    "SentTimestamp": message.sent.as_millisecond().to_string(),
                    "ApproximateReceiveCount": message.received.to_string(),
                },
            })
        })
        .collect();
    if messages.is_empty() { json!({}) } else { json!({"Messages": messages}) }
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let base = name.strip_suffix(".fifo").unwrap_or(name);
    let valid = base.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if base.is_empty() || name.len() > 80 || !valid {
        return Err(AwsError::bad(
            "InvalidParameterValue",
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    Ok(())
}

/// A queue with the defaults of AWS and what `properties` say instead.
fn queue(world: &World, properties: &Value) -> Queue {
    let mut attributes: BTreeMap<String, String> = [
        ("DelaySeconds", "0"),
        ("MaximumMessageSize", "1048576"),
        ("MessageRetentionPeriod", "345600"),
        ("ReceiveMessageWaitTimeSeconds", "0"),
        ("SqsManagedSseEnabled", "true"),
        ("VisibilityTimeout", "30"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for (name, value) in properties.as_object().into_iter().flatten() {
        if !matches!(name.as_str(), "QueueName" | "Tags") {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            attributes.insert(name.clone(), value);
        }
    }
    Queue { created: world.now(), attributes, messages: Vec::new() }
}

fn resource(world: &World, name: &str) -> Resource {
    let url = url(world, name);
    Resource::new(url.clone()).with("Arn", world.arn("sqs", name)).with("QueueName", name).with("QueueUrl", url)
}

/// Makes a queue or a queue policy; `begin` begins its name if it has none of its own.
pub fn create(world: &Shared, kind: &str, begin: &str, properties: &Value) -> Result<Resource, AwsError> {
    let generated = format!("{begin:.67}-{}", world.ids.upper(12));
    if kind == "AWS::SQS::QueuePolicy" {
        attach(world, &generated, properties)?;
        return Ok(Resource::new(generated.clone()).with("Id", generated));
    }
    let name = text(properties, "QueueName").map_or(generated, str::to_owned);
    check_name(&name)?;
    let queue = queue(world, properties);
    let mut state = lock(&world.sqs);
    if state.queues.contains_key(&name) {
        return Err(AwsError::bad("QueueAlreadyExists", "A queue already exists with the same name."));
    }
    let resource = resource(world, &name);
    state.queues.insert(name, queue);
    Ok(resource)
}

fn attach(world: &Shared, id: &str, properties: &Value) -> Result<(), AwsError> {
    let document = &properties["PolicyDocument"];
    check_policy(document, Attached::Resource)?;
    let urls: Vec<String> = list(properties, "Queues").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let mut state = lock(&world.sqs);
    for url in &urls {
        let queue = state.queues.get_mut(url.rsplit('/').next().unwrap_or_default()).ok_or_else(missing)?;
        queue.attributes.insert("Policy".to_owned(), document.to_string());
    }
    state.policies.insert(id.to_owned(), urls);
    Ok(())
}

/// Changes a queue (its name cannot change) or a queue policy.
pub fn update(world: &Shared, kind: &str, id: &str, old: &Value, new: &Value) -> Result<Updated, AwsError> {
    if kind == "AWS::SQS::QueuePolicy" {
        delete(world, kind, id)?;
        attach(world, id, new)?;
        return Ok(Updated::InPlace(Resource::new(id).with("Id", id)));
    }
    if ["QueueName", "FifoQueue"].iter().any(|property| old.get(property) != new.get(property)) {
        return Ok(Updated::Replace);
    }
    let name = id.rsplit('/').next().unwrap_or_default();
    let fresh = queue(world, new);
    let mut state = lock(&world.sqs);
    let queue = state.queues.get_mut(name).ok_or_else(missing)?;
    let policy = queue.attributes.remove("Policy");
    queue.attributes = fresh.attributes;
    queue.attributes.extend(policy.map(|policy| ("Policy".to_owned(), policy)));
    Ok(Updated::InPlace(resource(world, name)))
}

/// Deletes a queue or a queue policy.
pub fn delete(world: &Shared, kind: &str, id: &str) -> Result<(), AwsError> {
    let mut state = lock(&world.sqs);
    if kind == "AWS::SQS::Queue" {
        return state.queues.remove(id.rsplit('/').next().unwrap_or_default()).map(drop).ok_or_else(missing);
    }
    for url in state.policies.remove(id).unwrap_or_default() {
        if let Some(queue) = state.queues.get_mut(url.rsplit('/').next().unwrap_or_default()) {
            queue.attributes.remove("Policy");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_received_once_until_deleted() {
        let world = World::test();
        let queue = create(&world, "AWS::SQS::Queue", "stack-Queue", &json!({"QueueName": "dead"})).expect("made");
        send(&world, "arn:aws:sqs:us-east-1:000000000000:dead", "hello".to_owned(), &[("WHY", "x".to_owned())])
            .expect("sent");
        let url = json!({"QueueUrl": queue.physical_id});

        let received = handle(&world, "ReceiveMessage", &url).expect("received");
        assert_eq!(received["Messages"][0]["Body"], "hello");
        assert_eq!(received["Messages"][0]["MessageAttributes"]["WHY"]["StringValue"], "x");
        assert_eq!(handle(&world, "ReceiveMessage", &url), Ok(json!({})), "hidden meanwhile");

        let asked = json!({"QueueUrl": queue.physical_id, "AttributeNames": ["All"]});
        let counted = handle(&world, "GetQueueAttributes", &asked).expect("attributes");
        assert_eq!(counted["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "1");

        let receipt = json!({"QueueUrl": queue.physical_id, "ReceiptHandle": received["Messages"][0]["ReceiptHandle"]});
        handle(&world, "DeleteMessage", &receipt).expect("deleted");
        let counted = handle(&world, "GetQueueAttributes", &asked).expect("attributes");
        assert_eq!(counted["Attributes"]["ApproximateNumberOfMessagesNotVisible"], "0");
    }

    #[test]
    fn a_policy_comes_and_goes() {
        let world = World::test();
        let queue = create(&world, "AWS::SQS::Queue", "s-Q", &json!({})).expect("made");
        let document =
            json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]});
        let properties = json!({"Queues": [queue.physical_id], "PolicyDocument": document});
        let policy = create(&world, "AWS::SQS::QueuePolicy", "s-P", &properties).expect("made");
        let asked = json!({"QueueUrl": queue.physical_id, "AttributeNames": ["Policy"]});
        let read = || handle(&world, "GetQueueAttributes", &asked).expect("attributes")["Attributes"]["Policy"].clone();
        assert_eq!(read(), document.to_string());
        delete(&world, "AWS::SQS::QueuePolicy", &policy.physical_id).expect("deleted");
        assert_eq!(read(), Value::Null);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let world = World::test();
        let error = handle(&world, "GetQueueUrl", &json!({"QueueName": "none"})).expect_err("missing");
        assert_eq!(error.code, "QueueDoesNotExist");
        assert_eq!(handle(&world, "Sing", &json!({})).expect_err("unknown").code, "UnknownOperationException");
        assert_eq!(handle(&world, "SendMessage", &json!({})).expect_err("no url").code, "MissingParameter");
    }
}
