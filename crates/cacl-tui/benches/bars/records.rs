//! Records as CloudTrail writes them: any number, always the same ones.

use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

use fastrand::Rng;
use jiff::Timestamp;
use serde_json::{Value, json};

/// So many changes the bars speak of.
pub const MANY: usize = 100_000;

/// So many clients they are of.
const CLIENTS: usize = 500;

const PEOPLE: [(&str, &str, &str); 4] = [
    (
        "kim@example.org",
        "AWSReservedSSO_IdentityAdmin_0123456789abcdef",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    ),
    (
        "sam@example.org",
        "AWSReservedSSO_PowerUser_0123456789abcdef",
        "aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux md/arch#x86_64 lang/python#3.13.7 md/command#cognito-idp.update-user-pool-client",
    ),
    (
        "ci-1234",
        "deployment",
        "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.18.0 aws-sdk-go-v2/1.39.3 os/linux lang/go#1.25.1 api/cognitoidentityprovider#1.57.9",
    ),
    ("robin@example.org", "ReadOnly", "Boto3/1.40.50 md/Botocore#1.40.50 ua/2.1 os/macos lang/python#3.13.5"),
];

/// Writes them as JSON lines.
pub fn write(folder: &Path, count: usize) -> io::Result<PathBuf> {
    let path = folder.join(format!("records-{count}.jsonl"));
    let mut file = BufWriter::new(File::create(&path)?);
    let mut writer = Writer::new();
    for index in 0..count {
        writeln!(file, "{}", writer.record(index))?;
    }
    file.flush()?;
    Ok(path)
}

/// As texts.
pub fn texts(count: usize) -> Vec<String> {
    let mut writer = Writer::new();
    (0..count).map(|index| writer.record(index).to_string()).collect()
}

struct Writer {
    rng: Rng,
    clients: Vec<Value>,
}

impl Writer {
    fn new() -> Self {
        let mut rng = Rng::with_seed(42);
        let clients = (0..CLIENTS).map(|number| settings(number, &mut rng)).collect();
        Self { rng, clients }
    }

    /// Mostly updates, each of which changes one or two settings and forgets one now and then; some refused, some denied.
    fn record(&mut self, index: usize) -> Value {
        let rng = &mut self.rng;
        let number = rng.usize(..CLIENTS);
        let ids = (format!("eu-west-1_Pool{:05}", number % 7), format!("{number:026x}"));
        let outcome = rng.u8(0..100);
        let mut sent = self.clients[number].clone();
        for _ in 0..rng.u8(1..=2) {
            alter(&mut sent, rng);
        }
        let (person, role, agent) = PEOPLE[rng.usize(..PEOPLE.len())];
        let second = 1_760_000_000 + i64::try_from(index).unwrap_or_default() * 7;
        let time = Timestamp::from_second(second).unwrap_or_default();
        sent["userPoolId"] = ids.0.as_str().into();
        sent["clientId"] = ids.1.as_str().into();
        let mut record = json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": format!("AROAEXAMPLE0000000000:{person}"),
                "arn": format!("arn:aws:sts::123456789012:assumed-role/{role}/{person}"),
                "accountId": "123456789012",
                "accessKeyId": format!("ASIAEXAMPLE{:09}", rng.u32(..1_000)),
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role", "principalId": "AROAEXAMPLE0000000000", "accountId": "123456789012",
                        "arn": format!("arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/{role}"), "userName": role,
                    },
                    "attributes": {"creationDate": time.to_string(), "mfaAuthenticated": "true"},
                },
            },
            "eventTime": time.to_string(),
            "eventSource": "cognito-idp.amazonaws.com",
            "eventName": "UpdateUserPoolClient",
            "awsRegion": "eu-west-1",
            "sourceIPAddress": format!("198.51.100.{}", rng.u8(..)),
            "userAgent": agent,
            "requestParameters": sent,
            "responseElements": null,
            "requestID": uuid(rng),
            "eventID": uuid(rng),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "123456789012",
            "eventCategory": "Management",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": "cognito-idp.eu-west-1.amazonaws.com",
            },
        });
        match outcome {
            0 | 1 => {
                record["errorCode"] = "AccessDenied".into();
                record["errorMessage"] = format!("User: {person} is not authorized to perform: cognito-idp:UpdateUserPoolClient on resource: arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{}", ids.0).into();
                record["requestParameters"] = Value::Null;
            }
            2..=4 => {
                record["errorCode"] = "InvalidParameterException".into();
                record["errorMessage"] = "Invalid scope requested: no-such/scope".into();
            }
            _ => {
                let mut after = record["requestParameters"].clone();
                after["lastModifiedDate"] = "Oct 1, 2026, 8:00:00 AM".into();
                after["creationDate"] = "Sep 2, 2026, 9:12:44 AM".into();
                for (name, default) in
                    [("authSessionValidity", json!(3)), ("enablePropagateAdditionalUserContextData", json!(false))]
                {
                    if after.get(name).is_none() {
                        after[name] = default;
                    }
                }
                self.clients[number] = record["requestParameters"].clone();
                record["responseElements"] = json!({"userPoolClient": after});
            }
        }
        record
    }
}

