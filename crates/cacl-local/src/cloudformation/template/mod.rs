//! A template's parts, and the errors that CloudFormation finds without making anything.

mod declarations;

use serde_json::{Map, Value};

use self::declarations::{members, output, parameter, resource};

use super::{order::references, resources::schema, yaml};
use crate::{
    input::{text, whole},
    world::AwsError,
};

/// The largest body that is taken in a request, in bytes.
const LARGEST_BODY: usize = 51_200;

/// A template, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// As submitted.
    pub body: String,
    /// `Description`.
    pub description: Option<String>,
    /// `Parameters`, in order.
    pub parameters: Vec<Parameter>,
    /// `Mappings`.
    pub mappings: Value,
    /// `Conditions`.
    pub conditions: Map<String, Value>,
    /// `Resources`, in order.
    pub resources: Vec<Declared>,
    /// `Outputs`, in order.
    pub outputs: Vec<Output>,
}

/// A declared parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `Type`.
    pub kind: String,
    /// `Default` as text.
    pub default: Option<String>,
    /// All else that it says.
    pub declaration: Value,
}

impl Parameter {
    /// Whether its value is never shown.
    pub fn no_echo(&self) -> bool {
        crate::input::flag(&self.declaration, "NoEcho").unwrap_or(false)
    }

    /// Whether `Ref` gives a list.
    pub fn is_list(&self) -> bool {
        self.kind == "CommaDelimitedList" || self.kind.starts_with("List<")
    }
}

/// What becomes of a resource that the stack no longer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It goes.
    Delete,
    /// It stays.
    Retain,
    /// It stays, unless the operation that made it is rolled back.
    RetainExceptOnCreate,
}

/// A declared resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Logical id.
    pub logical_id: String,
    /// `Type`.
    pub kind: String,
    /// `Condition`.
    pub condition: Option<String>,
    /// `DependsOn`.
    pub depends_on: Vec<String>,
    /// `Properties`, unresolved.
    pub properties: Value,
    /// `DeletionPolicy`.
    pub deletion: Deletion,
    /// `UpdateReplacePolicy`.
    pub replaced: Deletion,
}

/// A declared output.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its key.
    pub key: String,
    /// `Value`, unresolved.
    pub value: Value,
    /// `Description`.
    pub description: Option<String>,
    /// `Condition`.
    pub condition: Option<String>,
    /// `Export`'s name, unresolved.
    pub export: Option<Value>,
}

fn format_error(message: impl std::fmt::Display) -> AwsError {
    AwsError::validation(format!("Template format error: {message}"))
}

impl Template {
    /// Reads and checks a template.
    pub fn parse(body: &str) -> Result<Self, AwsError> {
        let document = read(body)?;
        let Value::Object(sections) = &document else { return Err(format_error("unsupported structure.")) };
        check_sections(sections)?;
        let template = Self {
            body: body.to_owned(),
            description: text(&document, "Description").map(str::to_owned),
            parameters: members(&document, "Parameters")?.map(parameter).collect::<Result<_, _>>()?,
            mappings: document.get("Mappings").cloned().unwrap_or_default(),
            conditions: members(&document, "Conditions")?.map(|(name, value)| (name.clone(), value.clone())).collect(),
            resources: members(&document, "Resources")?.map(resource).collect::<Result<_, _>>()?,
            outputs: members(&document, "Outputs")?.map(output).collect::<Result<_, _>>()?,
        };
        if template.resources.is_empty() {
            return Err(format_error("At least one Resources member must be defined."));
        }
        template.check_types()?;
        references::check(&template)?;
        Ok(template)
    }

    /// Refuses a body that is too long to be sent in a request.
    pub fn check_length(body: &str) -> Result<(), AwsError> {
        if body.len() <= LARGEST_BODY {
            return Ok(());
        }
        Err(AwsError::validation(format!(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length \
             less than or equal to {LARGEST_BODY}"
        )))
    }

