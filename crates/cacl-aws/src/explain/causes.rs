//! Errors without an answer from AWS: credentials that cannot be had, and a network that is not there.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};

use super::Failure;
use crate::Reason;

/// Where the SDK looked, in our words: its own speak of providers that were not enabled.
const NONE: &str =
    "there are no credentials: neither in the environment, nor in a profile, nor from the container or the instance";

/// Reads what stands behind a call that got no answer.
pub(super) fn read<E>(error: &SdkError<E, HttpResponse>) -> Failure
where
    E: StdError + 'static,
{
    let causes: Vec<&(dyn StdError + 'static)> = chain(error).collect();
    if let Some(error) = causes.iter().find_map(|cause| cause.downcast_ref::<CredentialsError>()) {
        return credentials(error);
    }
    let reason = match error {
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => Reason::Offline,
        _ => Reason::Other,
    };
    // The last cause is the concrete one ("Connection refused"); those before it say that a request failed.
    let why = causes.last().map_or_else(String::new, ToString::to_string);
    Failure::unanswered(reason, &why)
}

/// An error and all its sources.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// Credentials that no provider gives. The SDK's texts are the only way to tell an SSO session from the rest.
fn credentials(error: &CredentialsError) -> Failure {
    let texts: Vec<String> = chain(error).map(ToString::to_string).collect();
    let says = |needle: &str| texts.iter().any(|text| text.contains(needle));
    if says("the SSO token has expired") || says("Session token not found or invalid") || says("UnauthorizedException")
    {
        return Failure::unanswered(Reason::Expired, "the SSO session has expired");
    }
    if says("cached SSO token") {
        return Failure::unanswered(Reason::Expired, "there is no SSO session");
    }
    // The instance metadata service is asked last, so its troubles mean that nobody else had any credentials.
    let none = matches!(error, CredentialsError::CredentialsNotLoaded(_)) || says("IMDS");
    let why = if none { NONE } else { texts.last().map_or("", String::as_str) };
    Failure::unanswered(Reason::Credentials, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_that_cannot_be_had_are_told_in_words() {
        let check = |error: CredentialsError, reason: Reason, why: &str| {
            let failure = read(&SdkError::<std::io::Error, HttpResponse>::construction_failure(error));
            assert_eq!((failure.reason, failure.why.as_str(), failure.code), (reason, why, None));
        };
        check(CredentialsError::not_loaded_no_source(), Reason::Credentials, NONE);
        check(CredentialsError::provider_error("request forbidden: IMDS is disabled"), Reason::Credentials, NONE);
        let expired = "the SSO token has expired and cannot be refreshed";
        check(CredentialsError::provider_error(expired), Reason::Expired, "the SSO session has expired");
        let missing = "failed to load the cached SSO token";
        check(CredentialsError::provider_error(missing), Reason::Expired, "there is no SSO session");
        let process = "credential process \u{1b}[31mfailed";
        check(CredentialsError::provider_error(process), Reason::Credentials, "credential process \\u{1b}[31mfailed");
    }
}
