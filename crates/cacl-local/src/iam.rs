//! IAM: roles with their inline policies, which hold for what runs as the role, and the shape of policy documents. What
//! people may do is decided by who they are alone (see [`crate::sts`]).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    ACCOUNT,
    input::{list, required, text},
    policy::{Wish, allows, statements},
    protocol::{encode, query::Form, xml::Element},
    world::{AwsError, Resource, Schema, Shared, Updated, lock},
};

/// Namespace of the answers.
pub const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// The CloudFormation types.
pub const SCHEMAS: &[Schema] = &[Schema {
    resource_type: "AWS::IAM::Role",
    properties: &[
        "AssumeRolePolicyDocument",
        "Description",
        "ManagedPolicyArns",
        "MaxSessionDuration",
        "Path",
        "PermissionsBoundary",
        "Policies",
        "Policies.PolicyDocument",
        "Policies.PolicyName",
        "RoleName",
        "Tags",
        "Tags.Key",
        "Tags.Value",
    ],
    required: &["AssumeRolePolicyDocument"],
    attributes: &["Arn", "RoleId"],
}];

/// What it remembers: roles by name.
#[derive(Debug, Default)]
pub struct State {
    roles: BTreeMap<String, Role>,
}

#[derive(Debug)]
struct Role {
    id: String,
    path: String,
    created: Timestamp,
    properties: Value,
}

impl Role {
    fn arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{ACCOUNT}:role{}{name}", self.path)
    }

    fn describe(&self, name: &str) -> Element {
        let trust = &self.properties["AssumeRolePolicyDocument"];
        Element::new("Role")
            .text("Path", &self.path)
            .text("RoleName", name)
            .text("RoleId", &self.id)
            .text("Arn", self.arn(name))
            .text("CreateDate", self.created)
            .text("AssumeRolePolicyDocument", encode(&trust.to_string()))
            .maybe("Description", text(&self.properties, "Description"))
            .text("MaxSessionDuration", 3600)
    }

    fn resource(&self, name: &str) -> Resource {
        Resource::new(name).with("Arn", self.arn(name)).with("RoleId", self.id.clone())
    }

    fn policy(&self, name: &str) -> Option<&Value> {
        list(&self.properties, "Policies").iter().find(|policy| text(policy, "PolicyName") == Some(name))
    }
}

/// Whether a role may do this, by its inline policies. One that was not made here may do anything, and so may one with
/// managed policies, which nobody here has read.
pub fn may(world: &Shared, role_arn: &str, action: &str, resource: &str) -> bool {
    let state = lock(&world.iam);
    let Some((_, role)) = state.roles.iter().find(|(name, role)| role.arn(name) == role_arn) else { return true };
    let inline = list(&role.properties, "Policies").iter().flat_map(|policy| statements(&policy["PolicyDocument"]));
    !list(&role.properties, "ManagedPolicyArns").is_empty() || allows(inline, &Wish { by: None, action, resource })
}

/// What a policy is attached to, which decides what its statements must and must not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    /// Who may assume a role.
    Trust,
    /// What a role may do.
    Role,
    /// Who may use a resource.
    Resource,
}

/// Refuses what is no policy document.
pub fn check_policy(document: &Value, attached: Attached) -> Result<(), AwsError> {
    let malformed = |message: &str| Err(AwsError::bad("MalformedPolicyDocument", message));
    if !matches!(text(document, "Version"), None | Some("2012-10-17" | "2008-10-17")) {
        return malformed("Syntax errors in policy.");
    }
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.as_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => return malformed("Syntax errors in policy."),
    };
    for statement in statements {
        let has = |name: &str| statement.get(name).is_some() || statement.get(format!("Not{name}")).is_some();
        if !matches!(text(statement, "Effect"), Some("Allow" | "Deny")) {
            return malformed("Syntax errors in policy.");
        }
        if !has("Action") {
            return malformed("Policy statement must contain actions.");
        }
        match attached {
            Attached::Trust if has("Resource") => return malformed("Has prohibited field Resource"),
            Attached::Role if has("Principal") => return malformed("Policy document should not specify a principal."),
            Attached::Role if !has("Resource") => return malformed("Policy statement must contain resources."),
            Attached::Trust | Attached::Resource if !has("Principal") => {
                return malformed("Missing required field Principal");
            }
            Attached::Resource if !has("Resource") => return malformed("Missing required field Resource"),
            Attached::Trust | Attached::Role | Attached::Resource => {}
        }
    }
    Ok(())
}

