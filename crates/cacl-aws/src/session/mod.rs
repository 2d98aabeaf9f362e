//! Credentials, region, endpoint; who am I.
//!
//! Everything is resolved by the SDK's own providers. What is our own: the HTTP client (named explicitly, because the SDK
//! crates come without one), no question to the instance metadata service about the region, and a chain of credentials
//! that gives up after about a second where there are none.

mod access;
mod clock;
mod identity;
mod renewed;
mod transport;

use std::{net::IpAddr, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_smithy_runtime_api::client::{
    http::{HttpClient, SharedHttpClient},
    interceptors::SharedInterceptor,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use jiff::{SignedDuration, Timestamp};

pub use access::Access;
pub use identity::Identity;

use clock::Clock;

use crate::{Error, Reason, explain::Explain as _};

/// A clock that is less wrong than this is not what AWS refuses a request for (five minutes, less the way there).
const TOLERATED: SignedDuration = SignedDuration::from_mins(4);

/// Where the embedded local AWS is, for want of a region: an emulator has no regions worth a question.
const LOCAL_REGION: &str = "us-east-1";

/// An open session; cheap to clone.
#[derive(Debug, Clone)]
pub struct Session {
    config: Arc<SdkConfig>,
    profile: Option<Arc<str>>,
    region: Arc<str>,
    clock: Clock,
    skew: SharedInterceptor,
}

impl Session {
    /// Resolves region and credential providers; makes no call to AWS. Fails without a region, except that a loopback
    /// endpoint means `us-east-1`.
    pub async fn open(access: &Access) -> Result<Self, Error> {
        let local = access.endpoint_url.as_deref().is_some_and(is_loopback);
        let http_client = transport::client(|name| std::env::var(name).ok().filter(|_| !local))?;
        Self::resolve(access, http_client).await
    }

    /// A session on a transport of the caller's making, with fixed credentials: for tests, which script AWS's answers and
    /// look at the requests. Reads neither environment nor files; the region is `eu-west-1` unless `access` says else.
    pub fn with_http_client(access: &Access, http_client: impl HttpClient + 'static) -> Self {
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "scripted", None, None, "scripted");
        let region = access.region.clone().unwrap_or_else(|| "eu-west-1".to_owned());
        let mut config = SdkConfig::builder()
            .behavior_version(behavior())
            .region(aws_config::Region::new(region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client)
            .retry_config(retries())
            .timeout_config(timeouts());
        config.set_endpoint_url(access.endpoint_url.clone());
        Self::of(config.build(), access.profile.as_deref(), &region)
    }

    fn of(config: SdkConfig, profile: Option<&str>, region: &str) -> Self {
        Self {
            config: Arc::new(config),
            profile: profile.map(Arc::from),
            region: Arc::from(region),
            clock: Clock::default(),
            skew: SharedInterceptor::new(ServiceClockSkewInterceptor::new()),
        }
    }

    async fn resolve(access: &Access, http_client: SharedHttpClient) -> Result<Self, Error> {
        let region = access::region(access, &http_client).await;
        if let Some(profile) = access::missing_profile(access, region.as_ref()).await {
            return Err(no_profile(&profile));
        }
        let credentials = access::credentials(access, region.clone(), &http_client);
        let mut loader = aws_config::defaults(behavior())
            .http_client(http_client)
            .credentials_provider(credentials)
            .identity_cache(access::identity_cache())
            .retry_config(retries())
            .timeout_config(timeouts())
            .region(region.clone());
        if let Some(profile) = &access.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &access.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Ok(name) = aws_config::AppName::new("cacl-tui") {
            loader = loader.app_name(name);
        }
        let mut config = loader.load().await;
        if config.endpoint_url().is_some_and(is_loopback) {
            // What is asked of AWS's own endpoints (FIPS, IPv6) means nothing here, and the SDK refuses to combine them.
            let local = config.into_builder().retry_config(impatient_retries()).use_fips(false).use_dual_stack(false);
            config = local.build();
        }
        match region {
            Some(region) => Ok(Self::of(config, access.profile_in_use().as_deref(), region.as_ref())),
            None if config.endpoint_url().is_some_and(is_loopback) => {
                let region = aws_config::Region::new(LOCAL_REGION);
                let config = config.into_builder().region(region).build();
                Ok(Self::of(config, access.profile_in_use().as_deref(), LOCAL_REGION))
            }
            None => Err(no_region()),
        }
    }

    /// The region in use.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The custom endpoint, if any.
    pub fn endpoint_url(&self) -> Option<&str> {
        self.config.endpoint_url()
    }

    /// Whether the custom endpoint is on this machine, as the embedded local AWS is.
    pub fn is_loopback(&self) -> bool {
        self.endpoint_url().is_some_and(is_loopback)
    }

    /// `sts:GetCallerIdentity`.
    pub async fn identity(&self) -> Result<Identity, Error> {
        let answer = aws_sdk_sts::Client::new(&self.config).get_caller_identity().send().await;
        let answer = answer.explain(self, "sts:GetCallerIdentity", || "cannot find out who is calling AWS")?;
        let (account, arn) = (answer.account.unwrap_or_default(), answer.arn.unwrap_or_default());
        Ok(Identity { account, arn, user_id: answer.user_id.unwrap_or_default() })
    }

    /// The time by AWS's clock, as far as an answer has told; until then by this machine's.
    pub fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(self.clock.ahead()).unwrap_or(Timestamp::MAX)
    }

    /// AWS's clock.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether this machine's clock is too wrong for AWS, which takes five minutes. Then a refusal may mean no more than that, and
    /// the next request is signed by AWS's clock.
    pub(crate) fn is_skewed(&self) -> bool {
        self.clock.ahead().abs() > TOLERATED
    }

    /// What makes the SDK sign by AWS's clock. Its own clients have one each; this is for the calls without one.
    pub(crate) fn skew(&self) -> SharedInterceptor {
        self.skew.clone()
    }

    /// The same session without the SDK's own retries: for what waits in its own way.
    pub(crate) fn without_retries(&self) -> Self {
        let config = self.config.as_ref().clone().into_builder().retry_config(RetryConfig::disabled());
        Self { config: Arc::new(config.build()), ..self.clone() }
    }

    /// The same session as `AWS_USE_FIPS_ENDPOINT=true` makes it.
    #[cfg(test)]
    pub(crate) fn with_fips(&self) -> Self {
        let config = self.config.as_ref().clone().into_builder().use_fips(true);
        Self { config: Arc::new(config.build()), ..self.clone() }
    }

    pub(crate) fn config(&self) -> &SdkConfig {
        &self.config
    }

    pub(crate) fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.config)
    }

    pub(crate) fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        let config = aws_sdk_cloudwatchlogs::config::Builder::from(self.config.as_ref());
        aws_sdk_cloudwatchlogs::Client::from_conf(config.interceptor(self.clock.clone()).build())
    }

    /// Path-style on a custom endpoint, for `bucket.127.0.0.1` is no host name.
    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(self.config.as_ref());
        aws_sdk_s3::Client::from_conf(config.force_path_style(self.endpoint_url().is_some()).build())
    }

    /// How often to look at an operation under way: AWS moves in seconds, an emulator on this machine at once.
    pub(crate) fn pace(&self) -> Duration {
        if self.is_loopback() { Duration::from_millis(300) } else { Duration::from_secs(2) }
    }

    /// The host suffix of the region's partition.
    pub(crate) fn dns_suffix(&self) -> &'static str {
        match self.partition() {
            "aws-cn" => "amazonaws.com.cn",
            "aws-eusc" => "amazonaws.eu",
            _ => "amazonaws.com",
        }
    }

    /// Where a service is asked, less a bucket's name.
    pub(crate) fn host(&self, service: &str) -> String {
        match self.endpoint_url() {
            Some(url) => {
                let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
                rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
            }
            None => format!("{service}.{}.{}", self.region, self.dns_suffix()),
        }
    }

    /// The partition, as ARNs name it.
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.split_once('-').map_or("", |(area, rest)| if rest.starts_with("gov-") { "gov" } else { area })
        {
            "cn" => "aws-cn",
            "eusc" => "aws-eusc",
            "gov" => "aws-us-gov",
            _ => "aws",
        }
    }

    /// Where the credentials come from, as far as we said so.
    pub(crate) fn credentials_from(&self) -> String {
        match &self.profile {
            Some(profile) => format!("profile {profile}"),
            None => "AWS_ACCESS_KEY_ID or the default profile".to_owned(),
        }
    }

    /// What to do when a profile was named and gives none.
    pub(crate) fn no_credentials(&self) -> Option<String> {
        let profile = self.profile.as_deref()?;
        Some(format!(
            "look whether the profile {profile} is there (`aws configure list-profiles`) and has credentials, or run \
             `aws sso login --profile {profile}`"
        ))
    }

    /// How to get new credentials when the old ones have expired.
    pub(crate) fn sign_in_again(&self) -> String {
        match &self.profile {
            Some(profile) => format!("run `aws sso login --profile {profile}`, or get new temporary credentials"),
            None => "run `aws sso login`, or get new temporary credentials".to_owned(),
        }
    }
}

fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(3)
}

/// Whether something answers on this machine is known at once.
fn impatient_retries() -> RetryConfig {
    retries().with_initial_backoff(Duration::from_millis(50))
}

/// Long enough for an upload over a slow line, short enough that nobody thinks the program hangs.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(4))
        .read_timeout(Duration::from_secs(20))
        .operation_attempt_timeout(Duration::from_mins(1))
        .operation_timeout(Duration::from_mins(2))
        .build()
}

/// Whether a URL's host is this machine.
fn is_loopback(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => host.split(':').next().unwrap_or(host),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn no_profile(profile: &str) -> Error {
    Error::new(Reason::Credentials, format!("there is no profile {profile}"))
        .because("neither the configuration nor the credentials file of AWS has it")
        .advise(format!(
            "`aws configure list-profiles` shows what there is, `aws configure --profile {profile}` makes it"
        ))
}

fn no_region() -> Error {
    Error::new(Reason::Invalid, "no region is set")
        .because("neither the command line, nor the environment, nor the profile names one")
        .advise("name one with --region or AWS_REGION, e.g. --region eu-west-1")
}

#[cfg(test)]
mod tests;
