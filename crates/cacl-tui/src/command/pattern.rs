//! `pattern`: what the rule lets through, printed and tried out.

use std::{fs, path::Path};

use anyhow::Context;
use cacl_event::{
    Change, clean,
    pattern::{Pattern, Scope, Watch},
};
use serde_json::{Value, json};

use super::replay::no_event;
use crate::{
    Exit,
    cli::{self, PatternOptions},
    failure::{Failure, note},
    feed::{
        Feed,
        replay::{self, Recording},
    },
    report::Out,
};

/// Prints the pattern, or says which recorded events it matches.
pub fn run(options: &cli::Pattern) -> anyhow::Result<Exit> {
    let pattern = match chosen(&options.pattern)? {
        Some(pattern) => pattern,
        None => Watch::default().to_value()?,
    };
    let mut out = Out::stdout();
    if options.test.is_empty() {
        out.line(&pretty(&pattern))?;
        out.flush()?;
        return Ok(Exit::Done);
    }
    let pattern = Pattern::parse(&pattern)?;
    let mut items = Recording::of(&options.test)?.collect::<anyhow::Result<Vec<_>>>()?.concat();
    replay::sort(&mut items);
    if !items.iter().any(|item| matches!(item, Feed::Change(_))) {
        return Err(no_event("to try it on", &options.test).into());
    }
    let mut matched = false;
    for item in &items {
        let change = match item {
            Feed::Change(change) => change,
            Feed::Note(words) => {
                note(words);
                continue;
            }
            _ => continue,
        };
        let misses = pattern.misses(&envelope(change));
        matched |= misses.is_empty();
        let verdict = if misses.is_empty() { "matches " } else { "no match" };
        out.line(&format!("{verdict}  {}  {}  {}", change.time, clean(&change.event), clean(&change.id)))?;
        for miss in misses {
            out.line(&format!("          {}", clean(&miss.to_string())))?;
        }
    }
    out.flush()?;
    Ok(if matched { Exit::Done } else { Exit::Failed })
}

/// The pattern that the options give; `None` if they say nothing, and the template's own holds.
pub fn chosen(options: &PatternOptions) -> anyhow::Result<Option<Value>> {
    if let Some(file) = &options.file {
        return from_file(file).map(Some);
    }
    let watch = Watch {
        events: options.events.clone(),
        scope: options.scope.map_or(Scope::Changes, Scope::from),
        user_pools: options.user_pools.clone(),
        clients: options.clients.clone(),
    };
    if watch == Watch::default() {
        return Ok(None);
    }
    let pattern =
        watch.to_value().map_err(|error| Failure { exit: Exit::Usage, what: error.to_string(), help: None })?;
    for client in watch.clients.iter().filter(|client| !looks_made(client)) {
        note(&format!(
            "--client {client} lets calls about the client with this id through; it is not compared with names"
        ));
    }
    Ok(Some(pattern))
}

