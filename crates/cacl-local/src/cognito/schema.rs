//! The attributes of a pool's users: those of `OpenID` Connect, which every pool has, and the pool's own.

use serde_json::{Value, json};

use crate::input::{list, text};

/// Name, type, whether it can be changed, most characters (where the type is `String`).
const STANDARD: [(&str, &str, bool, u16); 20] = [
    ("sub", "String", false, 2048),
    ("name", "String", true, 2048),
    ("given_name", "String", true, 2048),
    ("family_name", "String", true, 2048),
    ("middle_name", "String", true, 2048),
    ("nickname", "String", true, 2048),
    ("preferred_username", "String", true, 2048),
    ("profile", "String", true, 2048),
    ("picture", "String", true, 2048),
    ("website", "String", true, 2048),
    ("email", "String", true, 2048),
    ("email_verified", "Boolean", true, 0),
    ("gender", "String", true, 2048),
    ("birthdate", "String", true, 10),
    ("zoneinfo", "String", true, 2048),
    ("locale", "String", true, 2048),
    ("phone_number", "String", true, 2048),
    ("phone_number_verified", "Boolean", true, 0),
    ("address", "String", true, 2048),
    ("updated_at", "Number", true, 0),
];

/// `SchemaAttributes` of a pool: the standard ones, then what its `Schema` adds, with `custom:` before their names.
pub fn attributes(schema: &[Value]) -> Value {
    let standard = STANDARD.iter().map(|(name, data_type, mutable, most)| {
        let mut attribute = json!({
            "Name": name,
            "AttributeDataType": data_type,
            "DeveloperOnlyAttribute": false,
            "Mutable": mutable,
            "Required": *name == "sub",
        });
        match *data_type {
            "String" => {
                let least = match *name {
                    "sub" => 1,
                    "birthdate" => 10,
                    _ => 0,
                };
                attribute["StringAttributeConstraints"] =
                    json!({"MinLength": least.to_string(), "MaxLength": most.to_string()});
            }
            "Number" => attribute["NumberAttributeConstraints"] = json!({"MinValue": "0"}),
            _ => {}
        }
        attribute
    });
    let mut all: Vec<Value> = standard.collect();
    for own in schema {
        let name = text(own, "Name").unwrap_or_default();
        if let Some(known) = all.iter_mut().find(|attribute| attribute["Name"] == name) {
            known["Required"] = own.get("Required").cloned().unwrap_or(Value::Bool(false));
            known["Mutable"] = own.get("Mutable").cloned().unwrap_or(Value::Bool(true));
        } else {
            all.push(json!({
                "Name": format!("custom:{name}"),
                "AttributeDataType": text(own, "AttributeDataType").unwrap_or("String"),
                "DeveloperOnlyAttribute": false,
                "Mutable": own.get("Mutable").cloned().unwrap_or(Value::Bool(true)),
                "Required": false,
            }));
        }
    }
    Value::Array(all)
}

/// Whether a pool (its described settings) has an attribute of this name.
pub fn has(pool: &Value, name: &str) -> bool {
    list(pool, "SchemaAttributes").iter().any(|attribute| attribute["Name"] == name)
}
