//! The words that `CloudTrail` records of Cognito repeat, and their numbers.
//!
//! A word's number is good within one run of the program only: nothing packed is ever written anywhere. So words may be
//! added, taken out and reordered freely.

/// Names and texts that are frequent enough to deserve a number. At most 510 (two banks of 255).
const WORDS: &[&str] = &[
    // The record and the envelope.
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "eventCategory",
    "tlsDetails",
    "tlsVersion",
    "cipherSuite",
    "clientProvidedHostHeader",
    "sessionCredentialFromConsole",
    "serviceEventDetails",
    "resources",
    "sharedEventID",
    "vpcEndpointId",
    "apiVersion",
    "1.08",
    "1.09",
    "1.10",
    "1.11",
    "cognito-idp.amazonaws.com",
    "AwsApiCall",
    "AwsServiceEvent",
    "AwsConsoleAction",
    "Management",
    "TLSv1.2",
    "TLSv1.3",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "CreateUserPoolClient",
    "UpdateUserPoolClient",
    "DeleteUserPoolClient",
    "AccessDenied",
    "AccessDeniedException",
    "InvalidParameterException",
    "ResourceNotFoundException",
    // The identity.
    "type",
    "principalId",
    "arn",
    "accountId",
    "accessKeyId",
    "userName",
    "invokedBy",
    "sessionContext",
    "sessionIssuer",
    "webIdFederationData",
    "attributes",
    "creationDate",
    "mfaAuthenticated",
    "onBehalfOf",
    "userId",
    "identityStoreArn",
    "credentialId",
    "Root",
    "IAMUser",
    "AssumedRole",
    "Role",
    "FederatedUser",
    "AWSService",
    "IdentityCenterUser",
    "Unknown",
    "Anonymous",
    "true",
    "false",
    "cloudformation.amazonaws.com",
    "AWS Internal",
    // The client.
    "userPoolClient",
    "userPoolId",
    "clientId",
    "clientName",
    "clientSecret",
    "generateSecret",
    "lastModifiedDate",
    "callbackURLs",
    "logoutURLs",
    "defaultRedirectURI",
    "allowedOAuthFlows",
    "allowedOAuthScopes",
    "allowedOAuthFlowsUserPoolClient",
    "explicitAuthFlows",
    "supportedIdentityProviders",
    "readAttributes",
    "writeAttributes",
    "refreshTokenValidity",
    "accessTokenValidity",
    "idTokenValidity",
    "tokenValidityUnits",
    "accessToken",
    "idToken",
    "refreshToken",
    "tokenValidityUnits.accessToken",
    "tokenValidityUnits.idToken",
    "tokenValidityUnits.refreshToken",
    "authSessionValidity",
    "preventUserExistenceErrors",
    "enableTokenRevocation",
    "enablePropagateAdditionalUserContextData",
    "analyticsConfiguration",
    "refreshTokenRotation",
    "refreshTokenRotation.feature",
    "refreshTokenRotation.retryGracePeriodSeconds",
    "feature",
    "retryGracePeriodSeconds",
    "HIDDEN_DUE_TO_SECURITY_REASONS",
    "HIDDEN_BY_CACL",
    "seconds",
    "minutes",
    "hours",
    "days",
    "LEGACY",
    "ENABLED",
    "DISABLED",
    "code",
    "implicit",
    "client_credentials",
    "openid",
    "email",
    "email_verified",
    "phone",
    "phone_number",
    "phone_number_verified",
    "profile",
    "aws.cognito.signin.user.admin",
    "COGNITO",
    "Google",
    "Facebook",
    "LoginWithAmazon",
    "SignInWithApple",
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY",
    "address",
    "birthdate",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "picture",
    "preferred_username",
    "updated_at",
    "website",
    "zoneinfo",
    // Where most people are.
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ca-central-1",
    "sa-east-1",
    "cognito-idp.us-east-1.amazonaws.com",
    "cognito-idp.us-west-2.amazonaws.com",
    "cognito-idp.eu-west-1.amazonaws.com",
    "cognito-idp.eu-central-1.amazonaws.com",
];

/// Slots of the open-addressed table that finds a word; a power of two, thinly filled.
const SLOTS: usize = 2048;

/// Word numbers plus one by slot; zero is a free slot.
static TABLE: [u16; SLOTS] = build();

/// Bytes of the longest word.
const LONGEST: usize = longest();

const fn longest() -> usize {
    let (mut longest, mut index) = (0, 0);
    while index < WORDS.len() {
        if WORDS[index].len() > longest {
            longest = WORDS[index].len();
        }
        index += 1;
    }
    longest
}

const _: () = assert!(WORDS.len() <= 510, "two banks of 255 words");

/// A cheap hash that tells these words apart well enough: length, first, middle and the last two bytes.
#[expect(clippy::cast_possible_truncation, reason = "a hash may lose bits, and const fn has no `try_from`")]
const fn slot(word: &[u8]) -> usize {
    let len = word.len();
    if len == 0 {
        return 0;
    }
    let mut hash = len as u32;
    hash = hash.wrapping_mul(0x9E37_79B1) ^ word[0] as u32;
    hash = hash.wrapping_mul(0x9E37_79B1) ^ word[len / 2] as u32;
    hash = hash.wrapping_mul(0x9E37_79B1) ^ word[len - 1] as u32;
    hash = hash.wrapping_mul(0x9E37_79B1) ^ word[len - (len > 1) as usize - 1] as u32;
    (hash.wrapping_mul(0x9E37_79B1) >> 16) as usize % SLOTS
}

#[expect(clippy::cast_possible_truncation, reason = "at most 510 words, as asserted above")]
const fn build() -> [u16; SLOTS] {
    let mut table = [0; SLOTS];
    let mut index = 0;
    while index < WORDS.len() {
        let mut at = slot(WORDS[index].as_bytes());
        while table[at] != 0 {
            at = (at + 1) % SLOTS;
        }
        index += 1;
        table[at] = index as u16;
    }
    table
}

/// The number of a word, if it has one.
pub(super) fn number(word: &str) -> Option<u16> {
    if word.len() > LONGEST {
        return None;
    }
    let mut at = slot(word.as_bytes());
    loop {
        match TABLE[at] {
            0 => return None,
            found if WORDS[usize::from(found) - 1] == word => return Some(found - 1),
            _ => at = (at + 1) % SLOTS,
        }
    }
}

/// The word of a number.
pub(super) fn word(number: u16) -> Option<&'static str> {
    WORDS.get(usize::from(number)).copied()
}

/// Whether a word names a secret. The same as [`crate::mask::is_secret`], which takes longer to find out.
pub(super) fn is_secret(word: &str) -> bool {
    matches!(word, "clientSecret" | "accessToken" | "idToken" | "refreshToken")
        || matches!(
            word,
            "tokenValidityUnits.accessToken" | "tokenValidityUnits.idToken" | "tokenValidityUnits.refreshToken"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_name_secrets_are_known() {
        for word in WORDS {
            assert_eq!(is_secret(word), crate::mask::is_secret(word), "{word}");
        }
    }

    #[test]
    fn every_word_is_found_by_its_own_number() {
        for (index, text) in WORDS.iter().enumerate() {
            let found = number(text).expect("a number");
            assert_eq!(usize::from(found), index, "{text} is listed twice");
            assert_eq!(word(found), Some(*text));
        }
        for text in ["", "x", "eventTim", "eventTimee", "\u{1}"] {
            assert_eq!(number(text), None);
        }
    }

    #[test]
    fn words_need_no_escaping() {
        for text in WORDS {
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\' || byte == b' '));
        }
    }
}
