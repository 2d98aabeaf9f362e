//! Rules: which events count.

use cacl_event::pattern::Pattern;
use serde_json::{Value, json};

use super::{State, target::Target};
use crate::{
    input::{page, required, text, whole},
    world::{AwsError, Shared, lock},
};

/// A rule on the default bus.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// At most five.
    pub targets: Vec<Target>,
    description: Option<String>,
    /// The text that was sent, and what it says.
    pattern: Option<(String, Pattern)>,
    schedule: Option<String>,
    role: Option<String>,
    state: String,
}

impl Rule {
    /// Whether the rule is on and the event matches.
    pub fn takes(&self, event: &Value) -> bool {
        self.state != "DISABLED" && self.pattern.as_ref().is_some_and(|(_, pattern)| pattern.matches(event))
    }

    fn describe(&self) -> Value {
        let mut described = json!({"Name": self.name, "Arn": self.arn});
        let optional = [
            ("EventPattern", self.pattern.as_ref().map(|(text, _)| text)),
            ("ScheduleExpression", self.schedule.as_ref()),
            ("State", Some(&self.state)),
            ("Description", self.description.as_ref()),
            ("RoleArn", self.role.as_ref()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                described[name] = value.as_str().into();
            }
        }
        described["EventBusName"] = "default".into();
        described
    }
}

impl State {
    /// A rule by the member `name` of the input.
    pub fn rule_of(&mut self, input: &Value, name: &str) -> Result<&mut Rule, AwsError> {
        on_default_bus(input)?;
        let name = required(input, name, "ValidationException")?;
        self.rules.get_mut(name).ok_or_else(|| {
            AwsError::bad("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
        })
    }
}

/// There is one bus.
pub fn on_default_bus(input: &Value) -> Result<(), AwsError> {
    match text(input, "EventBusName") {
        Some(bus) if bus != "default" && !bus.ends_with(":event-bus/default") => {
            Err(AwsError::bad("ResourceNotFoundException", format!("Event bus {bus} does not exist.")))
        }
        _ => Ok(()),
    }
}

/// A pattern's text, read as EventBridge reads it.
fn pattern(pattern: &str) -> Result<Pattern, AwsError> {
    let invalid = |reason: String| {
        AwsError::bad("InvalidEventPatternException", format!("Event pattern is not valid. Reason: {reason}"))
    };
    let value: Value = serde_json::from_str(pattern).map_err(|error| invalid(error.to_string()))?;
    Pattern::parse(&value).map_err(|error| invalid(error.to_string()))
}

/// `PutRule`: makes a rule, or replaces all of it but its targets.
pub fn put(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    on_default_bus(input)?;
    let name = required(input, "Name", "ValidationException")?;
    let owned = |member: &str| text(input, member).map(str::to_owned);
    let pattern = match text(input, "EventPattern") {
        Some(text) => Some((text.to_owned(), pattern(text)?)),
        None => None,
    };
    let schedule = owned("ScheduleExpression");
    if pattern.is_none() && schedule.is_none() {
        let message = "Parameter(s) EventPattern or ScheduleExpression must be specified.";
        return Err(AwsError::bad("ValidationException", message));
    }
    let mut state = lock(&world.events);
    let rule = Rule {
        name: name.to_owned(),
        arn: world.arn("events", &format!("rule/{name}")),
        targets: state.rules.remove(name).map(|rule| rule.targets).unwrap_or_default(),
        description: owned("Description"),
        pattern,
        schedule,
        role: owned("RoleArn"),
        state: owned("State").unwrap_or_else(|| "ENABLED".to_owned()),
    };
    let answer = json!({"RuleArn": rule.arn});
    state.rules.insert(name.to_owned(), rule);
    Ok(answer)
}

/// `DescribeRule`.
pub fn describe(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    Ok(lock(&world.events).rule_of(input, "Name")?.describe())
}

/// `ListRules`.
pub fn list_all(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    on_default_bus(input)?;
    let prefix = text(input, "NamePrefix").unwrap_or_default();
    let state = lock(&world.events);
    let all = state.rules.values().filter(|rule| rule.name.starts_with(prefix)).map(Rule::describe);
    listed("Rules", all.collect(), input)
}

/// `ListRuleNamesByTarget`.
pub fn names_by_target(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    on_default_bus(input)?;
    let arn = required(input, "TargetArn", "ValidationException")?;
    let state = lock(&world.events);
    let rules = state.rules.values().filter(|rule| rule.targets.iter().any(|target| target.arn() == arn));
    listed("RuleNames", rules.map(|rule| rule.name.as_str().into()).collect(), input)
}

/// A page of a list under its name; a hundred elements unless told otherwise.
pub fn listed(name: &str, all: Vec<Value>, input: &Value) -> Result<Value, AwsError> {
    let limit = whole(input, "Limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100);
    let (page, token) = page(all, text(input, "NextToken"), limit)
        .ok_or_else(|| AwsError::bad("ValidationException", "Invalid nextToken."))?;
    let mut listed = json!({name: page});
    if let Some(token) = token {
        listed["NextToken"] = token.into();
    }
    Ok(listed)
}

/// `EnableRule` and `DisableRule`.
pub fn enable(world: &Shared, input: &Value, on: bool) -> Result<Value, AwsError> {
    let mut state = lock(&world.events);
    let rule = state.rule_of(input, "Name")?;
    if on != (rule.state != "DISABLED") {
        if on { "ENABLED" } else { "DISABLED" }.clone_into(&mut rule.state);
    }
    Ok(json!({}))
}

/// `DeleteRule`: without targets only; a rule that is not there counts as deleted.
pub fn delete(world: &Shared, input: &Value) -> Result<Value, AwsError> {
    on_default_bus(input)?;
    let name = required(input, "Name", "ValidationException")?;
    let mut state = lock(&world.events);
    if state.rules.get(name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(AwsError::bad("ValidationException", "Rule can't be deleted since it has targets."));
    }
    state.rules.remove(name);
    Ok(json!({}))
}

/// `TestEventPattern`.
pub fn test_pattern(input: &Value) -> Result<Value, AwsError> {
    let pattern = pattern(required(input, "EventPattern", "ValidationException")?)?;
    let event: Value = serde_json::from_str(required(input, "Event", "ValidationException")?).map_err(|error| {
        AwsError::bad("ValidationException", format!("Parameter Event is not valid. Reason: {error}"))
    })?;
    let members = ["id", "account", "source", "time", "region", "resources", "detail-type"];
    if let Some(missing) = members.iter().find(|member| event.get(**member).is_none()) {
        let message = format!("Parameter Event is not valid. Reason: {missing} is a required field.");
        return Err(AwsError::bad("ValidationException", message));
    }
    Ok(json!({"Result": pattern.matches(&event)}))
}
