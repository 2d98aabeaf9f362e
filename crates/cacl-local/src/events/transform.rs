//! What a target gets: the event, a part of it, a constant, or a text made of its parts.
//!
//! Of EventBridge's own variables only the rule's name and ARN and the whole event are known.

use serde_json::Value;

use super::target::Target;
use crate::input::text;

/// The payload for a target, as it goes over the wire.
pub fn payload(target: &Target, event: &Value, rule_arn: &str) -> String {
    if let Some(constant) = text(&target.0, "Input") {
        return constant.to_owned();
    }
    if let Some(path) = text(&target.0, "InputPath") {
        return at_path(event, path).unwrap_or(&Value::Null).to_string();
    }
    match text(&target.0["InputTransformer"], "InputTemplate") {
        Some(template) => filled(template, |name| variable(target, event, rule_arn, name)),
        None => event.to_string(),
    }
}

fn variable(target: &Target, event: &Value, rule_arn: &str, name: &str) -> Option<Value> {
    match name {
        "aws.events.rule-arn" => Some(rule_arn.into()),
        "aws.events.rule-name" => rule_arn.rsplit('/').next().map(Value::from),
        "aws.events.event" | "aws.events.event.json" => Some(event.clone()),
        _ => {
            let path = text(&target.0["InputTransformer"]["InputPathsMap"], name)?;
            at_path(event, path).cloned()
        }
    }
}

/// `$.detail.list[0].name`.
fn at_path<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    let rest = path.strip_prefix('$')?;
    rest.split(['.', '[']).filter(|step| !step.is_empty()).try_fold(event, |value, step| match step.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

/// Puts values in the place of `<name>`: within quotes a text goes in bare, outside of them everything is JSON. A variable
/// without a value leaves nothing behind.
fn filled(template: &str, variable: impl Fn(&str) -> Option<Value>) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut quoted = false;
    let mut rest = template;
    while let Some(at) = rest.find(['"', '<']) {
        filled.push_str(&rest[..at]);
        let end = rest[at..].find('>').filter(|_| rest[at..].starts_with('<'));
        let Some(end) = end else {
            quoted ^= rest[at..].starts_with('"') && !rest[..at].ends_with('\\');
            filled.push_str(&rest[at..=at]);
            rest = &rest[at + 1..];
            continue;
        };
        match variable(&rest[at + 1..at + end]) {
            Some(Value::String(text)) if quoted => {
                let json = Value::String(text).to_string();
                filled.push_str(&json[1..json.len() - 1]);
            }
            Some(value) => filled.push_str(&value.to_string()),
            None => {}
        }
        rest = &rest[at + end + 1..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RULE: &str = "arn:aws:events:us-east-1:123456789012:rule/changes";

    #[test]
    fn a_target_gets_what_it_asks_for() {
        let event = json!({"id": "1", "detail": {"who": "a \"b\"", "list": [{"n": 7}]}});
        let paths = json!({"who": "$.detail.who", "n": "$.detail.list[0].n", "none": "$.detail.none"});
        let template = |text: &str| json!({"InputTransformer": {"InputPathsMap": paths, "InputTemplate": text}});
        let table = [
            (json!({}), event.to_string()),
            (json!({"Input": "{\"a\":1}"}), "{\"a\":1}".to_owned()),
            (json!({"InputPath": "$.detail.list"}), "[{\"n\":7}]".to_owned()),
            (template("\"by <who>: <n><none>.\"\n\"<none>\""), "\"by a \\\"b\\\": 7.\"\n\"\"".to_owned()),
            (template("{\"n\": <n>, \"who\": <who>}"), "{\"n\": 7, \"who\": \"a \\\"b\\\"\"}".to_owned()),
            (template("\"<aws.events.rule-name> < 1\""), "\"changes < 1\"".to_owned()),
        ];
        for (target, expected) in table {
            assert_eq!(payload(&Target(target.clone()), &event, RULE), expected, "{target}");
        }
    }
}
