//! Functions: what they are, and the operations on them that run nothing.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::{
    code::{self, Code},
    environment,
};
use crate::{
    iam,
    input::{list, page, required, text, whole},
    world::{AwsError, Shared, World, lock},
};

/// As many invocations may wait for a function; more are throttled.
const MOST_WAITING: usize = 10_000;

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Members of `CreateFunction`, without the code, defaults filled in.
    pub settings: Map<String, Value>,
    /// What it runs.
    pub code: Code,
    /// Statements of its policy.
    pub policy: Vec<Value>,
    /// Where invocations go while an environment is there.
    pub environment: Option<environment::Handle>,
    /// Permits for invocations that wait or run.
    pub room: Arc<Semaphore>,
    modified: Timestamp,
    revision: String,
}

/// The name out of a name, a partial or a full ARN.
pub fn name_of(id: &str) -> &str {
    let name = id.split_once(":function:").map_or(id, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

impl Function {
    /// `FunctionConfiguration`.
    pub fn describe(&self) -> Value {
        let mut described = json!({"FunctionName": self.name, "FunctionArn": self.arn});
        if let Value::Object(described) = &mut described {
            described.extend(self.settings.clone());
            described.remove("Tags");
        }
        described["CodeSize"] = self.code.size.into();
        described["CodeSha256"] = self.code.sha256.as_str().into();
        described["LastModified"] = self.modified.strftime("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string().into();
        described["Version"] = "$LATEST".into();
        described["RevisionId"] = self.revision.as_str().into();
        described["State"] = "Active".into();
        described["LastUpdateStatus"] = "Successful".into();
        described["PackageType"] = "Zip".into();
        described
    }

    /// A setting, e.g. `Timeout`, whose default has been filled in.
    pub fn number(&self, name: &str) -> u64 {
        self.settings.get(name).and_then(Value::as_u64).unwrap_or_default()
    }

    /// Notes a change: the next invocation gets a new environment.
    fn changed(&mut self, world: &World) {
        self.modified = world.now();
        self.revision = world.ids.uuid();
        self.environment = None;
    }
}

/// The settings of a request over those of before, with Lambda's defaults.
fn settings(
    world: &Shared,
    before: Map<String, Value>,
    request: &Value,
    name: &str,
) -> Result<Map<String, Value>, AwsError> {
    const KNOWN: [&str; 19] = [
        "Runtime",
        "Role",
        "Handler",
        "Description",
        "Timeout",
        "MemorySize",
        "VpcConfig",
        "DeadLetterConfig",
        "Environment",
        "KMSKeyArn",
        "TracingConfig",
        "Tags",
        "Layers",
        "FileSystemConfigs",
        "Architectures",
        "EphemeralStorage",
        "SnapStart",
        "LoggingConfig",
        "RuntimeManagementConfig",
    ];
    let mut settings = before;
    for known in KNOWN {
        if let Some(value) = request.get(known).filter(|value| !value.is_null()) {
            settings.insert(known.to_owned(), value.clone());
        }
    }
    for (number, default, range) in [("Timeout", 3, 1..=900), ("MemorySize", 128, 128..=10_240)] {
        let value = settings.get(number).map_or(Some(default), |_| whole(&Value::Object(settings.clone()), number));
        let value = value.filter(|value| range.contains(value)).ok_or_else(|| {
            invalid(format!(
                "1 validation error detected: Value at '{}' failed to satisfy constraint: Member must have value \
                 between {} and {}",
                crate::input::lower_first(number),
                range.start(),
                range.end()
            ))
        })?;
        settings.insert(number.to_owned(), value.into());
    }
    settings.entry("Description").or_insert_with(|| "".into());
    settings.entry("Architectures").or_insert_with(|| json!(["x86_64"]));
    settings.entry("EphemeralStorage").or_insert_with(|| json!({"Size": 512}));
    settings.entry("TracingConfig").or_insert_with(|| json!({"Mode": "PassThrough"}));
    let logging = settings.entry("LoggingConfig").or_insert_with(|| json!({}));
    if logging.get("LogFormat").is_none() {
        logging["LogFormat"] = "Text".into();
    }
    if logging["LogFormat"] == "JSON" {
        for level in ["ApplicationLogLevel", "SystemLogLevel"] {
            if logging.get(level).is_none() {
                logging[level] = "INFO".into();
            }
        }
    }
    if logging.get("LogGroup").is_none() {
        logging["LogGroup"] = format!("/aws/lambda/{name}").into();
    }
    check(world, &settings)?;
    Ok(settings)
}

fn check(world: &Shared, settings: &Map<String, Value>) -> Result<(), AwsError> {
    let settings = Value::Object(settings.clone());
    let runtime = required(&settings, "Runtime", "InvalidParameterValueException")?;
    if !runtime.starts_with("provided") {
        return Err(invalid(format!("The local AWS runs provided runtimes only, not {runtime}.")));
    }
    let role = required(&settings, "Role", "InvalidParameterValueException")?;
    if !role.starts_with("arn:aws:iam::") {
        return Err(AwsError::bad(
            "ValidationException",
            format!(
                "1 validation error detected: Value '{role}' at 'role' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{{12}}:role/?[a-zA-Z_0-9+=,.@\\-_/]+"
            ),
        ));
    }
    if text(&settings["DeadLetterConfig"], "TargetArn")
        .is_some_and(|queue| !iam::may(world, role, "sqs:SendMessage", queue))
    {
        return Err(invalid("The provided execution role does not have permissions to call SendMessage on SQS"));
    }
    required(&settings, "Handler", "InvalidParameterValueException")?;
    match list(&settings, "Architectures") {
        [only] if only == "arm64" || only == "x86_64" => Ok(()),
        _ => Err(invalid("Architectures list must have exactly one of arm64 and x86_64.")),
    }
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::bad("InvalidParameterValueException", message)
}

/// `CreateFunction`.
pub fn create(world: &Shared, request: &Value) -> Result<Value, AwsError> {
    let name = name_of(required(request, "FunctionName", "InvalidParameterValueException")?).to_owned();
    if lock(&world.lambda).functions.contains_key(&name) {
        return Err(AwsError::new(409, "ResourceConflictException", format!("Function already exist: {name}")));
    }
    let function = Function {
        arn: world.arn("lambda", &format!("function:{name}")),
        settings: settings(world, Map::new(), request, &name)?,
        code: code::load(world, &request["Code"])?,
        policy: Vec::new(),
        environment: None,
        room: Arc::new(Semaphore::new(MOST_WAITING)),
        modified: world.now(),
        revision: world.ids.uuid(),
        name: name.clone(),
    };
    let described = function.describe();
    lock(&world.lambda).functions.insert(name, function);
    Ok(described)
}

/// `UpdateFunctionCode`.
pub fn update_code(world: &Shared, id: &str, request: &Value) -> Result<Value, AwsError> {
    lock(&world.lambda).function(id)?;
    let code = code::load(world, request)?;
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    function.code = code;
    if let Some(architectures) = request.get("Architectures") {
        function.settings.insert("Architectures".to_owned(), architectures.clone());
    }
    function.changed(world);
    Ok(function.describe())
}

/// `UpdateFunctionConfiguration`: what is sent replaces, all else stays.
pub fn update_configuration(world: &Shared, id: &str, request: &Value) -> Result<Value, AwsError> {
    let before = lock(&world.lambda).function(id)?.settings.clone();
    let after = settings(world, before, request, name_of(id))?;
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    function.settings = after;
    function.changed(world);
    Ok(function.describe())
}

/// Replaces all settings, as CloudFormation does.
pub fn replace_configuration(world: &Shared, id: &str, request: &Value) -> Result<(), AwsError> {
    let after = settings(world, Map::new(), request, name_of(id))?;
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    function.settings = after;
    function.changed(world);
    Ok(())
}

/// `DeleteFunction`; a running environment ends at once.
pub fn delete(world: &Shared, id: &str) -> Result<(), AwsError> {
    let mut state = lock(&world.lambda);
    if let Some(environment) = &state.function(id)?.environment {
        environment.stop.cancel();
    }
    state.functions.remove(name_of(id));
    Ok(())
}

/// `GetFunctionConfiguration`.
pub fn configuration(world: &Shared, id: &str) -> Result<Value, AwsError> {
    Ok(lock(&world.lambda).function(id)?.describe())
}

/// `GetFunction`.
pub fn get(world: &Shared, id: &str) -> Result<Value, AwsError> {
    let mut state = lock(&world.lambda);
    let function = state.function(id)?;
    Ok(json!({
        "Configuration": function.describe(),
        "Code": {"RepositoryType": "S3", "Location": format!("{}/lambda-code/{}", world.endpoint_url(), function.name)},
        "Tags": function.settings.get("Tags").cloned().unwrap_or_else(|| json!({})),
    }))
}

/// `ListFunctions`.
pub fn list_all(world: &Shared, marker: Option<&str>, limit: Option<usize>) -> Result<Value, AwsError> {
    let all = lock(&world.lambda).functions.values().map(Function::describe).collect();
    let (functions, next) =
        page(all, marker, limit.unwrap_or(50)).ok_or_else(|| invalid("The marker is not valid."))?;
    let mut listed = json!({"Functions": functions});
    if let Some(next) = next {
        listed["NextMarker"] = next.into();
    }
    Ok(listed)
}
