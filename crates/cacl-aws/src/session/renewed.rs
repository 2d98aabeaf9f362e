//! Credentials that are looked for anew each time, so that a program that runs for weeks notices when somebody puts new keys into
//! `~/.aws/credentials`.
//!
//! The SDK's own providers read that file once, and keys without an end are kept for good. Here each question goes through the
//! files again, and keys from a file are good for a minute. All others keep the end that their source gives them: nobody is asked
//! more often than the SDK would, least of all a credential process, which may ask its user.

use std::time::{Duration, SystemTime};

use aws_credential_types::{
    Credentials,
    credential_feature::AwsCredentialFeature,
    provider::{ProvideCredentials, SharedCredentialsProvider, future},
};
use futures_util::future::BoxFuture;

/// How long keys from a file are good.
const FRESH: Duration = Duration::from_mins(1);

/// How the files and all other sources are looked through.
type Find = Box<dyn Fn() -> BoxFuture<'static, SharedCredentialsProvider> + Send + Sync>;

/// A provider that begins from the start each time.
pub(super) struct Renewed(Find);

impl Renewed {
    pub(super) fn new(
        find: impl Fn() -> BoxFuture<'static, SharedCredentialsProvider> + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new(find))
    }
}

impl std::fmt::Debug for Renewed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Renewed")
    }
}

impl ProvideCredentials for Renewed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let mut credentials = (self.0)().await.provide_credentials().await?;
            if credentials.expiry().is_none() && is_from_file(&credentials) {
                *credentials.expiry_mut() = Some(SystemTime::now() + FRESH);
            }
            Ok(credentials)
        })
    }
}

/// Keys that stand in a profile, and were not got by way of one.
fn is_from_file(credentials: &Credentials) -> bool {
    let features = credentials.get_property::<Vec<AwsCredentialFeature>>();
    features.is_some_and(|features| features.as_slice() == [AwsCredentialFeature::CredentialsProfile])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use aws_config::{profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig};
    use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
    use aws_smithy_http_client::test_util::NeverClient;
    use futures_util::FutureExt as _;

    use super::*;

    /// Credentials from a file with this text, that has another one later.
    async fn keys(texts: [&str; 2]) -> Vec<Credentials> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("credentials");
        let path = file.clone();
        let renewed = Renewed::new(move || {
            let files = EnvConfigFiles::builder().with_file(EnvConfigFileKind::Config, &path).build();
            let config = ProviderConfig::without_region().with_http_client(NeverClient::new());
            let provider = ProfileFileCredentialsProvider::builder().configure(&config).profile_files(files).build();
            std::future::ready(SharedCredentialsProvider::new(provider)).boxed()
        });
        let mut found = Vec::new();
        for text in texts {
            fs::write(&file, text).expect("written");
            found.extend(renewed.provide_credentials().await);
        }
        found
    }

    #[tokio::test]
    async fn new_keys_in_a_file_are_found_and_kept_for_a_moment() {
        let profile = |key: &str| format!("[default]\naws_access_key_id = {key}\naws_secret_access_key = s\n");
        let found = keys([&profile("OLD"), &profile("NEW")]).await;
        let ids: Vec<_> = found.iter().map(Credentials::access_key_id).collect();
        assert_eq!(ids, ["OLD", "NEW"]);
        for credentials in found {
            let left = credentials.expiry().expect("an end").duration_since(SystemTime::now()).expect("to come");
            assert!(left <= FRESH && left > FRESH / 2, "{left:?}");
        }
        let found = keys(["", &profile("FIRST")]).await;
        assert_eq!(found.iter().map(Credentials::access_key_id).collect::<Vec<_>>(), ["FIRST"], "none at first");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_process_is_asked_no_more_often_than_it_says() {
        let answer = r#"{"Version": 1, "AccessKeyId": "P", "SecretAccessKey": "s"}"#;
        let profile = format!("[default]\ncredential_process = echo '{answer}'\n");
        let found = keys([&profile, &profile]).await;
        assert_eq!(found.iter().map(Credentials::expiry).collect::<Vec<_>>(), [None, None]);
    }
}
