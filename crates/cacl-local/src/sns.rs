//! SNS: topics that remember what was published, and subscriptions that stay unconfirmed. Nothing is delivered.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    ACCOUNT,
    iam::{Attached, check_policy},
    input::{text, texts},
    policy::{Source, Wish, allows, statements},
    protocol::{query::Form, xml::Element},
    world::{AwsError, Resource, Schema, Shared, Updated, lock},
};

/// Namespace of the answers.
pub const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[
    Schema {
        resource_type: "AWS::SNS::Topic",
        properties: &[
            "ArchivePolicy",
            "ContentBasedDeduplication",
            "DataProtectionPolicy",
            "DeliveryStatusLogging",
            "DisplayName",
            "FifoThroughputScope",
            "FifoTopic",
            "KmsMasterKeyId",
            "SignatureVersion",
            "Subscription",
            "Tags",
            "TopicName",
            "TracingConfig",
        ],
        required: &[],
        attributes: &["TopicArn", "TopicName"],
    },
    Schema {
        resource_type: "AWS::SNS::TopicPolicy",
        properties: &["PolicyDocument", "Topics"],
        required: &["PolicyDocument", "Topics"],
        attributes: &["Id"],
    },
    Schema {
        resource_type: "AWS::SNS::Subscription",
        properties: &[
            "DeliveryPolicy",
            "Endpoint",
            "FilterPolicy",
            "FilterPolicyScope",
            "Protocol",
            "RawMessageDelivery",
            "RedrivePolicy",
            "Region",
            "ReplayPolicy",
            "SubscriptionRoleArn",
            "TopicArn",
        ],
        required: &["Protocol", "TopicArn"],
        attributes: &["Arn"],
    },
];

/// What it remembers, by ARN or physical id.
#[derive(Debug, Default)]
pub struct State {
    topics: BTreeMap<String, Topic>,
    policies: BTreeMap<String, Vec<String>>,
    subscriptions: BTreeMap<String, Value>,
}

#[derive(Debug, Default)]
struct Topic {
    properties: Value,
    policy: Option<String>,
    published: Vec<String>,
}

/// Publishes to the topic of this ARN for another service that its policy must let in (a rule's second target).
pub fn publish(world: &Shared, topic_arn: &str, by: Source<'_>, message: String) -> Result<(), AwsError> {
    let mut state = lock(&world.sns);
    let topic = state.topics.get_mut(topic_arn).ok_or_else(missing)?;
    let policy: Value = topic.policy.as_ref().and_then(|policy| serde_json::from_str(policy).ok()).unwrap_or_default();
    if !allows(statements(&policy), &Wish { by: Some(by), action: "sns:Publish", resource: topic_arn }) {
        let message =
            format!("User: {} is not authorized to perform: SNS:Publish on resource: {topic_arn}", by.service);
        return Err(AwsError::new(403, "AuthorizationError", message));
    }
    topic.published.push(message);
    Ok(())
}

fn missing() -> AwsError {
    AwsError::new(404, "NotFound", "Topic does not exist")
}

/// Answers an action.
pub fn handle(world: &Shared, action: &str, form: &Form) -> Result<Element, AwsError> {
    let mut state = lock(&world.sns);
    match action {
        "ListTopics" => {
            let topics = state.topics.keys().map(|arn| Element::default().text("TopicArn", arn));
            Ok(Element::default().members("Topics", topics))
        }
        "GetTopicAttributes" => {
            let arn = form.require("TopicArn")?;
            let topic = state.topics.get(arn).ok_or_else(missing)?;
            let entry = |key: &str, value: String| Element::new("entry").text("key", key).text("value", value);
            let attributes = Element::new("Attributes")
                .child(entry("TopicArn", arn.to_owned()))
                .child(entry("Owner", ACCOUNT.to_owned()))
                .child(entry("DisplayName", text(&topic.properties, "DisplayName").unwrap_or_default().to_owned()))
                .child(entry("SubscriptionsPending", subscribed(&state, arn).count().to_string()))
                .extend(topic.policy.clone().map(|policy| entry("Policy", policy)));
            Ok(Element::default().child(attributes))
        }
        "ListSubscriptionsByTopic" => {
            let arn = form.require("TopicArn")?;
            state.topics.get(arn).ok_or_else(missing)?;
            let subscriptions = subscribed(&state, arn).map(|properties| {
                Element::default()
                    .text("SubscriptionArn", "PendingConfirmation")
                    .text("Owner", ACCOUNT)
                    .maybe("Protocol", text(properties, "Protocol"))
                    .maybe("Endpoint", text(properties, "Endpoint"))
                    .text("TopicArn", arn)
            });
            Ok(Element::default().members("Subscriptions", subscriptions))
        }
        "Publish" => {
            let (arn, message) = (form.require("TopicArn")?, form.require("Message")?.to_owned());
            state.topics.get_mut(arn).ok_or_else(missing)?.published.push(message);
            Ok(Element::default().text("MessageId", world.ids.uuid()))
        }
        _ => Err(AwsError::invalid_action(action)),
    }
}

fn subscribed<'a>(state: &'a State, arn: &'a str) -> impl Iterator<Item = &'a Value> {
    state.subscriptions.values().filter(move |properties| text(properties, "TopicArn") == Some(arn))
}