/// Whether it looks like an id as Cognito makes them: some twenty-six small letters and digits.
fn looks_made(client: &str) -> bool {
    client.len() >= 20 && client.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn from_file(file: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let wrong = |why: String| {
        let what = format!("{} is no event pattern: {why}", file.display());
        Failure::new(Exit::Usage, what, "`cacl-tui pattern` prints one to begin with")
    };
    let pattern = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Pattern::parse(&pattern).map_err(|error| wrong(error.to_string()))?;
    Ok(pattern)
}

/// As people read it: a list stands in one line as long as it fits.
pub fn pretty(pattern: &Value) -> String {
    render(pattern, 0)
}

fn render(value: &Value, depth: usize) -> String {
    /// What fits beside the margin of the plan in 100 columns.
    const WIDTH: usize = 90;
    let short = serde_json::to_string(value).unwrap_or_default().replace("\",\"", "\", \"");
    let inner = "  ".repeat(depth + 1);
    let (open, close, lines): (_, _, Vec<String>) = match value {
        Value::Object(fields) if !fields.is_empty() && (depth == 0 || fields.values().any(Value::is_array)) => {
            let line =
                |(name, value)| format!("{inner}{}: {}", Value::from(String::as_str(name)), render(value, depth + 1));
            ("{", "}", fields.iter().map(line).collect())
        }
        Value::Array(items) if inner.len() + short.len() > WIDTH => {
            ("[", "]", items.iter().map(|item| format!("{inner}{}", render(item, depth + 1))).collect())
        }
        _ => return short,
    };
    format!("{open}\n{}\n{}{close}", lines.join(",\n"), "  ".repeat(depth))
}

/// The event around a record, as CloudTrail hands it to EventBridge.
fn envelope(change: &Change) -> Value {
    let record = change.record.to_value();
    let source = record["eventSource"].as_str().unwrap_or_default();
    let detail_type = match record["eventType"].as_str() {
        Some("AwsServiceEvent") => "AWS Service Event via CloudTrail",
        Some("AwsConsoleSignIn") => "AWS Console Sign In via CloudTrail",
        _ => "AWS API Call via CloudTrail",
    };
    json!({
        "version": "0",
        "id": record["eventID"],
        "detail-type": detail_type,
        "source": format!("aws.{}", source.trim_end_matches(".amazonaws.com")),
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    })
}

impl From<cli::Scope> for Scope {
    fn from(scope: cli::Scope) -> Self {
        match scope {
            cli::Scope::AppClients => Self::AppClients,
            cli::Scope::UserPools => Self::UserPools,
            cli::Scope::AllWrites => Self::AllWrites,
        }
    }
}

#[cfg(test)]
mod tests {
    use cacl_event::{
        Decoded, decode,
        pattern::{Pattern, Scope, Watch},
    };

    use super::{chosen, envelope, pretty};
    use crate::cli::PatternOptions;

    #[test]
    fn saying_nothing_leaves_the_template_as_it_is() {
        assert_eq!(chosen(&PatternOptions::default()).expect("fine"), None);
        let one = PatternOptions { clients: vec!["3k1v9s0abcd7efgh2ijkl5mn".to_owned()], ..PatternOptions::default() };
        assert!(chosen(&one).expect("fine").is_some());
        let typo = PatternOptions { events: vec!["UpdateUserPolClient".to_owned()], ..PatternOptions::default() };
        assert!(chosen(&typo).is_err());
    }

    #[test]
    fn what_is_printed_is_the_pattern() {
        let everything =
            Watch { scope: Scope::UserPools, user_pools: vec!["eu-west-1_Zq4TrPm9K".to_owned()], ..Watch::default() };
        for watch in [Watch::default(), everything] {
            let pattern = watch.to_value().expect("a pattern");
            let printed = pretty(&pattern);
            assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).expect("JSON"), pattern);
            assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
        }
        insta::assert_snapshot!(pretty(&Watch::default().to_value().expect("a pattern")), @r#"
        {
          "source": ["aws.cognito-idp"],
          "detail-type": ["AWS API Call via CloudTrail"],
          "detail": {
            "eventSource": ["cognito-idp.amazonaws.com"],
            "eventType": ["AwsApiCall"],
            "eventName": ["UpdateUserPoolClient", "DeleteUserPoolClient"]
          }
        }
        "#);
    }

    #[test]
    fn the_default_is_what_the_template_says() {
        let template = include_str!("../../../../stack.yaml");
        let default = Watch::default().to_value().expect("a pattern");
        let with = cacl_aws::template::with_pattern(template, &default).expect("a template");
        let other =
            cacl_aws::template::with_pattern(template, &serde_json::json!({"source": ["x"]})).expect("a template");
        let rule = |template: &str| -> serde_json::Value {
            let template: serde_json::Value = serde_json::from_str(template).expect("JSON");
            template["Resources"]["Rule"]["Properties"]["EventPattern"].clone()
        };
        assert_eq!(rule(&with), default);
        assert_ne!(rule(&other), default);
        for value in ["aws.cognito-idp", "AwsApiCall", "UpdateUserPoolClient", "DeleteUserPoolClient"] {
            assert!(template.contains(value), "{value}");
        }
    }

    #[test]
    fn a_record_is_tried_as_eventbridge_would_see_it() {
        let decoded = decode(include_str!("../../tests/fixtures/update.json")).into_iter().next();
        let Some(Decoded::Change(change)) = decoded else { panic!("{decoded:?}") };
        let pattern = Pattern::parse(&Watch::default().to_value().expect("a pattern")).expect("sound");
        assert!(pattern.matches(&envelope(&change)));
    }
}
