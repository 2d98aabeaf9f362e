//! The members of a template's sections, each read into what it declares.

use serde_json::{Map, Value};

use super::{Declared, Deletion, Output, Parameter, format_error, scalar};
use crate::{
    cloudformation::parameters,
    input::{list, text},
    world::AwsError,
};

pub type Member<'a> = (&'a String, &'a Value);

pub fn members<'a>(document: &'a Value, section: &str) -> Result<impl Iterator<Item = Member<'a>>, AwsError> {
    match document.get(section) {
        None | Some(Value::Null) => Ok(None.into_iter().flatten()),
        Some(Value::Object(members)) => Ok(Some(members.iter()).into_iter().flatten()),
        Some(_) => Err(format_error(format_args!("{section} section must be a map"))),
    }
}

/// Refuses members of a declaration that AWS does not know.
fn check_members(declaration: &Value, known: &[&str], message: impl Fn(&str) -> String) -> Result<(), AwsError> {
    let Value::Object(members) = declaration else { return Err(format_error(message("null"))) };
    members
        .keys()
        .find(|name| !known.contains(&name.as_str()))
        .map_or(Ok(()), |name| Err(AwsError::validation(message(name))))
}

pub fn parameter((name, declaration): Member<'_>) -> Result<Parameter, AwsError> {
    const KNOWN: &[&str] = &[
        "AllowedPattern",
        "AllowedValues",
        "ConstraintDescription",
        "Default",
        "Description",
        "MaxLength",
        "MaxValue",
        "MinLength",
        "MinValue",
        "NoEcho",
        "Type",
    ];
    check_members(declaration, KNOWN, |member| format!("Invalid template parameter property '{member}'"))?;
    let kind = text(declaration, "Type")
        .ok_or_else(|| format_error(format_args!("Every Parameters object must contain a Type member.")))?;
    if !matches!(kind, "String" | "Number" | "CommaDelimitedList")
        && !kind.starts_with("List<")
        && !kind.starts_with("AWS::")
    {
        return Err(format_error(format_args!("Unrecognized parameter type: {kind}")));
    }
    let parameter = Parameter {
        name: name.clone(),
        kind: kind.to_owned(),
        default: declaration.get("Default").and_then(scalar),
        declaration: declaration.clone(),
    };
    if let Some(default) = &parameter.default {
        parameters::check(&parameter, default)?;
    }
    Ok(parameter)
}

pub fn resource((logical_id, declaration): Member<'_>) -> Result<Declared, AwsError> {
    const KNOWN: &[&str] = &[
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    ];
    if !logical_id.chars().all(|c| c.is_ascii_alphanumeric()) || logical_id.is_empty() {
        return Err(format_error(format_args!("Resource name {logical_id} is non alphanumeric.")));
    }
    check_members(declaration, KNOWN, |member| format!("Invalid template resource property '{member}'"))?;
    let kind = text(declaration, "Type").ok_or_else(|| {
        format_error(format_args!("[/Resources/{logical_id}] Every Resources object must contain a Type member."))
    })?;
    let depends_on = match declaration.get("DependsOn") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(_)) => list(declaration, "DependsOn").iter().filter_map(scalar).collect(),
        _ => Vec::new(),
    };
    let properties = match declaration.get("Properties") {
        None | Some(Value::Null) => Value::Object(Map::new()),
        Some(properties @ Value::Object(_)) => properties.clone(),
        Some(_) => return Err(format_error(format_args!("[/Resources/{logical_id}/Properties] must be an object"))),
    };
    Ok(Declared {
        logical_id: logical_id.clone(),
        kind: kind.to_owned(),
        condition: text(declaration, "Condition").map(str::to_owned),
        depends_on,
        properties,
        deletion: deletion(declaration, "DeletionPolicy")?,
        replaced: deletion(declaration, "UpdateReplacePolicy")?,
    })
}

fn deletion(declaration: &Value, policy: &str) -> Result<Deletion, AwsError> {
    match declaration.get(policy).map(|policy| policy.as_str().unwrap_or_default()) {
        None | Some("Delete") => Ok(Deletion::Delete),
        Some("Retain") => Ok(Deletion::Retain),
        Some("RetainExceptOnCreate") if policy == "DeletionPolicy" => Ok(Deletion::RetainExceptOnCreate),
        Some(other) => Err(format_error(format_args!("Unrecognized {policy} {other}"))),
    }
}

pub fn output((key, declaration): Member<'_>) -> Result<Output, AwsError> {
    check_members(declaration, &["Condition", "Description", "Export", "Value"], |member| {
        format!("Invalid template output property '{member}'")
    })?;
    let value = declaration.get("Value").ok_or_else(|| {
        format_error(format_args!("[/Outputs/{key}] Every Outputs member must contain a Value object"))
    })?;
    Ok(Output {
        key: key.clone(),
        value: value.clone(),
        description: text(declaration, "Description").map(str::to_owned),
        condition: text(declaration, "Condition").map(str::to_owned),
        export: declaration.get("Export").and_then(|export| export.get("Name")).cloned(),
    })
}