fn check(name: &str, properties: &Value) -> Result<(), AwsError> {
    if name.len() > 64 || !name.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c)) {
        return Err(AwsError::validation(
            "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the \
             following: +=,.@_-",
        ));
    }
    check_policy(&properties["AssumeRolePolicyDocument"], Attached::Trust)?;
    for policy in list(properties, "Policies") {
        required(policy, "PolicyName", "ValidationError")?;
        check_policy(&policy["PolicyDocument"], Attached::Role)?;
    }
    Ok(())
}

/// Makes a role; `begin` begins its name if it has none of its own.
pub fn create(world: &Shared, begin: &str, properties: &Value) -> Result<Resource, AwsError> {
    let name = match text(properties, "RoleName") {
        Some(name) => name.to_owned(),
        None => format!("{begin:.51}-{}", world.ids.upper(12)),
    };
    check(&name, properties)?;
    let role = Role {
        id: format!("AROA{}", world.ids.upper(17)),
        path: text(properties, "Path").unwrap_or("/").to_owned(),
        created: world.now(),
        properties: properties.clone(),
    };
    let mut state = lock(&world.iam);
    if state.roles.contains_key(&name) {
        return Err(AwsError::new(409, "EntityAlreadyExists", format!("Role with name {name} already exists.")));
    }
    let resource = role.resource(&name);
    state.roles.insert(name, role);
    Ok(resource)
}

/// Changes a role; name and path cannot change.
pub fn update(world: &Shared, name: &str, old: &Value, new: &Value) -> Result<Updated, AwsError> {
    if ["RoleName", "Path"].iter().any(|property| old.get(property) != new.get(property)) {
        return Ok(Updated::Replace);
    }
    check(name, new)?;
    let mut state = lock(&world.iam);
    let role = state.roles.get_mut(name).ok_or_else(|| missing(name))?;
    role.properties = new.clone();
    Ok(Updated::InPlace(role.resource(name)))
}

