//! What to do next, for each broad reason.

use super::{Failure, denied};
use crate::{Reason, Session};

const NO_CREDENTIALS: &str = "run `aws configure` or `aws sso login`, name a profile with --profile, or set \
                              AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (in .env, too); `cacl-tui demo` needs none";

/// What to do where nothing better is known.
const LOOK: &str = "run the command again with --log FILE, and look at the request that failed";

/// What to do about a failed call.
pub(super) fn of(failure: &Failure, session: &Session, permission: &str) -> Option<String> {
    match failure.reason {
        Reason::Credentials => Some(credentials(failure, session)),
        Reason::Expired => Some(session.sign_in_again()),
        Reason::Permission => Some(ask_for(&failure.why, permission)),
        Reason::Throttled => {
            Some("AWS takes fewer such calls than the account makes now; try again in a minute".to_owned())
        }
        Reason::Offline => Some(offline(failure, session)),
        Reason::Invalid => wrong_region(failure, session).or_else(|| Some(LOOK.to_owned())),
        _ => Some(LOOK.to_owned()),
    }
}

fn credentials(failure: &Failure, session: &Session) -> String {
    match failure.code.as_deref() {
        None => session.no_credentials().unwrap_or_else(|| NO_CREDENTIALS.to_owned()),
        Some("RequestTimeTooSkewed") => clock(),
        Some(_) if failure.why.contains("Signature expired") || failure.why.contains("not yet current") => clock(),
        Some("UnrecognizedClientException" | "InvalidClientTokenId") => format!(
            "check the access key ({}), and that the region {} is enabled for the account",
            session.credentials_from(),
            session.region()
        ),
        Some(_) => format!("check the access key and its secret ({})", session.credentials_from()),
    }
}

fn clock() -> String {
    "set this machine's clock: AWS refuses requests that are more than five minutes off".to_owned()
}

/// Which permission to ask for; AWS's word goes before ours.
fn ask_for(why: &str, permission: &str) -> String {
    match denied::read(why) {
        Some(denied::Denied { action, forbidden_by: Some(by), .. }) => {
            format!("{by} forbids {action}; ask those who keep it, or use another role or account")
        }
        Some(denied::Denied { action, resource: Some(resource), .. }) if resource != "*" => {
            format!("ask for the permission {action} on {resource}")
        }
        Some(denied::Denied { action, .. }) => format!("ask for the permission {action}"),
        None => format!("ask for the permission {permission}"),
    }
}

fn offline(failure: &Failure, session: &Session) -> String {
    if failure.code.is_some() {
        return "the trouble is on the other side; try again in a minute".to_owned();
    }
    match session.endpoint_url() {
        Some(url) if session.is_loopback() => format!("start what should answer at {url}, e.g. with `cacl-tui local`"),
        Some(url) => format!("check the endpoint {url} and the network"),
        None => format!("check the network, the proxy, and that {} is a region of AWS", session.region()),
    }
}

fn wrong_region(failure: &Failure, session: &Session) -> Option<String> {
    const CODES: [&str; 4] = [
        "AuthorizationHeaderMalformed",
        "IllegalLocationConstraintException",
        "InvalidLocationConstraint",
        "PermanentRedirect",
    ];
    let region = failure.code.as_deref().is_none_or(|code| CODES.contains(&code));
    region.then(|| format!("check --region or AWS_REGION (now {})", session.region()))
}

/// What to do after a stack failed, from the reason that its first failed event gives.
pub(crate) fn after_stack_failure(cause: &str) -> String {
    const AGAIN: &str = "then deploy again";
    if denied::read(cause).is_some() {
        return format!("{}, {AGAIN}", ask_for(cause, ""));
    }
    let lower = cause.to_lowercase();
    if lower.contains("maximum number of trails") || lower.contains("maximumnumberoftrails") {
        return format!("reuse a trail that is there with `--trail reuse`, or raise the quota, {AGAIN}");
    }
    if lower.contains("already exists") {
        return format!("choose other names with --prefix, or remove what is in the way, {AGAIN}");
    }
    if lower.contains("limit") || lower.contains("quota") {
        return format!("raise the quota in Service Quotas, or free some of it, {AGAIN}");
    }
    format!("mend the cause, {AGAIN}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_of_a_failed_stack_says_what_to_do() {
        let check = |cause: &str, expect: &str| {
            let help = after_stack_failure(cause);
            assert!(help.contains(expect), "{cause}: {help}");
        };
        check(
            "User: arn:aws:iam::123456789012:user/kim is not authorized to perform: iam:CreateRole on resource: \
             arn:aws:iam::123456789012:role/x (Service: Iam, Status Code: 403)",
            "ask for the permission iam:CreateRole on arn:aws:iam::123456789012:role/x",
        );
        check("User: 123456789012 already has 5 trails; the maximum number of trails is reached", "--trail reuse");
        check("cacl-main already exists in stack arn:aws:cloudformation:…", "--prefix");
        check("Resource limit exceeded", "Service Quotas");
        check("Properties validation failed", "mend the cause");
    }
}
