//! What `stack.yaml` promises beyond being valid: the names that the program looks for, and least privilege.

use std::error::Error;

use cacl_aws::Names;
use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

const TEMPLATE: &str = include_str!("../../../stack.yaml");

fn template() -> Result<Value, Box<dyn Error>> {
    Ok(serde_saphyr::from_str(TEMPLATE)?)
}

/// Every object of the template that is a statement of a policy.
fn statements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(object) if object.contains_key("Effect") => vec![value],
        Value::Object(object) => object.values().flat_map(statements).collect(),
        Value::Array(array) => array.iter().flat_map(statements).collect(),
        _ => Vec::new(),
    }
}

fn actions(statement: &Value) -> Vec<&str> {
    match &statement["Action"] {
        Value::String(action) => vec![action],
        actions => actions.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

#[test]
fn names_are_those_that_the_program_looks_for() -> Outcome {
    let names = Names {
        prefix: "acme".into(),
        stack: "acme-cognito-api-calls".into(),
        account: "123456789012".into(),
        region: "eu-west-1".into(),
    };
    let template = template()?;
    let name = |logical_id: &str, property: &str| {
        let name = template["Resources"][logical_id]["Properties"][property]["Fn::Sub"].as_str().unwrap_or_default();
        name.replace("${Prefix}", &names.prefix)
            .replace("${AWS::AccountId}", &names.account)
            .replace("${AWS::Region}", &names.region)
    };
    assert_eq!(name("UserPool", "UserPoolName"), names.user_pool());
    assert_eq!(name("TrailBucket", "BucketName"), names.trail_bucket());
    assert_eq!(name("Trail", "TrailName"), names.trail());
    assert_eq!(name("SubscriberLogGroup", "LogGroupName"), names.log_group());
    assert_eq!(name("Subscriber", "FunctionName"), names.function());
    assert_eq!(name("Rule", "Name"), names.rule());
    Ok(())
}

#[test]
fn nobody_is_allowed_more_than_needed() -> Outcome {
    let template = template()?;
    let statements = statements(&template);
    assert_eq!(statements.len(), 8, "a new statement? then say here what it may");
    for statement in statements.iter().filter(|statement| statement["Effect"] == "Allow") {
        let actions = actions(statement);
        assert!(!actions.is_empty() && actions.iter().all(|action| !action.contains('*')), "{statement}");
        assert!(!actions.contains(&"logs:CreateLogGroup"), "{statement}");
        assert!(statement["Resource"] != "*", "{statement}");
    }
    Ok(())
}

#[test]
fn a_service_is_let_in_for_one_source_only() -> Outcome {
    let template = template()?;
    let trusted = |statement: &&&Value| {
        statement["Effect"] == "Allow" && statement["Principal"].is_object() && statement["Action"] != "sts:AssumeRole"
    };
    let statements = statements(&template);
    let trusting: Vec<_> = statements.iter().filter(trusted).collect();
    assert_eq!(trusting.len(), 4, "{trusting:?}");
    for statement in trusting {
        let conditions = statement["Condition"].as_object().into_iter().flat_map(|conditions| conditions.values());
        assert!(conditions.into_iter().any(|condition| condition["aws:SourceArn"].is_object()), "{statement}");
    }
    let source = &template["Resources"]["SubscriberPermission"]["Properties"]["SourceArn"]["Fn::Sub"];
    let name = template["Resources"]["Rule"]["Properties"]["Name"]["Fn::Sub"].as_str().ok_or("no name")?;
    assert!(source.as_str().is_some_and(|arn| arn.ends_with(&format!(":rule/{name}"))), "{source}");
    Ok(())
}

#[test]
fn it_can_be_sent_as_it_is() {
    // Longer ones have to lie in S3 before CloudFormation takes them.
    assert!(TEMPLATE.len() <= 51_200, "{} bytes", TEMPLATE.len());
}
