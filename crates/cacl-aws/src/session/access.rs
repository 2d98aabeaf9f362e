//! Where region and credentials come from.

use std::time::Duration;

use aws_config::{
    Region,
    default_provider::credentials::DefaultCredentialsChain,
    environment::EnvironmentVariableRegionProvider,
    imds,
    meta::region::RegionProviderChain,
    profile::{self, ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::{http::SharedHttpClient, identity::SharedIdentityCache};
use aws_types::os_shim_internal::{Env, Fs};
use futures_util::FutureExt as _;

use super::renewed::Renewed;

/// How to reach AWS; what is `None` the SDK finds by its own chain (environment, profile, SSO, …).
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Named profile. Like the `aws` CLI's `--profile` it goes before credentials in the environment, unless it is what
    /// `AWS_PROFILE` says anyway.
    pub profile: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Endpoint for all services (path-style S3).
    pub endpoint_url: Option<String>,
    /// An access key and its secret, in place of whatever else there is. For the embedded local AWS, where the key chooses
    /// who calls; real ones come from the environment or a profile.
    pub keys: Option<(String, String)>,
}

impl Access {
    /// The profile that was named, here or in the environment.
    pub(super) fn profile_in_use(&self) -> Option<String> {
        self.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok()).filter(|profile| !profile.is_empty())
    }

    /// The profile, if naming it was a decision against the environment's credentials.
    fn profile_of_choice(&self) -> Option<&str> {
        let of_environment = std::env::var("AWS_PROFILE").ok();
        self.profile.as_deref().filter(|profile| of_environment.as_deref() != Some(profile))
    }
}

/// A profile that was named and is in no file, if that matters: what is chosen is used whatever the environment has, and what the
/// environment names may be all there is to find a region by.
pub(super) async fn missing_profile(access: &Access, region: Option<&Region>) -> Option<String> {
    let chosen = access.profile_of_choice().map(str::to_owned);
    let profile = chosen.or_else(|| access.profile_in_use().filter(|_| region.is_none()))?;
    let profiles = profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await.ok()?;
    profiles.get_profile(&profile).is_none().then_some(profile)
}

/// The region by flag, environment or profile; not by the instance metadata service, which would cost everybody who
/// forgot it a second or more.
pub(super) async fn region(access: &Access, http_client: &SharedHttpClient) -> Option<Region> {
    if let Some(region) = access.region.as_deref().filter(|region| !region.is_empty()) {
        return Some(Region::new(region.to_owned()));
    }
    let config = provider_config(None, http_client);
    let mut profile = ProfileFileRegionProvider::builder().configure(&config);
    if let Some(name) = &access.profile {
        profile = profile.profile_name(name);
    }
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new()).or_else(profile.build()).region().await
}

/// The SDK's chain, looked through anew each time; the named profile alone if one was chosen.
pub(super) fn credentials(
    access: &Access,
    region: Option<Region>,
    http_client: &SharedHttpClient,
) -> SharedCredentialsProvider {
    if let Some((key, secret)) = &access.keys {
        return SharedCredentialsProvider::new(Credentials::new(key, secret, None, None, "given"));
    }
    let (access, http_client) = (access.clone(), http_client.clone());
    SharedCredentialsProvider::new(Renewed::new(move || {
        let (access, region, http_client) = (access.clone(), region.clone(), http_client.clone());
        async move { found(&access, region, &http_client).await }.boxed()
    }))
}

async fn found(access: &Access, region: Option<Region>, http_client: &SharedHttpClient) -> SharedCredentialsProvider {
    let config = provider_config(region.clone(), http_client);
    if let Some(profile) = access.profile_of_choice() {
        let provider = ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build();
        return SharedCredentialsProvider::new(provider);
    }
    let mut chain = DefaultCredentialsChain::builder().imds_client(metadata(&config)).configure(config);
    chain.set_region(region);
    if let Some(profile) = &access.profile {
        chain = chain.profile_name(profile);
    }
    SharedCredentialsProvider::new(chain.build().await)
}

/// Off AWS nobody has a metadata service, and nobody should wait for it: one try, one second.
fn metadata(config: &ProviderConfig) -> imds::Client {
    imds::Client::builder()
        .configure(config)
        .max_attempts(1)
        .connect_timeout(Duration::from_secs(1))
        .read_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(1))
        .operation_timeout(Duration::from_secs(1))
        .build()
}

/// A credential process may ask its user something, so it gets longer than the SDK's five seconds.
pub(super) fn identity_cache() -> SharedIdentityCache {
    IdentityCache::lazy().load_timeout(Duration::from_secs(30)).build()
}

fn provider_config(region: Option<Region>, http_client: &SharedHttpClient) -> ProviderConfig {
    ProviderConfig::without_region().with_region(region).with_http_client(http_client.clone())
}

#[cfg(test)]
mod tests {
    use aws_config::imds::credentials::ImdsCredentialsProvider;
    use aws_credential_types::provider::ProvideCredentials as _;
    use aws_smithy_http_client::test_util::NeverClient;
    use aws_smithy_runtime_api::shared::IntoShared as _;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_metadata_service_that_never_answers_is_given_up_after_a_second() {
        let config = provider_config(None, &NeverClient::new().into_shared());
        let provider = ImdsCredentialsProvider::builder().configure(&config).imds_client(metadata(&config)).build();
        let before = Instant::now();
        assert!(provider.provide_credentials().await.is_err());
        assert!(before.elapsed() <= Duration::from_millis(1_100), "{:?}", before.elapsed());
    }
}
