use serde_json::json;

use super::*;

const STACK: &str = include_str!("../../../../stack.yaml");

fn parameters(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn types(template: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    planned(template, &parameters(pairs)).expect("a plan").into_iter().map(|planned| planned.resource_type).collect()
}

#[test]
fn the_stack_makes_what_its_parameters_ask_for() {
    let has = |pairs: &[(&str, &str)], resource_type: &str| types(STACK, pairs).iter().any(|t| t == resource_type);
    assert!(has(&[], "AWS::Cognito::UserPool"), "the sandbox is there by default");
    assert!(!has(&[("Sandbox", "false")], "AWS::Cognito::UserPool"));
    assert!(has(&[], "AWS::CloudTrail::Trail"));
    assert!(!has(&[], "AWS::SNS::Topic"));
    assert!(has(&[("NotifyEmail", "kim@example.org")], "AWS::SNS::Topic"));
    assert!(has(&[], "AWS::Lambda::Function"));
}

#[test]
fn conditions_are_evaluated() {
    let check = |condition: &str, parameter: &str, expect: bool| {
        let template = format!(
            "Parameters:\n  P: {{Type: String, Default: one}}\nConditions:\n  A: {{Fn::Equals: [{{Ref: P}}, one]}}\n  \
             B: {condition}\nResources:\n  R: {{Type: T, Condition: B}}\n"
        );
        assert_eq!(types(&template, &[("P", parameter)]).len() == 1, expect, "{condition} with {parameter}");
    };
    check("{Fn::Not: [{Condition: A}]}", "two", true);
    check("{Fn::Not: [{Condition: A}]}", "one", false);
    check("{Fn::And: [{Condition: A}, {Fn::Equals: [true, \"true\"]}]}", "one", true);
    check("{Fn::And: [{Condition: A}, {Fn::Equals: [1, 2]}]}", "one", false);
    check("{Fn::Or: [{Condition: A}, {Fn::Equals: [{Ref: P}, two]}]}", "two", true);
    check("{Fn::Or: [{Condition: A}, {Fn::Equals: [{Ref: P}, two]}]}", "three", false);
    check("{Condition: A}", "one", true);
}

#[test]
fn a_bad_template_says_where_and_what() {
    let check = |template: &str, pairs: &[(&str, &str)], expect: &str| {
        let error = planned(template, &parameters(pairs)).expect_err(expect);
        assert_eq!(error.reason, Reason::Invalid);
        let why = error.why.expect("why");
        assert!(why.contains(expect), "{expect}: {why}");
    };
    check("Resources:\n  A:\n    Type: [\n", &[], "line ");
    check("Resources:\n  A: 1\n  A: 2\n", &[], "line 3");
    check("Outputs: {}\n", &[], "no resources");
    check("Resources: {R: {Properties: {}}}\n", &[], "the resource R has no type");
    check("Resources: {R: {Type: T, Condition: C}}\n", &[], "no condition C");
    check("Conditions: {C: {Condition: C}}\nResources: {R: {Type: T, Condition: C}}\n", &[], "circles");
    check("Conditions: {C: {Fn::Odd: []}}\nResources: {R: {Type: T, Condition: C}}\n", &[], "is no condition");
    check("Resources: {R: {Type: T}}\n", &[("Odd", "x")], "no parameter Odd");
    check(
        "Parameters: {P: {Type: String}}\nConditions: {C: {Fn::Equals: [{Ref: P}, x]}}\nResources: {R: {Type: T, Condition: C}}\n",
        &[],
        "the parameter P has no value",
    );
}

#[test]
fn the_pattern_is_replaced_and_all_else_stays() {
    let pattern = json!({"source": ["aws.cognito-idp"], "detail": {"eventName": ["CreateUserPoolClient"]}});
    let changed: Value = serde_json::from_str(&with_pattern(STACK, &pattern).expect("a template")).expect("JSON");
    assert_eq!(changed["Resources"]["Rule"]["Properties"]["EventPattern"], pattern);
    let mut expected = parse(STACK).expect("a template");
    expected["Resources"]["Rule"]["Properties"]["EventPattern"] = pattern;
    assert_eq!(changed, expected);
    assert_eq!(changed["AWSTemplateFormatVersion"], "2010-09-09", "a text, not a date");
    let order =
        |template: &Value| resources(template).map(|r| r.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    assert_eq!(order(&changed), order(&parse(STACK).expect("a template")));
}

#[test]
fn a_pattern_needs_a_rule_and_must_be_an_object() {
    let why =
        |template: &str, pattern: Value| with_pattern(template, &pattern).expect_err("refused").why.unwrap_or_default();
    assert!(why(STACK, json!([1])).contains("JSON object"));
    assert!(why("Resources: {}\n", json!({})).contains("0 event rules"));
    assert!(why("Resources: {R: {Type: AWS::Events::Rule}}\n", json!({})).contains("no properties"));
}