    /// The declared resource of this logical id.
    pub fn resource(&self, logical_id: &str) -> Option<&Declared> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }

    /// The declared parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    fn check_types(&self) -> Result<(), AwsError> {
        let unknown: Vec<_> = self
            .resources
            .iter()
            .map(|resource| resource.kind.as_str())
            .filter(|kind| schema(kind).is_none())
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(format_error(format_args!("Unrecognized resource types: [{}]", unknown.join(", "))))
    }

    /// The capabilities it needs, and the types that need them.
    pub fn capabilities(&self) -> Option<(&'static str, String)> {
        let roles: Vec<_> = self.resources.iter().filter(|resource| resource.kind.starts_with("AWS::IAM::")).collect();
        let kinds: Vec<_> = roles.iter().map(|role| role.kind.as_str()).collect();
        let named = roles.iter().any(|role| role.properties.get("RoleName").is_some());
        let capability = if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" };
        (!roles.is_empty())
            .then(|| (capability, format!("The following resource(s) require capabilities: [{}]", kinds.join(", "))))
    }

    /// Refuses unless what it needs was granted; the named capability grants the other too.
    pub fn check_capabilities(&self, granted: &[String]) -> Result<(), AwsError> {
        let has = |capability: &str| granted.iter().any(|granted| granted == capability);
        match self.capabilities() {
            Some((needed, _)) if !has(needed) && !has("CAPABILITY_NAMED_IAM") => {
                Err(AwsError::bad("InsufficientCapabilitiesException", format!("Requires capabilities : [{needed}]")))
            }
            _ => Ok(()),
        }
    }
}

/// JSON if it begins so, else YAML.
fn read(body: &str) -> Result<Value, AwsError> {
    if body.trim_start().starts_with('{') {
        return serde_json::from_str(body).map_err(|error| {
            format_error(format_args!("JSON not well-formed. (line {}, column {})", error.line(), error.column()))
        });
    }
    yaml::parse(body)
        .map_err(|at| format_error(format_args!("YAML not well-formed. (line {}, column {})", at.line, at.column)))
}

fn check_sections(sections: &Map<String, Value>) -> Result<(), AwsError> {
    const SECTIONS: &[&str] = &[
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    ];
    let unknown: Vec<_> = sections.keys().map(String::as_str).filter(|name| !SECTIONS.contains(name)).collect();
    if !unknown.is_empty() {
        return Err(AwsError::validation(format!("Invalid template property or properties [{}]", unknown.join(", "))));
    }
    match sections.get("AWSTemplateFormatVersion") {
        None => {}
        Some(version) if version.as_str() == Some("2010-09-09") => {}
        Some(_) => return Err(format_error("Template format version not supported.")),
    }
    if let Some(section) = ["Transform", "Rules"].into_iter().find(|section| sections.contains_key(*section)) {
        return Err(AwsError::validation(format!("{section} is not supported by the local AWS")));
    }
    Ok(())
}

