//! The frame of a pattern: objects, paths and `$or`; what stands in the lists is read in `operators`.

use serde_json::{Map, Value};

use super::{
    Condition, MAX_ALTERNATIVES, MAX_CHARACTERS, MAX_DEPTH, Pattern, PatternError, error::Refusal, operators::matcher,
};

/// Names that cannot be fields within `$or`, because they would be read as operators
/// (`RESERVED_FIELD_NAMES_IN_OR_RELATIONSHIP` of `aws/event-ruler`).
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// Conditions that must hold together, as indices.
type Alternative = Vec<usize>;

pub(super) fn parse(pattern: &Value) -> Result<Pattern, PatternError> {
    let Value::Object(fields) = pattern else {
        return Err(refuse("", "Filter is not an object", "write {\"source\": [\"aws.cognito-idp\"]} or the like"));
    };
    if deeper_than(pattern, MAX_DEPTH) {
        return Err(refuse("", "Nested too deeply", format!("at most {MAX_DEPTH} levels")));
    }
    let length = pattern.to_string().chars().count();
    if length > MAX_CHARACTERS {
        let reason = format!("Event pattern has {length} characters");
        return Err(refuse("", reason, format!("at most {MAX_CHARACTERS}, of which an account has 2048 by default")));
    }
    let mut parser = Parser { conditions: Vec::new() };
    let mut alternatives = parser.object(fields, &Place::default())?;
    for alternative in &mut alternatives {
        parser.order(alternative)?;
    }
    Ok(Pattern { conditions: parser.conditions, alternatives })
}

/// Where the parser is: the path in events, and the place in the pattern for errors.
#[derive(Debug, Clone, Default)]
struct Place {
    path: Vec<String>,
    name: String,
    in_or: bool,
}

impl Place {
    fn field(&self, key: &str) -> Self {
        let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
        Self { path, name: join(&self.name, key), in_or: self.in_or }
    }

    fn branch(&self, index: usize) -> Self {
        Self { path: self.path.clone(), name: format!("{}[{index}]", join(&self.name, "$or")), in_or: true }
    }
}

struct Parser {
    conditions: Vec<Condition>,
}

impl Parser {
    fn object(&mut self, fields: &Map<String, Value>, place: &Place) -> Result<Vec<Alternative>, PatternError> {
        if fields.is_empty() {
            return Err(refuse(&place.name, "Empty objects are not allowed", "name a field, or leave this out"));
        }
        let mut alternatives = vec![Vec::new()];
        for (key, value) in fields {
            let factor = self.field(key, value, place)?;
            if alternatives.len() * factor.len() > MAX_ALTERNATIVES {
                let reason = format!("$or gives more than {MAX_ALTERNATIVES} combinations");
                return Err(refuse(&place.name, reason, "multiply the lengths of the $or lists, and shorten one"));
            }
            alternatives = multiply(&alternatives, &factor);
        }
        Ok(alternatives)
    }

    fn field(&mut self, key: &str, value: &Value, place: &Place) -> Result<Vec<Alternative>, PatternError> {
        if key == "$or" {
            return self.any_of(value, place);
        }
        let place = place.field(key);
        if place.in_or && RESERVED.contains(&key) {
            let reason = format!("{key} is Ruler reserved fieldName which cannot be used inside $or.");
            return Err(refuse(&place.name, reason, "an operator belongs into the list of a field"));
        }
        match value {
            Value::Object(fields) => self.object(fields, &place),
            Value::Array(list) => Ok(vec![vec![self.condition(list, &place)?]]),
            _ => {
                let reason = format!("\"{key}\" must be an object or an array");
                Err(refuse(&place.name, reason, format!("write [{value}] for this very value")))
            }
        }
    }

    fn any_of(&mut self, branches: &Value, place: &Place) -> Result<Vec<Alternative>, PatternError> {
        const ALLOWED: &str = "write \"$or\": [{…}, {…}] with two objects or more";
        let name = join(&place.name, "$or");
        let Value::Array(branches) = branches else {
            return Err(refuse(&name, "It must be an Array followed with $or.", ALLOWED));
        };
        if branches.len() < 2 {
            return Err(refuse(&name, "There must have at least 2 Objects in $or relationship.", ALLOWED));
        }
        let mut alternatives = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            let place = place.branch(index);
            let Value::Object(fields) = branch else {
                let reason = "Only JSON object is allowed in array of $or relationship.";
                return Err(refuse(&place.name, reason, ALLOWED));
            };
            alternatives.extend(self.object(fields, &place)?);
        }
        Ok(alternatives)
    }

    fn condition(&mut self, list: &[Value], place: &Place) -> Result<usize, PatternError> {
        if list.is_empty() {
            return Err(refuse(&place.name, "Empty arrays are not allowed", "list a value or an operator"));
        }
        let matchers = list
            .iter()
            .enumerate()
            .map(|(index, item)| matcher(item).map_err(|refusal| refusal.at(format!("{}[{index}]", place.name))))
            .collect::<Result<_, _>>()?;
        self.conditions.push(Condition { path: place.path.join("."), matchers, wanted: Value::Array(list.to_vec()) });
        Ok(self.conditions.len() - 1)
    }

    /// Orders by path, as `EventBridge` matches in that order; one path can have one list only.
    fn order(&self, alternative: &mut Alternative) -> Result<(), PatternError> {
        let path = |index: usize| self.conditions[index].path.as_str();
        alternative.sort_by_key(|&index| path(index));
        match alternative.windows(2).find(|pair| path(pair[0]) == path(pair[1])) {
            Some(pair) => {
                let path = path(pair[0]);
                let reason = format!("Path `{path}` cannot be allowed multiple times");
                Err(refuse(path, reason, "put all its values into one list"))
            }
            None => Ok(()),
        }
    }
}

fn multiply(left: &[Alternative], right: &[Alternative]) -> Vec<Alternative> {
    left.iter().flat_map(|left| right.iter().map(move |right| [left.as_slice(), right].concat())).collect()
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn refuse(path: &str, reason: impl Into<String>, allowed: impl Into<std::borrow::Cow<'static, str>>) -> PatternError {
    Refusal::new(reason, allowed).at(path)
}

/// Whether a value nests deeper than this; itself it recurses no deeper.
fn deeper_than(value: &Value, limit: usize) -> bool {
    let Some(limit) = limit.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| deeper_than(item, limit)),
        Value::Object(fields) => fields.values().any(|field| deeper_than(field, limit)),
        _ => false,
    }
}
