//! What may stand in a list: a value, or an operator.

use std::ops::Bound;

use serde_json::{Map, Value};

use super::{cidr::Cidr, error::Refusal, matcher::Matcher, text::Wildcard};

const OPERATORS: &str =
    "use one of prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, exists, cidr (in lower case)";
const NUMERIC: &str = "write [\"=\", 5], [\"<\", 5], [\">=\", 0] or a range such as [\">\", 0, \"<=\", 5]";
const ANYTHING_BUT: &str = "give a string, a number, a list of either, or {\"prefix\" | \"suffix\" | \"wildcard\" | \
                            \"equals-ignore-case\": a string or a list of strings}";

/// Reads one member of a list.
pub(super) fn matcher(item: &Value) -> Result<Matcher, Refusal> {
    match item {
        Value::Object(operator) => {
            let (name, operand) = single(operator)?;
            apply(name, operand)
        }
        Value::Array(_) => Err(Refusal::new(
            "Match value must be String, number, true, false, or null",
            "lists do not nest: an array in an event matches if any element does",
        )),
        value => Ok(Matcher::Equals(value.clone())),
    }
}

fn single(operator: &Map<String, Value>) -> Result<(&str, &Value), Refusal> {
    let mut entries = operator.iter();
    match (entries.next(), entries.next()) {
        (None, _) => Err(Refusal::new("Match expression name not found", OPERATORS)),
        (Some((name, operand)), None) => Ok((name, operand)),
        _ => Err(Refusal::new("Only one key allowed in match expression", "give each operator an object of its own")),
    }
}

fn apply(name: &str, operand: &Value) -> Result<Matcher, Refusal> {
    match name {
        "prefix" => match ignoring_case("prefix", operand)? {
            Some(text) => Ok(Matcher::PrefixIgnoringCase(text)),
            None => Ok(Matcher::Prefix(string("prefix", operand)?)),
        },
        "suffix" => match ignoring_case("suffix", operand)? {
            Some(text) => Ok(Matcher::SuffixIgnoringCase(text)),
            None => Ok(Matcher::Suffix(string("suffix", operand)?)),
        },
        "equals-ignore-case" => Ok(Matcher::EqualsIgnoringCase(string(name, operand)?)),
        "wildcard" => Ok(Matcher::Wildcard(Wildcard::parse(&string(name, operand)?)?)),
        "anything-but" => anything_but(operand),
        "numeric" => numeric(operand),
        "exists" => match operand {
            Value::Bool(true) => Ok(Matcher::Exists),
            Value::Bool(false) => Ok(Matcher::Absent),
            _ => Err(Refusal::new("exists match pattern must be either true or false.", "without quotes")),
        },
        "cidr" => Ok(Matcher::Cidr(Cidr::parse(&string(name, operand)?)?)),
        _ => Err(Refusal::new(format!("Unrecognized match type {name}"), OPERATORS)),
    }
}

fn string(operator: &str, operand: &Value) -> Result<Box<str>, Refusal> {
    operand.as_str().map(Into::into).ok_or_else(|| {
        let reason = format!("{operator} match pattern must be a string");
        Refusal::new(reason, "for several, repeat the operator: each in an object of its own, all in one list")
    })
}

/// The operand of `{"prefix": {"equals-ignore-case": …}}`, if it is one.
fn ignoring_case(operator: &str, operand: &Value) -> Result<Option<Box<str>>, Refusal> {
    let Value::Object(inner) = operand else { return Ok(None) };
    let (name, text) = single(inner)?;
    if name != "equals-ignore-case" {
        let reason = format!("Unsupported {operator} pattern: {name}");
        return Err(Refusal::new(reason, "a string, or {\"equals-ignore-case\": a string}"));
    }
    string(name, text).map(Some)
}

fn anything_but(operand: &Value) -> Result<Matcher, Refusal> {
    let refused = match operand {
        Value::Object(inner) => {
            let (name, values) = single(inner)?;
            several(values)?.iter().map(|value| excluded(name, value)).collect::<Result<Vec<_>, _>>()?
        }
        values => {
            let values = several(values)?;
            let strings = values.iter().filter(|value| value.is_string()).count();
            let numbers = values.iter().filter(|value| value.is_number()).count();
            if strings + numbers < values.len() {
                let reason = "Inside anything but list, start|null|boolean is not supported.";
                return Err(Refusal::new(reason, ANYTHING_BUT));
            }
            if (strings > 0) == (numbers > 0) {
                let reason =
                    "Inside anything but list, either all values are number or string, mixed type is not supported";
                return Err(Refusal::new(reason, ANYTHING_BUT));
            }
            values.iter().map(|value| Matcher::Equals(value.clone())).collect()
        }
    };
    Ok(Matcher::AnythingBut(refused))
}

