//! One `CloudTrail` record to one change.

use jiff::Timestamp;

use super::forms::Context;
use crate::{Actor, Change, Kind, Origin, Outcome, Record, Settings, mask::kept, node::Node, settings::Keep};

/// The service whose calls change clients.
const COGNITO: &str = "cognito-idp.amazonaws.com";

/// How deep a record may nest; CloudTrail's hardly reach ten. Deeper ones could be read, but what is written about them is
/// deeper still, and readers of JSON have limits of their own, such as 128.
const DEEPEST: u8 = 100;

/// Whether this is a record: it names an event and says at least one more thing that only records say. S3 and SQS
/// notifications look alike and say `aws:…` for the source; nothing that nests absurdly deep is one.
pub(super) fn is_record(node: &Node<'_>) -> bool {
    node.text("eventName").is_some()
        && ["eventSource", "eventTime", "eventID", "userIdentity", "eventVersion"]
            .iter()
            .any(|name| node.get(name).is_some())
        && !node.text("eventSource").is_some_and(|source| source.starts_with("aws:"))
        && node.is_within(DEEPEST)
}

/// Reads a record; whatever is missing or odd in it is unknown. `None` if nobody says when it was: it would stand at a made-up
/// place, and others would be compared with it there.
pub(super) fn change(node: &Node<'_>, context: Context) -> Option<Change> {
    let time = time(node).or(context.time)?;
    let record = Record::from(node);
    let event = node.text("eventName").unwrap_or_default();
    let kind = kind(node, event);
    let actor = Actor::of(node.get("userIdentity"));
    let request = node.get("requestParameters").unwrap_or(&Node::Null);
    let client = node.at(&["responseElements", "userPoolClient"]).unwrap_or(&Node::Null);
    let outcome = outcome(node);
    Some(Change {
        id: node.text("eventID").map_or_else(|| record.fingerprint().into(), kept),
        time,
        event: kept(event),
        kind,
        account: node.text("recipientAccountId").map(kept).or_else(|| actor.account.clone()),
        region: node.text("awsRegion").map(kept),
        user_pool_id: either(request, client, "userPoolId").or_else(|| pool_in_message(node)).map(kept),
        client_id: either(request, client, "clientId").map(kept),
        client_name: either(client, request, "clientName").map(kept),
        actor,
        origin: Origin::of(node),
        source_ip: node.text("sourceIPAddress").map(kept),
        user_agent: node.text("userAgent").map(kept),
        sent: sent(request, kind),
        resulting: resulting(client, kind, &outcome),
        outcome,
        hops: context.hops,
        provenance: context.provenance,
        record,
    })
}

/// What the first tells, else what the second does.
fn either<'a>(first: &'a Node<'_>, second: &'a Node<'_>, name: &str) -> Option<&'a str> {
    first.text(name).or_else(|| second.text(name))
}

fn kind(node: &Node<'_>, event: &str) -> Kind {
    let from_cognito = node.text("eventSource").is_none_or(|source| source == COGNITO);
    // `AwsServiceEvent` is hosted-UI traffic, no call.
    let is_call = node.text("eventType").is_none_or(|kind| kind == "AwsApiCall");
    match event {
        _ if !(from_cognito && is_call) => Kind::Other,
        "CreateUserPoolClient" => Kind::Create,
        "UpdateUserPoolClient" => Kind::Update,
        "DeleteUserPoolClient" => Kind::Delete,
        _ => Kind::Other,
    }
}

fn outcome(node: &Node<'_>) -> Outcome {
    // An empty code is how service events say "no error".
    match node.text("errorCode") {
        Some(code) => Outcome::Failed { code: kept(code), message: node.text("errorMessage").map(kept) },
        None => Outcome::Succeeded,
    }
}

fn time(node: &Node<'_>) -> Option<Timestamp> {
    match node.get("eventTime")? {
        Node::Text(time) => time.parse().ok(),
        // Seconds since 1970, as some exporters write.
        other => Timestamp::from_second(other.as_i64()?).ok(),
    }
}

fn sent(request: &Node<'_>, kind: Kind) -> Option<Settings> {
    let keep = match kind {
        Kind::Create | Kind::Update => Keep::Request,
        Kind::Delete | Kind::Other => Keep::Parameters,
    };
    request.members().map(|_| Settings::from_node(request, keep))
}

fn resulting(client: &Node<'_>, kind: Kind, outcome: &Outcome) -> Option<Settings> {
    let tells = matches!(kind, Kind::Create | Kind::Update) && outcome.is_success();
    client.members().filter(|_| tells).map(|_| Settings::from_node(client, Keep::State))
}

/// The pool in the ARN that a refusal by IAM names: `… on resource: arn:aws:cognito-idp:…:userpool/us-east-1_abc because …`.
fn pool_in_message<'a>(node: &'a Node<'_>) -> Option<&'a str> {
    let (_, rest) = node.text("errorMessage")?.split_once(":userpool/")?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|id| !id.is_empty())
}
