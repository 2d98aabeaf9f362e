//! One `CloudTrail` record to one change.

use jiff::Timestamp;

use super::forms::Context;
use crate::{Actor, Change, Kind, Origin, Outcome, Record, Settings, mask::kept, pack::Node, settings::Keep};

/// The service whose calls change clients.
const COGNITO: &str = "cognito-idp.amazonaws.com";

/// How deep a record may nest; CloudTrail's hardly reach ten. Deeper ones could be read, but what is written about them is
/// deeper still, and readers of JSON have limits of their own, such as 128.
const DEEPEST: u8 = 100;

/// Whether this is a record: it names an event and says at least one more thing that only records say. S3 and SQS
/// notifications look alike and say `aws:…` for the source; nothing that nests absurdly deep is one.
pub(super) fn is_record(node: Node<'_>) -> bool {
    let [event, source, more @ ..] =
        node.pick(["eventName", "eventSource", "eventTime", "eventID", "userIdentity", "eventVersion"]);
    text(event).is_some()
        && (source.is_some() || more.iter().any(Option::is_some))
        && !text(source).is_some_and(|source| source.starts_with("aws:"))
        && node.is_within(DEEPEST)
}

/// Reads a record; whatever is missing or odd in it is unknown. `None` if nobody says when it was: it would stand at a made-up
/// place, and others would be compared with it there.
pub(super) fn change(node: Node<'_>, context: Context) -> Option<Change> {
    let [id, time, event, source, r#type, account, region, ip, agent, code, message, identity, request, response] =
        node.pick([
            "eventID",
            "eventTime",
            "eventName",
            "eventSource",
            "eventType",
            "recipientAccountId",
            "awsRegion",
            "sourceIPAddress",
            "userAgent",
            "errorCode",
            "errorMessage",
            "userIdentity",
            "requestParameters",
            "responseElements",
        ]);
    let time = time.and_then(at).or(context.time)?;
    let record = Record::from(node);
    let event = text(event).unwrap_or_default();
    let kind = kind(event, text(source), text(r#type));
    let actor = Actor::of(identity.unwrap_or(Node::NULL));
    let request = request.unwrap_or(Node::NULL);
    let client = response.and_then(|response| response.get("userPoolClient")).unwrap_or(Node::NULL);
    let [pool_sent, id_sent, name_sent] = which_client(request);
    let [pool_told, id_told, name_told] = which_client(client);
    let outcome = outcome(text(code), text(message));
    let (sent, resulting) = match (sent(request, kind), resulting(client, kind, &outcome)) {
        (Some(sent), Some(resulting)) => {
            let (sent, resulting) = Settings::sharing(sent, resulting);
            (Some(sent), Some(resulting))
        }
        told => told,
    };
    Some(Change {
        id: text(id).map_or_else(|| record.fingerprint().into(), kept),
        time,
        event: kept(event),
        kind,
        account: text(account).map(kept).or_else(|| actor.account.clone()),
        region: text(region).map(kept),
        user_pool_id: pool_sent.or(pool_told).or_else(|| pool_in(text(message)?)).map(kept),
        client_id: id_sent.or(id_told).map(kept),
        client_name: name_told.or(name_sent).map(kept),
        actor,
        origin: Origin::of(node),
        source_ip: text(ip).map(kept),
        user_agent: text(agent).map(kept),
        sent,
        resulting,
        outcome,
        hops: context.hops,
        provenance: context.provenance,
        known: None,
        record,
    })
}

/// The ids of the pool and the client, and its name.
fn which_client(node: Node<'_>) -> [Option<&str>; 3] {
    node.pick(["userPoolId", "clientId", "clientName"]).map(text)
}

/// A text that is not empty.
fn text(member: Option<Node<'_>>) -> Option<&str> {
    member?.as_str().filter(|text| !text.is_empty())
}

fn kind(event: &str, source: Option<&str>, r#type: Option<&str>) -> Kind {
    let from_cognito = source.is_none_or(|source| source == COGNITO);
    // `AwsServiceEvent` is hosted-UI traffic, no call.
    let is_call = r#type.is_none_or(|kind| kind == "AwsApiCall");
    match event {
        _ if !(from_cognito && is_call) => Kind::Other,
        "CreateUserPoolClient" => Kind::Create,
        "UpdateUserPoolClient" => Kind::Update,
        "DeleteUserPoolClient" => Kind::Delete,
        _ => Kind::Other,
    }
}

fn outcome(code: Option<&str>, message: Option<&str>) -> Outcome {
    // An empty code is how service events say "no error".
    match code {
        Some(code) => Outcome::Failed { code: kept(code), message: message.map(kept) },
        None => Outcome::Succeeded,
    }
}

fn at(time: Node<'_>) -> Option<Timestamp> {
    match time.as_str() {
        Some(time) => time.parse().ok(),
        // Seconds since 1970, as some exporters write.
        None => Timestamp::from_second(time.as_i64()?).ok(),
    }
}

fn sent(request: Node<'_>, kind: Kind) -> Option<Settings> {
    let keep = match kind {
        Kind::Create | Kind::Update => Keep::Request,
        Kind::Delete | Kind::Other => Keep::Parameters,
    };
    request.is_object().then(|| Settings::from_node(request, keep))
}

fn resulting(client: Node<'_>, kind: Kind, outcome: &Outcome) -> Option<Settings> {
    let tells = matches!(kind, Kind::Create | Kind::Update) && outcome.is_success();
    (tells && client.is_object()).then(|| Settings::from_node(client, Keep::State))
}

/// The pool in the ARN that a refusal by IAM names: `… on resource: arn:aws:cognito-idp:…:userpool/us-east-1_abc because …`.
fn pool_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(":userpool/")?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|id| !id.is_empty())
}