/// One value or a list of them.
fn several(values: &Value) -> Result<&[Value], Refusal> {
    match values {
        Value::Array(values) if values.is_empty() => {
            Err(Refusal::new("Empty arrays are not allowed", "list what to leave out"))
        }
        Value::Array(values) => Ok(values),
        Value::String(_) | Value::Number(_) => Ok(std::slice::from_ref(values)),
        _ => {
            let reason = "Value of anything-but must be an array or single string/number value.";
            Err(Refusal::new(reason, ANYTHING_BUT))
        }
    }
}

/// What `{"anything-but": {"prefix": …}}` and its like leave out; these do not nest any further.
fn excluded(operator: &str, value: &Value) -> Result<Matcher, Refusal> {
    match (operator, value.as_str()) {
        ("prefix" | "suffix", Some("")) => {
            Err(Refusal::new("Null prefix/suffix not allowed", "an empty one would leave out every string"))
        }
        ("prefix", Some(text)) => Ok(Matcher::Prefix(text.into())),
        ("suffix", Some(text)) => Ok(Matcher::Suffix(text.into())),
        ("wildcard", Some(text)) => Ok(Matcher::Wildcard(Wildcard::parse(text)?)),
        ("equals-ignore-case", Some(text)) => Ok(Matcher::EqualsIgnoringCase(text.into())),
        ("prefix" | "suffix", None) => Err(Refusal::new("prefix/suffix match pattern must be a string", ANYTHING_BUT)),
        ("wildcard", None) => Err(Refusal::new("wildcard match pattern must be a string", ANYTHING_BUT)),
        ("equals-ignore-case", None) => {
            let reason = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.";
            Err(Refusal::new(reason, ANYTHING_BUT))
        }
        _ => Err(Refusal::new(format!("Unsupported anything-but pattern: {operator}"), ANYTHING_BUT)),
    }
}

fn numeric(operand: &Value) -> Result<Matcher, Refusal> {
    let Value::Array(terms) = operand else {
        return Err(Refusal::new("Value of numeric must be an array.", NUMERIC));
    };
    let operator = |term: Option<&Value>| match term {
        Some(Value::String(operator)) => Ok(operator.clone()),
        Some(other) => Err(Refusal::new(format!("Invalid member in numeric match: {other}"), NUMERIC)),
        None => Err(Refusal::new("Invalid member in numeric match: ]", NUMERIC)),
    };
    let number = |operator: &str, term: Option<&Value>| {
        let name = if operator == "=" { "equals" } else { operator };
        let refusal = || Refusal::new(format!("Value of {name} must be numeric"), NUMERIC);
        term.and_then(Value::as_f64).filter(|number| number.is_finite()).ok_or_else(refusal)
    };
    let first = operator(terms.first())?;
    let limit = match first.as_str() {
        "=" | "<" | "<=" | ">" | ">=" => number(&first, terms.get(1))?,
        _ => return Err(Refusal::new(format!("Unrecognized numeric range operator: {first}"), NUMERIC)),
    };
    let more = terms.len() > 2;
    let range = match first.as_str() {
        "=" | "<" | "<=" if more => return Err(Refusal::new("Too many elements in numeric expression", NUMERIC)),
        "=" => (Bound::Included(limit), Bound::Included(limit)),
        "<" => (Bound::Unbounded, Bound::Excluded(limit)),
        "<=" => (Bound::Unbounded, Bound::Included(limit)),
        lower => {
            let bottom = if lower == ">" { Bound::Excluded(limit) } else { Bound::Included(limit) };
            if !more {
                return Ok(Matcher::Numeric((bottom, Bound::Unbounded)));
            }
            let second = operator(terms.get(2))?;
            if !matches!(second.as_str(), "<" | "<=") {
                return Err(Refusal::new(format!("Bad numeric range operator: {second}"), NUMERIC));
            }
            let top = number(&second, terms.get(3))?;
            if terms.len() > 4 {
                return Err(Refusal::new("Too many terms in numeric range expression", NUMERIC));
            }
            if top <= limit {
                return Err(Refusal::new("Bottom must be less than top", NUMERIC));
            }
            (bottom, if second == "<" { Bound::Excluded(top) } else { Bound::Included(top) })
        }
    };
    Ok(Matcher::Numeric(range))
}
