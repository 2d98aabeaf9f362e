//! Whether a trail's selectors take in the event that we wait for.

use serde_json::Value;

/// The fields, as advanced selectors name them, of what a change of an app client gives.
const EVENT: [(&str, &str); 5] = [
    ("eventCategory", "Management"),
    ("readOnly", "false"),
    ("eventSource", "cognito-idp.amazonaws.com"),
    ("eventType", "AwsApiCall"),
    ("eventName", "UpdateUserPoolClient"),
];

/// From the answer of `GetEventSelectors`: basic selectors or advanced ones, never both.
pub(super) fn take_writes(selectors: &Value) -> bool {
    let list = |key: &str| selectors[key].as_array().map(Vec::as_slice).unwrap_or_default();
    list("EventSelectors").iter().any(basic) || list("AdvancedEventSelectors").iter().any(advanced)
}

/// What a basic selector excludes are KMS and the RDS data API only.
fn basic(selector: &Value) -> bool {
    selector["IncludeManagementEvents"] != false && selector["ReadWriteType"].as_str() != Some("ReadOnly")
}

/// Every field selector has to hold; one on a field that we cannot foresee (a session from the console, a certain caller)
/// takes in only some of the events, which is not enough.
fn advanced(selector: &Value) -> bool {
    let fields = selector["FieldSelectors"].as_array().map(Vec::as_slice).unwrap_or_default();
    fields.iter().any(|field| field["Field"] == "eventCategory") && fields.iter().all(holds)
}

fn holds(field: &Value) -> bool {
    let known = EVENT.iter().find(|(name, _)| field["Field"] == *name);
    let Some((_, value)) = known else { return false };
    let any = |operator: &str, test: fn(&str, &str) -> bool| {
        let operands = field[operator].as_array()?;
        Some(operands.iter().filter_map(Value::as_str).any(|operand| test(value, operand)))
    };
    let equal: fn(&str, &str) -> bool = |value, operand| value == operand;
    let starts: fn(&str, &str) -> bool = |value, operand| value.starts_with(operand);
    let ends: fn(&str, &str) -> bool = |value, operand| value.ends_with(operand);
    [("Equals", "NotEquals", equal), ("StartsWith", "NotStartsWith", starts), ("EndsWith", "NotEndsWith", ends)]
        .into_iter()
        .all(|(with, without, test)| any(with, test) != Some(false) && any(without, test) != Some(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_take_in_writes_of_cognito_or_do_not() {
        let check = |selectors: Value, expect: bool| assert_eq!(take_writes(&selectors), expect, "{selectors}");
        let basic = |kind: &str, management: bool| json!({"EventSelectors": [{"ReadWriteType": kind, "IncludeManagementEvents": management}]});
        check(basic("All", true), true);
        check(basic("WriteOnly", true), true);
        check(basic("ReadOnly", true), false);
        check(basic("All", false), false);
        check(json!({}), false);

        let advanced = |fields: Value| {
            let mut selectors = vec![json!({"Field": "eventCategory", "Equals": ["Management"]})];
            selectors.extend(fields.as_array().cloned().unwrap_or_default());
            json!({"AdvancedEventSelectors": [{"FieldSelectors": selectors}]})
        };
        check(advanced(json!([])), true);
        check(advanced(json!([{"Field": "readOnly", "Equals": ["false"]}])), true);
        check(advanced(json!([{"Field": "readOnly", "Equals": ["true"]}])), false);
        check(advanced(json!([{"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}])), true);
        check(advanced(json!([{"Field": "eventSource", "NotEquals": ["cognito-idp.amazonaws.com"]}])), false);
        check(advanced(json!([{"Field": "eventSource", "NotStartsWith": ["cognito"]}])), false);
        check(advanced(json!([{"Field": "eventSource", "EndsWith": [".amazonaws.com"]}])), true);
        check(advanced(json!([{"Field": "sessionCredentialFromConsole", "Equals": ["true"]}])), false);
        let data =
            json!({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]});
        check(data, false);
    }
}
