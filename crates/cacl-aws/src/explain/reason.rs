//! AWS's error codes, sorted. Services agree on the meaning but not on the spelling.

use crate::Reason;

const EXPIRED: [&str; 4] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

const CREDENTIALS: [&str; 12] = [
    "AuthFailure",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

const PERMISSION: [&str; 10] = [
    "AccessDenied",
    "AccessDeniedException",
    "AccountProblem",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Forbidden",
    "InsufficientPrivilegesException",
    "NotAuthorizedException",
    "OptInRequired",
    "UnauthorizedOperation",
];

const NOT_FOUND: [&str; 13] = [
    "404",
    "AWS.SimpleQueueService.NonExistentQueue",
    "ChangeSetNotFound",
    "ChangeSetNotFoundException",
    "NoSuchBucket",
    "NoSuchEntity",
    "NoSuchKey",
    "NotFound",
    "QueueDoesNotExist",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "StackNotFoundException",
    "TrailNotFoundException",
];

const THROTTLED: [&str; 9] = [
    "BandwidthLimitExceeded",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
];

const OFFLINE: [&str; 8] = [
    "InternalError",
    "InternalErrorException",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

const INVALID: [&str; 16] = [
    "AlreadyExistsException",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
    "InsufficientCapabilitiesException",
    "InvalidBucketName",
    "InvalidInput",
    "InvalidLocationConstraint",
    "InvalidParameterCombination",
    "InvalidParameterException",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "InvalidRequest",
    "MalformedPolicy",
    "PermanentRedirect",
    "ValidationError",
    "ValidationException",
];

/// The reason that an answer gives. `why` matters where a code says too little: a missing stack is a mere `ValidationError`.
pub(super) fn classify(status: u16, code: Option<&str>, why: &str) -> Reason {
    let Some(code) = code else { return by_status(status) };
    let has = |codes: &[&str]| codes.contains(&code);
    if has(&EXPIRED) {
        Reason::Expired
    } else if has(&CREDENTIALS) {
        Reason::Credentials
    } else if has(&PERMISSION) {
        Reason::Permission
    } else if has(&NOT_FOUND) || (code == "ValidationError" && why.contains("does not exist")) {
        Reason::NotFound
    } else if has(&THROTTLED) || (code == "ValidationError" && why.contains("Rate exceeded")) {
        Reason::Throttled
    } else if has(&OFFLINE) {
        Reason::Offline
    } else if has(&INVALID) {
        Reason::Invalid
    } else {
        by_status(status)
    }
}

fn by_status(status: u16) -> Reason {
    match status {
        301 | 307 => Reason::Invalid,
        401 | 403 => Reason::Permission,
        404 => Reason::NotFound,
        429 => Reason::Throttled,
        500.. => Reason::Offline,
        _ => Reason::Other,
    }
}
