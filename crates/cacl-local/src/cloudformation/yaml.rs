//! YAML as CloudFormation reads it: one document, short-form intrinsics (`!Ref x`) as their long forms, dates and numbers
//! with leading zeros as text. Merge keys are absent, as on AWS.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

/// Where a text is no YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

/// How deep a document may go, and how many nodes aliases may make of it.
const DEEPEST: usize = 100;
const MOST_NODES: usize = 100_000;

/// Reads the first document.
pub fn parse(text: &str) -> Result<Value, Malformed> {
    let mut reading = Reading { events: Parser::new_from_str(text), anchors: BTreeMap::new(), nodes: 0, at: (1, 1) };
    loop {
        match reading.next()? {
            Event::StreamEnd => return Ok(Value::Null),
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            event => return reading.node(event, 0),
        }
    }
}

struct Reading<'a> {
    events: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: BTreeMap<usize, Value>,
    nodes: usize,
    at: (usize, usize),
}

impl<'a> Reading<'a> {
    /// The next event that is no comment.
    fn next(&mut self) -> Result<Event<'a>, Malformed> {
        loop {
            match self.events.next() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok((event, span))) => {
                    self.at = (span.start.line(), span.start.col() + 1);
                    return Ok(event);
                }
                Some(Err(error)) => {
                    return Err(Malformed { line: error.marker().line(), column: error.marker().col() + 1 });
                }
                None => return Ok(Event::StreamEnd),
            }
        }
    }

    fn malformed(&self) -> Malformed {
        Malformed { line: self.at.0, column: self.at.1 }
    }

    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Value, Malformed> {
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            return Err(self.malformed());
        }
        let (anchor, tag, value) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                (anchor, tag, if plain { scalar(&text) } else { Value::from(text.into_owned()) })
            }
            Event::SequenceStart(_, anchor, tag) => (anchor, tag, self.sequence(depth)?),
            Event::MappingStart(_, anchor, tag) => (anchor, tag, self.mapping(depth)?),
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().ok_or_else(|| self.malformed())?;
                self.nodes += count(&value);
                return Ok(value);
            }
            _ => return Err(self.malformed()),
        };
        let value = match tag.as_deref().filter(|tag| tag.is_custom()) {
            Some(tag) => long_form(tag.suffix(), value),
            None => value,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, Malformed> {
        let mut values = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Value::Array(values)),
                event => values.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Malformed> {
        let mut values = Map::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => return Ok(Value::Object(values)),
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(self.malformed()),
            };
            let here = self.malformed();
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            if values.insert(key, value).is_some() {
                return Err(here);
            }
        }
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(count).sum::<usize>(),
        Value::Object(values) => 1 + values.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// A plain scalar: null, flag, number, or text.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || leading_zero {
        return Value::from(text);
    }
    let whole = text.parse::<i64>().ok().map(Number::from);
    let number = whole.or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
    number.map_or_else(|| Value::from(text), Value::Number)
}

/// `!Sub x` is `{"Fn::Sub": x}`; `!GetAtt a.b` names a resource and an attribute.
fn long_form(tag: &str, value: Value) -> Value {
    let (name, value) = match (tag, value) {
        ("Ref" | "Condition", value) => (tag.to_owned(), value),
        ("GetAtt", Value::String(text)) => {
            let parts = text.split_once('.').map(|(resource, attribute)| vec![resource.into(), attribute.into()]);
            ("Fn::GetAtt".to_owned(), parts.map_or(Value::String(text.clone()), Value::Array))
        }
        (_, value) => (format!("Fn::{tag}"), value),
    };
    Value::Object(Map::from_iter([(name, value)]))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("a: 1", json!({"a": 1}))]
    #[case("a: 1.5", json!({"a": 1.5}))]
    #[case("a: 2012-10-17", json!({"a": "2012-10-17"}))]
    #[case("a: 012345678901", json!({"a": "012345678901"}))]
    #[case("a: '1'\nb: \"true\"", json!({"a": "1", "b": "true"}))]
    #[case("a: true\nb: no\nc:", json!({"a": true, "b": "no", "c": null}))]
    #[case("a: !Ref B", json!({"a": {"Ref": "B"}}))]
    #[case("a: !GetAtt B.C.D", json!({"a": {"Fn::GetAtt": ["B", "C.D"]}}))]
    #[case("a: !Join ['-', [x, !Sub '${B}']]", json!({"a": {"Fn::Join": ["-", ["x", {"Fn::Sub": "${B}"}]]}}))]
    #[case("a: !If [C, !Ref 'AWS::NoValue', {b: 1}]", json!({"a": {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, {"b": 1}]}}))]
    #[case("a: !Not\n  - !Condition X\n", json!({"a": {"Fn::Not": [{"Condition": "X"}]}}))]
    #[case("a: &x [1]\nb: *x", json!({"a": [1], "b": [1]}))]
    #[case("# nothing\n", Value::Null)]
    #[case("a: |\n  x\n  y\n", json!({"a": "x\ny\n"}))]
    fn reads(#[case] text: &str, #[case] expect: Value) {
        assert_eq!(parse(text), Ok(expect));
    }

    #[rstest]
    #[case("a: [")]
    #[case("a: 1\na: 2")]
    #[case("? [a]\n: 1")]
    #[case("a: *nowhere")]
    #[case("\tx: {")]
    fn refuses(#[case] text: &str) {
        assert!(parse(text).is_err(), "{:?}", parse(text));
    }

    #[test]
    fn refuses_what_grows_without_bound() {
        let laughs = (1..12).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
            let list = vec![format!("*a{}", n - 1); 10].join(", ");
            format!("{text}a{n}: &a{n} [{list}]\n")
        });
        assert!(parse(&laughs).is_err());
        assert!(parse(&"[".repeat(5000)).is_err());
    }
}
