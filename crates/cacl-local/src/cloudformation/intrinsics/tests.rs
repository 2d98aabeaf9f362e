//! Every function, right and wrong.

use rstest::rstest;
use serde_json::json;

use super::*;

const TEMPLATE: &str = r"
Parameters:
  Name: {Type: String, Default: x}
  List: {Type: CommaDelimitedList, Default: 'a, b,c'}
Mappings:
  M: {us-east-1: {Size: 3}}
Conditions:
  Yes: !Equals [!Ref Name, x]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Condition No]
  Either: !Or [!Condition Yes, !Condition No]
Resources:
  Q: {Type: AWS::SQS::Queue}
  Off: {Type: AWS::SQS::Queue, Condition: No}
";

fn evaluate(yaml: &str, ahead: bool) -> Result<Option<Value>, String> {
    let template = Template::parse(TEMPLATE).expect("right");
    let parameters =
        crate::cloudformation::parameters::values(&template, &BTreeMap::new(), &BTreeMap::new()).expect("defaults");
    let pseudo = Pseudo {
        region: "us-east-1".to_owned(),
        stack_name: "s".to_owned(),
        stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/s/1".to_owned(),
    };
    let mut scope = Scope::new(&template, &parameters, &pseudo).expect("conditions");
    scope.ahead = ahead;
    if !ahead {
        scope.resources.insert("Q".to_owned(), Resource::new("q").with("Arn", "arn:q"));
    }
    scope.resolve(&crate::cloudformation::yaml::parse(yaml).expect("yaml")).map_err(|error| error.message)
}

#[rstest]
#[case("!Ref Name", json!("x"))]
#[case("!Ref List", json!(["a", "b", "c"]))]
#[case("!Ref AWS::AccountId", json!("000000000000"))]
#[case("!Ref Q", json!("q"))]
#[case("!GetAtt Q.Arn", json!("arn:q"))]
#[case("!Sub '${Name}-${AWS::Region}-${Q.Arn}-${Q}-${!Name}-${'", json!("x-us-east-1-arn:q-q-${Name}-${"))]
#[case("!Sub ['${V}${Name}', {V: !Ref Q}]", json!("qx"))]
#[case("!Join ['-', [a, 1, !Ref Name]]", json!("a-1-x"))]
#[case("!Join [',', !Ref List]", json!("a,b,c"))]
#[case("!Select [1, !Split ['|', 'a|b']]", json!("b"))]
#[case("!Select ['2', !Ref List]", json!("c"))]
#[case("!If [Yes, 1, 2]", json!(1))]
#[case("!If [Both, 1, 2]", json!(2))]
#[case("!If [Either, 1, !Ref Off]", json!(1))]
#[case("!FindInMap [M, !Ref AWS::Region, Size]", json!(3))]
#[case("!Base64 hello!", json!("aGVsbG8h"))]
#[case("!Base64 hi", json!("aGk="))]
#[case("[1, !Ref AWS::NoValue, {a: !Ref AWS::NoValue, b: 2}]", json!([1, {"b": 2}]))]
#[case("{Condition: {StringEquals: {a: b}}}", json!({"Condition": {"StringEquals": {"a": "b"}}}))]
fn functions(#[case] yaml: &str, #[case] expect: Value) {
    assert_eq!(evaluate(yaml, false), Ok(Some(expect)));
}

#[rstest]
#[case("!Ref Off", "Template format error: Unresolved resource dependencies [Off]")]
#[case("!GetAtt Q.Color", "Template error: resource Q does not support attribute type Color in Fn::GetAtt")]
#[case("!FindInMap [M, us-east-1, Weight]", "Template error: Unable to get mapping for M::us-east-1::Weight")]
#[case("!Select [7, !Ref List]", "Template error: Fn::Select cannot select nonexistent value at index 7")]
#[case("!If [Maybe, 1, 2]", "Template format error: Unresolved condition dependency Maybe")]
#[case("!If [Yes, 1]", "Template error: Fn::If requires a list argument with three elements")]
#[case("!Join [1]", "Template error: every Fn::Join object requires two parameters")]
#[case("!Sub [x]", "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments")]
#[case("!Sub '${List}'", "Template error: variable List in Fn::Sub expression does not resolve to a string")]
#[case("!Ref [a]", "Template error: every Ref object must have a valid argument")]
#[case("!ImportValue x", "Template error: Encountered unsupported function: Fn::ImportValue")]
fn errors(#[case] yaml: &str, #[case] expect: &str) {
    let error = evaluate(yaml, false).expect_err("wrong");
    assert!(error.starts_with(expect), "{error}");
}

#[test]
fn what_is_not_made_yet_is_known_after_apply() {
    assert_eq!(evaluate("!Sub 'x-${Q.Arn}'", true), Ok(Some(json!(format!("x-{KNOWN_AFTER_APPLY}")))));
    assert!(evaluate("!Ref Off", true).is_err(), "what will never be made is not known later either");
}

#[test]
fn conditions_may_not_bite_their_tail() {
    let template =
        "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources: {Q: {Type: AWS::SQS::Queue}}";
    let template = Template::parse(template).expect("right in itself");
    let pseudo = Pseudo { region: String::new(), stack_name: String::new(), stack_id: String::new() };
    let error = Scope::new(&template, &BTreeMap::new(), &pseudo).expect_err("circular").message;
    assert!(error.contains("Circular dependency"), "{error}");
}
