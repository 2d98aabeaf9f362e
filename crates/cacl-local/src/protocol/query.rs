//! The Query protocol: a form in, XML out.

use axum::response::Response;

use super::{answer, pairs, xml::Element};
use crate::world::AwsError;

/// The fields of a form, or those below a prefix of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// From a body or a query.
    pub fn new(text: &str) -> Self {
        Self(pairs(text))
    }

    /// The field's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The field's value if it is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The value of a field that must be there.
    pub fn require(&self, name: &str) -> Result<&str, AwsError> {
        self.text(name).ok_or_else(|| {
            let camel: String = name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect();
            AwsError::validation(format!(
                "1 validation error detected: Value at '{camel}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// Whether the field says `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// The members of `Name.member.N…`, by N. A scalar's value is under the empty name.
    pub fn members(&self, name: &str) -> Vec<Self> {
        let prefix = format!("{name}.member.");
        let mut members: Vec<(u32, Self)> = Vec::new();
        for (key, value) in &self.0 {
            let Some(rest) = key.strip_prefix(&prefix) else { continue };
            let (number, field) = rest.split_once('.').unwrap_or((rest, ""));
            let Ok(number) = number.parse() else { continue };
            let field = (field.to_owned(), value.clone());
            match members.iter_mut().find(|(n, _)| *n == number) {
                Some((_, member)) => member.0.push(field),
                None => members.push((number, Self(vec![field]))),
            }
        }
        members.sort_by_key(|(number, _)| *number);
        members.into_iter().map(|(_, member)| member).collect()
    }

    /// The values of a list of scalars.
    pub fn values(&self, name: &str) -> Vec<String> {
        self.members(name).iter().filter_map(|member| member.get("")).map(str::to_owned).collect()
    }
}

/// `<ActionResponse><ActionResult>…`; `result` holds the result's children.
pub fn ok(namespace: &'static str, action: &str, request_id: &str, result: Element) -> Response {
    let result = Element { name: format!("{action}Result").into(), ..result };
    let body = Element::of(format!("{action}Response"), namespace)
        .child(result)
        .child(Element::new("ResponseMetadata").text("RequestId", request_id));
    answer(200, "text/xml", request_id, body.render())
}

/// `<ErrorResponse>`.
pub fn error(namespace: &'static str, request_id: &str, error: &AwsError) -> Response {
    let details = Element::new("Error")
        .text("Type", if error.status < 500 { "Sender" } else { "Receiver" })
        .text("Code", &error.code)
        .text("Message", &error.message);
    let body = Element::of("ErrorResponse", namespace).child(details).text("RequestId", request_id);
    answer(error.status, "text/xml", request_id, body.render())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_by_number() {
        let form = Form::new("P.member.10.K=j&P.member.2.K=b&P.member.2.V=&C.member.1=X&P.member.z.K=no&Q=1");
        let keys: Vec<_> = form.members("P").iter().map(|m| m.get("K").map(str::to_owned)).collect();
        assert_eq!(keys, [Some("b".to_owned()), Some("j".to_owned())]);
        assert_eq!(form.members("P")[0].get("V"), Some(""));
        assert_eq!(form.values("C"), ["X"]);
    }

    #[test]
    fn what_is_missing_is_named_as_aws_does() {
        let error = Form::default().require("StackName").expect_err("missing");
        assert!(error.message.contains("Value at 'stackName'"), "{}", error.message);
    }
}
