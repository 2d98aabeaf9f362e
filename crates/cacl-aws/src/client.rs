//! What an app client is like now: one `DescribeUserPoolClient`, which Cognito's quotas allow sparingly.

use cacl_event::Settings;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    Error, Session,
    call::{COGNITO, call},
};

/// The settings of a client, and when it had them, by AWS's clock. Its secret is part of the answer, and goes no further.
pub async fn describe_client(session: &Session, pool: &str, client: &str) -> Result<(Settings, Timestamp), Error> {
    let input = json!({"UserPoolId": pool, "ClientId": client});
    let answer = call(session, COGNITO, "DescribeUserPoolClient", input).await?;
    Ok((Settings::of_client(&answer["UserPoolClient"]), session.now()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        Reason,
        scripted::{Script, json_error},
    };

    #[tokio::test]
    async fn a_description_reads_as_a_record_does_and_has_no_secret() {
        let client = json!({
            "UserPoolId": "eu-west-1_Zq4TrPm9K", "ClientId": "3k1v9s0abcd7efgh2ijkl5mn", "ClientSecret": "s3cr3t",
            "ClientName": "cacl-app-client", "AllowedOAuthScopes": ["b", "a"], "LastModifiedDate": 1_790_000_000.123,
            "TokenValidityUnits": {"AccessToken": "minutes"},
        });
        let answer = (200, json!({"UserPoolClient": client}).to_string());
        let (session, asked) = Script::default().on("DescribeUserPoolClient", [answer]).session();
        let (settings, _) =
            describe_client(&session, "eu-west-1_Zq4TrPm9K", "3k1v9s0abcd7efgh2ijkl5mn").await.expect("told");
        let expected: Settings = [
            ("clientName", json!("cacl-app-client")),
            ("allowedOAuthScopes", json!(["a", "b"])),
            ("tokenValidityUnits.accessToken", json!("minutes")),
        ]
        .into_iter()
        .collect();
        assert_eq!(settings, expected);
        assert!(asked.bodies("DescribeUserPoolClient")[0].contains("eu-west-1_Zq4TrPm9K"));
    }

    #[tokio::test]
    async fn a_refusal_names_the_permission() {
        let (session, _) =
            Script::default().on("DescribeUserPoolClient", [json_error("AccessDeniedException")]).session();
        let error = describe_client(&session, "p", "c").await.expect_err("denied");
        assert_eq!(error.reason, Reason::Permission);
        assert!(error.help.is_some_and(|help| help.contains("cognito-idp:DescribeUserPoolClient")));
    }
}