/// Deletes a role.
pub fn delete(world: &Shared, name: &str) -> Result<(), AwsError> {
    lock(&world.iam).roles.remove(name).map(drop).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> AwsError {
    AwsError::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found."))
}

/// Answers an action.
pub fn handle(world: &Shared, action: &str, form: &Form) -> Result<Element, AwsError> {
    let state = lock(&world.iam);
    let role = || {
        let name = form.require("RoleName")?;
        state.roles.get(name).map(|role| (name, role)).ok_or_else(|| missing(name))
    };
    match action {
        "GetRole" => role().map(|(name, role)| Element::default().child(role.describe(name))),
        "ListRoles" => {
            let roles = state.roles.iter().map(|(name, role)| role.describe(name));
            Ok(Element::default().members("Roles", roles).text("IsTruncated", false))
        }
        "ListRolePolicies" => {
            let (_, role) = role()?;
            let policies = list(&role.properties, "Policies").iter().filter_map(|policy| text(policy, "PolicyName"));
            let names = policies.map(|name| Element { text: name.to_owned(), ..Element::default() });
            Ok(Element::default().members("PolicyNames", names).text("IsTruncated", false))
        }
        "GetRolePolicy" => {
            let (name, role) = role()?;
            let wanted = form.require("PolicyName")?;
            let policy = role.policy(wanted).ok_or_else(|| {
                AwsError::new(404, "NoSuchEntity", format!("The role policy with name {wanted} cannot be found."))
            })?;
            Ok(Element::default()
                .text("RoleName", name)
                .text("PolicyName", wanted)
                .text("PolicyDocument", encode(&policy["PolicyDocument"].to_string())))
        }
        "ListAttachedRolePolicies" => {
            let (_, role) = role()?;
            let policies = list(&role.properties, "ManagedPolicyArns").iter().filter_map(Value::as_str).map(|arn| {
                Element::default().text("PolicyName", arn.rsplit('/').next().unwrap_or(arn)).text("PolicyArn", arn)
            });
            Ok(Element::default().members("AttachedPolicies", policies).text("IsTruncated", false))
        }
        _ => Err(AwsError::invalid_action(action)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::world::World;

    fn trust() -> Value {
        json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    }

    #[rstest]
    #[case(Attached::Trust, json!({"Effect": "Allow", "Principal": "*", "Action": "a"}), None)]
    #[case(Attached::Trust, json!({"Effect": "Allow", "Action": "a"}), Some("Missing required field Principal"))]
    #[case(Attached::Trust, json!({"Effect": "Allow", "Principal": "*", "Action": "a", "Resource": "*"}), Some("Has prohibited field Resource"))]
    #[case(Attached::Role, json!({"Effect": "Allow", "Action": "a", "Resource": "*"}), None)]
    #[case(Attached::Role, json!({"Effect": "Allow", "Action": "a"}), Some("Policy statement must contain resources."))]
    #[case(Attached::Role, json!({"Effect": "Maybe", "Action": "a", "Resource": "*"}), Some("Syntax errors in policy."))]
    #[case(Attached::Resource, json!({"Effect": "Deny", "Principal": "*", "NotAction": "a", "NotResource": "b"}), None)]
    #[case(Attached::Resource, json!("Allow"), Some("Syntax errors in policy."))]
    fn policies(#[case] attached: Attached, #[case] statement: Value, #[case] refused: Option<&str>) {
        let outcome = check_policy(&json!({"Version": "2012-10-17", "Statement": [statement]}), attached);
        assert_eq!(outcome.err().map(|error| error.message).as_deref(), refused);
    }

    #[test]
    fn a_role_lives_and_dies() {
        let world = World::test();
        let properties = json!({"AssumeRolePolicyDocument": trust(), "Policies": []});
        let role = create(&world, "stack-Role", &properties).expect("made");
        assert!(role.physical_id.starts_with("stack-Role-"), "{role:?}");
        assert_eq!(role.attributes["Arn"], format!("arn:aws:iam::000000000000:role/{}", role.physical_id));

        let form = Form::new(&format!("RoleName={}", role.physical_id));
        let answer = handle(&world, "GetRole", &form).expect("there");
        assert_eq!(answer.get("Role").and_then(|r| r.get_text("RoleName")), Some(role.physical_id.as_str()));

        delete(&world, &role.physical_id).expect("deleted");
        assert_eq!(handle(&world, "GetRole", &form).expect_err("gone").code, "NoSuchEntity");
    }

    #[test]
    fn a_role_may_what_its_policies_say_and_a_strange_one_anything() {
        let world = World::test();
        let statement = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:dead"});
        let policy = json!({"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}});
        let properties = json!({"RoleName": "r", "AssumeRolePolicyDocument": trust(), "Policies": [policy]});
        create(&world, "s", &properties).expect("made");
        let may = |role: &str, queue: &str| {
            let [role, queue] = [format!("arn:aws:iam::{ACCOUNT}:role/{role}"), world.arn("sqs", queue)];
            may(&world, &role, "sqs:SendMessage", &queue)
        };
        assert!(may("r", "dead") && !may("r", "other") && may("strange", "other"));
        let managed = json!({"AssumeRolePolicyDocument": trust(), "ManagedPolicyArns": ["arn:aws:iam::aws:policy/X"]});
        update(&world, "r", &json!({"RoleName": "r"}), &{
            let mut managed = managed;
            managed["RoleName"] = "r".into();
            managed
        })
        .expect("changed");
        assert!(may("r", "other"));
    }

    #[test]
    fn a_name_is_taken_once_and_never_changed() {
        let world = World::test();
        let properties = json!({"RoleName": "r", "AssumeRolePolicyDocument": trust()});
        create(&world, "s", &properties).expect("made");
        assert_eq!(create(&world, "s", &properties).expect_err("taken").code, "EntityAlreadyExists");
        let renamed = json!({"RoleName": "q", "AssumeRolePolicyDocument": trust()});
        assert_eq!(update(&world, "r", &properties, &renamed), Ok(Updated::Replace));
    }
}