/// A scalar as text, which is how CloudFormation passes every scalar on.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A bound of a parameter's declaration, which may be text.
pub fn bound(declaration: &Value, name: &str) -> Option<i64> {
    whole(declaration, name)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const QUEUE: &str = "Resources: {Q: {Type: AWS::SQS::Queue}}";

    #[rstest]
    #[case("a: [", "Template format error: YAML not well-formed. (line 1, column 4)")]
    #[case("{\"a\": }", "Template format error: JSON not well-formed. (line 1, column 7)")]
    #[case("just text", "Template format error: unsupported structure.")]
    #[case("Resources: {}", "Template format error: At least one Resources member must be defined.")]
    #[case("Resorces: {}", "Invalid template property or properties [Resorces]")]
    #[case("Resources: {Q: {Typ: x}}", "Invalid template resource property 'Typ'")]
    #[case(
        "Resources: {Q: {}}",
        "Template format error: [/Resources/Q] Every Resources object must contain a Type member."
    )]
    #[case(
        "Resources: {Q-1: {Type: AWS::SQS::Queue}}",
        "Template format error: Resource name Q-1 is non alphanumeric."
    )]
    #[case(
        "Resources: {Q: {Type: AWS::Mars::Rover}}",
        "Template format error: Unrecognized resource types: [AWS::Mars::Rover]"
    )]
    #[case(
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: {Ref: Nope}}}}",
        "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template"
    )]
    #[case(
        "Resources: {Q: {Type: AWS::SQS::Queue, DependsOn: Nope}}",
        "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template"
    )]
    #[case(
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: {Fn::Sub: 'a-${Nope}-${!Literal}'}}}}",
        "Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template"
    )]
    #[case(
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: {Fn::GetAtt: [Nope, Arn]}}}}",
        "Template error: instance of Fn::GetAtt references undefined resource Nope"
    )]
    #[case(
        "Resources: {Q: {Type: AWS::SQS::Queue}, R: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Q.Color}}}",
        "Template error: resource Q does not support attribute type Color in Fn::GetAtt"
    )]
    #[case(
        "Resources: {Q: {Type: AWS::SQS::Queue, Condition: Nope}}",
        "Template format error: Unresolved condition dependency Nope in the Resources block of the template"
    )]
    #[case(
        "Resources: {A: {Type: AWS::SQS::Queue, DependsOn: B}, B: {Type: AWS::SQS::Queue, DependsOn: A}}",
        "Circular dependency between resources: [A, B]"
    )]
    #[case(
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: {Fn::Glue: x}}}}",
        "Template error: Encountered unsupported function: Fn::Glue"
    )]
    #[case(
        "Parameters: {P: {Type: String, Default: x, AllowedValues: [a]}}\nResources: {Q: {Type: AWS::SQS::Queue}}",
        "Parameter 'P' must be one of AllowedValues"
    )]
    fn says_what_is_wrong(#[case] body: &str, #[case] expect: &str) {
        let error = Template::parse(body).expect_err("wrong");
        assert_eq!(error.code, "ValidationError");
        assert!(error.message.starts_with(expect), "{}", error.message);
    }

    #[test]
    fn an_unknown_output_is_unresolved() {
        let error = Template::parse(&format!("{QUEUE}\nOutputs: {{O: {{Value: !Ref Nope}}}}")).expect_err("wrong");
        assert_eq!(
            error.message,
            "Template format error: Unresolved resource dependencies [Nope] in the Outputs block of the template"
        );
    }

    #[rstest]
    #[case("", &[], None)]
    #[case("R: {Type: AWS::IAM::Role}", &[], Some("Requires capabilities : [CAPABILITY_IAM]"))]
    #[case("R: {Type: AWS::IAM::Role}", &["CAPABILITY_NAMED_IAM"], None)]
    #[case("R: {Type: AWS::IAM::Role, Properties: {RoleName: r}}", &["CAPABILITY_IAM"], Some("Requires capabilities : [CAPABILITY_NAMED_IAM]"))]
    fn roles_need_capabilities(#[case] role: &str, #[case] granted: &[&str], #[case] refused: Option<&str>) {
        let template = Template::parse(&format!("Resources: {{Q: {{Type: AWS::SQS::Queue}}, {role}}}")).expect("right");
        let granted: Vec<_> = granted.iter().map(|&capability| capability.to_owned()).collect();
        let outcome = template.check_capabilities(&granted);
        assert_eq!(outcome.err().map(|error| error.message).as_deref(), refused);
    }

    const STACK: &str = include_str!("../../../../../stack.yaml");

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let _either = Template::parse(&text);
        }

        #[test]
        fn a_damaged_template_is_read_or_refused(line in 0_usize..400, damage in "[ -~]{0,12}", keep in 0_usize..30) {
            let lines = STACK.lines().enumerate().map(|(number, text)| {
                if number == line { text.chars().take(keep).chain(damage.chars()).collect() } else { text.to_owned() }
            });
            let _either = Template::parse(&lines.collect::<Vec<String>>().join("\n"));
        }
    }

    #[test]
    fn the_stack_of_the_product_is_right() {
        let template = Template::parse(STACK).expect("right");
        assert_eq!(template.capabilities().map(|(capability, _)| capability), Some("CAPABILITY_IAM"));
    }
}