fn uuid(rng: &mut Rng) -> String {
    let hex = format!("{:032x}", rng.u128(..));
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

fn settings(number: usize, rng: &mut Rng) -> Value {
    let site = format!("https://app-{number}.example.org");
    json!({
        "clientName": format!("client-{number}"),
        "refreshTokenValidity": 30,
        "accessTokenValidity": rng.u8(5..60),
        "idTokenValidity": 60,
        "tokenValidityUnits": {"accessToken": "minutes", "idToken": "minutes", "refreshToken": "days"},
        "readAttributes": ["address", "email", "email_verified", "family_name", "given_name", "locale", "name", "phone_number"],
        "writeAttributes": ["address", "email", "family_name", "given_name", "locale", "name"],
        "explicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "supportedIdentityProviders": ["COGNITO"],
        "callbackURLs": [format!("{site}/callback"), format!("{site}/silent")],
        "logoutURLs": [format!("{site}/goodbye")],
        "allowedOAuthFlows": ["code"],
        "allowedOAuthScopes": ["email", "openid", "profile", "orders/read"],
        "allowedOAuthFlowsUserPoolClient": true,
        "preventUserExistenceErrors": "ENABLED",
        "enableTokenRevocation": true,
    })
}

fn alter(settings: &mut Value, rng: &mut Rng) {
    let toggled = |list: &Value, element: String| -> Value {
        let mut list: Vec<Value> = list.as_array().cloned().unwrap_or_default();
        match list.iter().position(|known| *known == element.as_str()) {
            Some(at) if list.len() > 1 => drop(list.remove(at)),
            Some(_) => {}
            None => list.push(element.into()),
        }
        list.into()
    };
    match rng.u8(0..7) {
        0 => {
            settings["allowedOAuthScopes"] =
                toggled(&settings["allowedOAuthScopes"], format!("orders/{}", rng.u8(..9)));
        }
        1 => {
            let url = format!("https://app-{}.example.net/callback", rng.u8(..20));
            settings["callbackURLs"] = toggled(&settings["callbackURLs"], url);
        }
        2 => settings["accessTokenValidity"] = rng.u8(5..60).into(),
        3 => {
            settings["explicitAuthFlows"] =
                toggled(&settings["explicitAuthFlows"], "ALLOW_USER_PASSWORD_AUTH".to_owned());
        }
        4 => settings["refreshTokenValidity"] = rng.u8(1..90).into(),
        5 => settings["preventUserExistenceErrors"] = if rng.bool() { "ENABLED" } else { "LEGACY" }.into(),
        _ => {
            let name = ["logoutURLs", "writeAttributes", "preventUserExistenceErrors"][rng.usize(..3)];
            if let Value::Object(members) = settings {
                members.shift_remove(name);
            }
        }
    }
}
