//! The shape of a `CloudTrail` record, field by field and in AWS's order.

use serde_json::{Value, json};

use crate::{
    ACCOUNT,
    world::{Caller, World},
};

/// `requestParameters` and `responseElements` are each left out above this size.
const LARGEST_PART: usize = 100 * 1024;

/// A call as its service understood it.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// What `.amazonaws.com` follows, e.g. `cognito-idp`.
    pub service: &'static str,
    /// E.g. `UpdateUserPoolClient`.
    pub operation: &'static str,
    /// `requestParameters`; null where IAM refused.
    pub parameters: Value,
    /// `responseElements` (null where there are none), or the error's code and message.
    pub outcome: Result<Value, (&'a str, &'a str)>,
}

/// The record of a call. Its id and time are new, all else comes from the caller and the call.
pub fn record(world: &World, caller: &Caller, call: &Call) -> Value {
    let host = format!("{}.{}.amazonaws.com", call.service, world.region);
    let mut identity = caller.identity.clone();
    if let Some(service) = &caller.invoked_by {
        identity["invokedBy"] = service.as_str().into();
    }
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": world.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventSource": format!("{}.amazonaws.com", call.service),
        "eventName": call.operation,
        "awsRegion": world.region,
        "sourceIPAddress": caller.source_ip,
        "userAgent": caller.user_agent,
    });
    let response = match &call.outcome {
        Ok(response) => response,
        Err((code, message)) => {
            record["errorCode"] = (*code).into();
            record["errorMessage"] = (*message).into();
            &Value::Null
        }
    };
    record["requestParameters"] = part(&call.parameters);
    record["responseElements"] = part(response);
    record["requestID"] = caller.request_id.as_str().into();
    record["eventID"] = world.ids.uuid().into();
    record["readOnly"] = false.into();
    record["eventType"] = "AwsApiCall".into();
    record["managementEvent"] = true.into();
    record["recipientAccountId"] = ACCOUNT.into();
    record["eventCategory"] = "Management".into();
    // A call that a service makes on somebody's behalf never crossed a connection of the caller's.
    if caller.invoked_by.is_none() {
        record["tlsDetails"] = json!({
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": host,
        });
    }
    if caller.from_console {
        record["sessionCredentialFromConsole"] = "true".into();
    }
    record
}

fn part(value: &Value) -> Value {
    if value.to_string().len() > LARGEST_PART { Value::Null } else { value.clone() }
}
