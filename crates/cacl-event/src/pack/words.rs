//! The words that `CloudTrail` records of Cognito repeat, and their numbers.
//!
//! A word's number is good within one run of the program only: nothing packed is ever written anywhere. So words may be
//! added, taken out and reordered freely.

/// Names and texts that are frequent enough to deserve a number, in alphabetical order: so words are ordered as their numbers are.
const WORDS: &[&str] = &[
    "1.08",
    "1.09",
    "1.10",
    "1.11",
    "ADMIN_NO_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "AWS Internal",
    "AWSService",
    "AccessDenied",
    "AccessDeniedException",
    "Anonymous",
    "AssumedRole",
    "AwsApiCall",
    "AwsConsoleAction",
    "AwsServiceEvent",
    "COGNITO",
    "CUSTOM_AUTH_FLOW_ONLY",
    "CreateUserPoolClient",
    "DISABLED",
    "DeleteUserPoolClient",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ENABLED",
    "Facebook",
    "FederatedUser",
    "Google",
    "HIDDEN_BY_CACL",
    "HIDDEN_DUE_TO_SECURITY_REASONS",
    "IAMUser",
    "IdentityCenterUser",
    "InvalidParameterException",
    "LEGACY",
    "LoginWithAmazon",
    "Management",
    "ResourceNotFoundException",
    "Role",
    "Root",
    "SignInWithApple",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLSv1.2",
    "TLSv1.3",
    "USER_PASSWORD_AUTH",
    "Unknown",
    "UpdateUserPoolClient",
    "accessKeyId",
    "accessToken",
    "accessTokenValidity",
    "accountId",
    "additionalEventData",
    "address",
    "allowedOAuthFlows",
    "allowedOAuthFlowsUserPoolClient",
    "allowedOAuthScopes",
    "analyticsConfiguration",
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "apiVersion",
    "arn",
    "attributes",
    "authSessionValidity",
    "aws.cognito.signin.user.admin",
    "awsRegion",
    "birthdate",
    "ca-central-1",
    "callbackURLs",
    "cipherSuite",
    "clientId",
    "clientName",
    "clientProvidedHostHeader",
    "clientSecret",
    "client_credentials",
    "cloudformation.amazonaws.com",
    "code",
    "cognito-idp.amazonaws.com",
    "cognito-idp.eu-central-1.amazonaws.com",
    "cognito-idp.eu-west-1.amazonaws.com",
    "cognito-idp.us-east-1.amazonaws.com",
    "cognito-idp.us-west-2.amazonaws.com",
    "creationDate",
    "credentialId",
    "days",
    "defaultRedirectURI",
    "email",
    "email_verified",
    "enablePropagateAdditionalUserContextData",
    "enableTokenRevocation",
    "errorCode",
    "errorMessage",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "eventVersion",
    "explicitAuthFlows",
    "false",
    "family_name",
    "feature",
    "gender",
    "generateSecret",
    "given_name",
    "hours",
    "idToken",
    "idTokenValidity",
    "identityStoreArn",
    "implicit",
    "invokedBy",
    "lastModifiedDate",
    "locale",
    "logoutURLs",
    "managementEvent",
    "mfaAuthenticated",
    "middle_name",
    "minutes",
    "name",
    "nickname",
    "onBehalfOf",
    "openid",
    "phone",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "preventUserExistenceErrors",
    "principalId",
    "profile",
    "readAttributes",
    "readOnly",
    "recipientAccountId",
    "refreshToken",
    "refreshTokenRotation",
    "refreshTokenRotation.feature",
    "refreshTokenRotation.retryGracePeriodSeconds",
    "refreshTokenValidity",
    "requestID",
    "requestParameters",
    "resources",
    "responseElements",
    "retryGracePeriodSeconds",
    "sa-east-1",
    "seconds",
    "serviceEventDetails",
    "sessionContext",
    "sessionCredentialFromConsole",
    "sessionIssuer",
    "sharedEventID",
    "sourceIPAddress",
    "supportedIdentityProviders",
    "tlsDetails",
    "tlsVersion",
    "tokenValidityUnits",
    "tokenValidityUnits.accessToken",
    "tokenValidityUnits.idToken",
    "tokenValidityUnits.refreshToken",
    "true",
    "type",
    "updated_at",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "userAgent",
    "userId",
    "userIdentity",
    "userName",
    "userPoolClient",
    "userPoolId",
    "vpcEndpointId",
    "webIdFederationData",
    "website",
    "writeAttributes",
    "zoneinfo",
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

const _: () = assert!(WORDS.len() <= (u8::MAX - super::FIRST_WORD) as usize + 1, "a word is one byte");

/// A cheap hash that tells these words apart well enough: length, first, middle and the last two bytes.
#[expect(clippy::cast_possible_truncation, reason = "a hash may lose bits, and const fn has no `try_from`")]
const fn slot(word: &[u8]) -> usize {
    let len = word.len();
    if len == 0 {
        return 0;
    }
    let ends = u32::from_le_bytes([word[0], word[len / 2], word[len - 1], word[len - (len > 1) as usize - 1]]);
    let mixed = (ends as u64 | (len as u64) << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - SLOTS.ilog2())) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "as many words as fit a byte, as asserted above")]
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
#[expect(clippy::cast_possible_truncation, reason = "as many words as fit a byte, as asserted above")]
pub(super) fn number(word: &str) -> Option<u8> {
    if word.len() > LONGEST {
        return None;
    }
    let mut at = slot(word.as_bytes());
    loop {
        match TABLE[at] {
            0 => return None,
            found if WORDS[usize::from(found) - 1] == word => return Some((found - 1) as u8),
            _ => at = (at + 1) % SLOTS,
        }
    }
}

/// The word of a number.
pub(super) fn word(number: u8) -> Option<&'static str> {
    WORDS.get(usize::from(number)).copied()
}

/// The numbers of the words for which something holds.
pub(crate) fn numbers_of(holds: impl Fn(&str) -> bool) -> Box<[u8]> {
    (0..=u8::MAX).zip(WORDS).filter(|(_, word)| holds(word)).map(|(number, _)| number).collect()
}

/// Whether a word names a secret. The same as [`crate::mask::is_secret`], which takes longer to find out.
pub(super) fn is_secret(number: u8) -> bool {
    matches!(
        word(number),
        Some(
            "clientSecret"
                | "accessToken"
                | "idToken"
                | "refreshToken"
                | "tokenValidityUnits.accessToken"
                | "tokenValidityUnits.idToken"
                | "tokenValidityUnits.refreshToken"
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_name_secrets_are_known() {
        for (number, word) in (0..=u8::MAX).zip(WORDS) {
            assert_eq!(is_secret(number), crate::mask::is_secret(word), "{word}");
        }
    }

    #[test]
    fn every_word_is_found_by_its_own_number() {
        assert!(WORDS.is_sorted());
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