fn topic(arn: &str) -> Resource {
    Resource::new(arn).with("TopicArn", arn).with("TopicName", arn.rsplit(':').next().unwrap_or_default())
}

/// Makes a topic, a policy or a subscription; `begin` begins its name if it has none of its own.
pub fn create(world: &Shared, kind: &str, begin: &str, properties: &Value) -> Result<Resource, AwsError> {
    let generated = format!("{begin:.200}-{}", world.ids.upper(12));
    match kind {
        "AWS::SNS::TopicPolicy" => {
            attach(world, &generated, properties)?;
            Ok(Resource::new(generated.clone()).with("Id", generated))
        }
        "AWS::SNS::Subscription" => {
            let topic = text(properties, "TopicArn").unwrap_or_default();
            let arn = format!("{topic}:{}", world.ids.uuid());
            let mut state = lock(&world.sns);
            state.topics.get(topic).ok_or_else(missing)?;
            state.subscriptions.insert(arn.clone(), properties.clone());
            Ok(Resource::new(arn.clone()).with("Arn", arn))
        }
        _ => {
            let name = text(properties, "TopicName").unwrap_or(&generated);
            if name.len() > 256 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
                return Err(AwsError::bad("InvalidParameter", "Invalid parameter: Topic Name"));
            }
            let arn = world.arn("sns", name);
            let mut state = lock(&world.sns);
            if state.topics.contains_key(&arn) {
                return Err(AwsError::bad("AlreadyExists", format!("{name} already exists in stack")));
            }
            state.topics.insert(arn.clone(), Topic { properties: properties.clone(), ..Topic::default() });
            Ok(topic(&arn))
        }
    }
}

fn attach(world: &Shared, id: &str, properties: &Value) -> Result<(), AwsError> {
    let document = &properties["PolicyDocument"];
    check_policy(document, Attached::Resource)?;
    let topics: Vec<String> = texts(properties, "Topics").into_iter().map(str::to_owned).collect();
    let mut state = lock(&world.sns);
    for arn in &topics {
        state.topics.get_mut(arn).ok_or_else(missing)?.policy = Some(document.to_string());
    }
    state.policies.insert(id.to_owned(), topics);
    Ok(())
}

/// Changes a topic or a policy; names cannot change, subscriptions not at all.
pub fn update(world: &Shared, kind: &str, id: &str, old: &Value, new: &Value) -> Result<Updated, AwsError> {
    match kind {
        "AWS::SNS::TopicPolicy" => {
            delete(world, kind, id)?;
            attach(world, id, new)?;
            Ok(Updated::InPlace(Resource::new(id).with("Id", id)))
        }
        "AWS::SNS::Topic" if old.get("TopicName") == new.get("TopicName") => {
            lock(&world.sns).topics.get_mut(id).ok_or_else(missing)?.properties = new.clone();
            Ok(Updated::InPlace(topic(id)))
        }
        _ => Ok(Updated::Replace),
    }
}

/// Deletes a topic, a policy or a subscription.
pub fn delete(world: &Shared, kind: &str, id: &str) -> Result<(), AwsError> {
    let mut state = lock(&world.sns);
    match kind {
        "AWS::SNS::Topic" => state.topics.remove(id).map(drop).ok_or_else(missing),
        "AWS::SNS::Subscription" => {
            state.subscriptions.remove(id);
            Ok(())
        }
        _ => {
            for arn in state.policies.remove(id).unwrap_or_default() {
                if let Some(topic) = state.topics.get_mut(&arn) {
                    topic.policy = None;
                }
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::World;

    #[test]
    fn a_topic_with_a_subscription() {
        let world = World::test();
        let topic = create(&world, "AWS::SNS::Topic", "s-T", &json!({"TopicName": "news"})).expect("made");
        assert_eq!(topic.ref_value, "arn:aws:sns:us-east-1:000000000000:news");
        let properties = json!({"TopicArn": topic.ref_value, "Protocol": "email", "Endpoint": "kim@example.org"});
        let subscription = create(&world, "AWS::SNS::Subscription", "s-S", &properties).expect("made");
        let by = Source { service: "events.amazonaws.com", arn: "arn:aws:events:us-east-1:000000000000:rule/r" };
        let publish = || publish(&world, &topic.ref_value, by, "hello".to_owned());
        assert_eq!(publish().expect_err("nobody was let in").code, "AuthorizationError");
        let statement = json!({"Effect": "Allow", "Principal": {"Service": by.service}, "Action": "sns:Publish", "Resource": topic.ref_value});
        let policy = json!({"Topics": [topic.ref_value], "PolicyDocument": {"Statement": statement}});
        create(&world, "AWS::SNS::TopicPolicy", "s-P", &policy).expect("made");
        publish().expect("published");

        let form = Form::new(&format!("TopicArn={}", topic.ref_value));
        let listed = handle(&world, "ListSubscriptionsByTopic", &form).expect("listed");
        let first = &listed.get("Subscriptions").expect("a list").children[0];
        assert_eq!(first.get_text("Endpoint"), Some("kim@example.org"));

        delete(&world, "AWS::SNS::Subscription", &subscription.physical_id).expect("deleted");
        delete(&world, "AWS::SNS::Topic", &topic.physical_id).expect("deleted");
        assert_eq!(publish().expect_err("gone").code, "NotFound");
    }
}
