//! The requests of Cognito's operations, member by member.

use super::shape::{FREE, Kind, Member, NAME, POOL_ID, SCOPE, SCOPE_NAME, URL, WORD};

const POOL: Member = Member::required("UserPoolId", Kind::Text(55, POOL_ID));
const CLIENT_ID: Member = Member::required("ClientId", Kind::Text(128, WORD));
const UNIT: Kind = Kind::Word(&["seconds", "minutes", "hours", "days"]);
const URLS: Kind = Kind::List(100, &Kind::Text(1024, URL));
const ATTRIBUTES: Kind = Kind::List(usize::MAX, &Kind::Text(2048, FREE));

/// `ExplicitAuthFlows`, the three old names first.
const AUTH_FLOWS: &[&str] = &[
    "ADMIN_NO_SRP_AUTH",
    "CUSTOM_AUTH_FLOW_ONLY",
    "USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_CUSTOM_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
];

const UNITS: Kind = Kind::Structure(&[
    Member::new("AccessToken", UNIT),
    Member::new("IdToken", UNIT),
    Member::new("RefreshToken", UNIT),
]);

const ANALYTICS: Kind = Kind::Structure(&[
    Member::new("ApplicationId", Kind::Text(128, FREE)),
    Member::new("ApplicationArn", Kind::Text(2048, FREE)),
    Member::new("RoleArn", Kind::Text(2048, FREE)),
    Member::new("ExternalId", Kind::Text(131_072, FREE)),
    Member::new("UserDataShared", Kind::Flag),
]);

const ROTATION: Kind = Kind::Structure(&[
    Member::required("Feature", Kind::Word(&["ENABLED", "DISABLED"])),
    Member::new("RetryGracePeriodSeconds", Kind::Whole(0, 60)),
]);

/// What a client's settings are, in the order in which AWS answers them.
pub const SETTINGS: [Member; 20] = [
    Member::new("RefreshTokenValidity", Kind::Whole(0, 315_360_000)),
    Member::new("AccessTokenValidity", Kind::Whole(1, 86_400)),
    Member::new("IdTokenValidity", Kind::Whole(1, 86_400)),
    Member::new("TokenValidityUnits", UNITS),
    Member::new("ReadAttributes", ATTRIBUTES),
    Member::new("WriteAttributes", ATTRIBUTES),
    Member::new("ExplicitAuthFlows", Kind::List(usize::MAX, &Kind::Word(AUTH_FLOWS))),
    Member::new("SupportedIdentityProviders", Kind::List(usize::MAX, &Kind::Text(32, FREE))),
    Member::new("CallbackURLs", URLS),
    Member::new("LogoutURLs", URLS),
    Member::new("DefaultRedirectURI", Kind::Text(1024, URL)),
    Member::new("AllowedOAuthFlows", Kind::List(3, &Kind::Word(&["code", "implicit", "client_credentials"]))),
    Member::new("AllowedOAuthScopes", Kind::List(50, &Kind::Text(256, SCOPE))),
    Member::noted("AllowedOAuthFlowsUserPoolClient"),
    Member::new("AnalyticsConfiguration", ANALYTICS),
    Member::new("PreventUserExistenceErrors", Kind::Word(&["LEGACY", "ENABLED"])),
    Member::new("EnableTokenRevocation", Kind::Flag),
    Member::new("EnablePropagateAdditionalUserContextData", Kind::Flag),
    Member::new("AuthSessionValidity", Kind::Whole(3, 15)),
    Member::new("RefreshTokenRotation", ROTATION),
];

/// `CreateUserPoolClient`.
pub const CREATE_CLIENT: &[Member] = &before_settings::<4, 24>([
    POOL,
    Member::required("ClientName", Kind::Text(128, NAME)),
    Member::noted("GenerateSecret"),
    Member::hidden("ClientSecret", Kind::Text(64, WORD)),
]);

/// `UpdateUserPoolClient`.
pub const UPDATE_CLIENT: &[Member] =
    &before_settings::<3, 23>([POOL, CLIENT_ID, Member::new("ClientName", Kind::Text(128, NAME))]);

const fn before_settings<const FIRST: usize, const ALL: usize>(first: [Member; FIRST]) -> [Member; ALL] {
    let mut all = [POOL; ALL];
    let mut index = 0;
    while index < ALL {
        all[index] = if index < FIRST { first[index] } else { SETTINGS[index - FIRST] };
        index += 1;
    }
    all
}

/// `DescribeUserPoolClient` and `DeleteUserPoolClient`.
pub const ONE_CLIENT: &[Member] = &[POOL, CLIENT_ID];

/// `ListUserPoolClients`.
pub const LIST_CLIENTS: &[Member] =
    &[POOL, Member::new("MaxResults", Kind::Whole(1, 60)), Member::new("NextToken", Kind::Text(131_072, FREE))];

/// `ListUserPools`.
pub const LIST_POOLS: &[Member] =
    &[Member::new("NextToken", Kind::Text(131_072, FREE)), Member::required("MaxResults", Kind::Whole(1, 60))];

/// `DescribeUserPool` and `DeleteUserPool`.
pub const ONE_POOL: &[Member] = &[POOL];

const PASSWORD_POLICY: Kind = Kind::Structure(&[
    Member::new("MinimumLength", Kind::Whole(6, 99)),
    Member::new("RequireUppercase", Kind::Flag),
    Member::new("RequireLowercase", Kind::Flag),
    Member::new("RequireNumbers", Kind::Flag),
    Member::new("RequireSymbols", Kind::Flag),
    Member::new("PasswordHistorySize", Kind::Whole(0, 24)),
    Member::new("TemporaryPasswordValidityDays", Kind::Whole(0, 365)),
]);
const POLICIES: Member = Member::new(
    "Policies",
    Kind::Structure(&[Member::new("PasswordPolicy", PASSWORD_POLICY), Member::new("SignInPolicy", Kind::Any)]),
);
const PROTECTION: Member = Member::new("DeletionProtection", Kind::Word(&["ACTIVE", "INACTIVE"]));
const VERIFIED: Member = Member::new("AutoVerifiedAttributes", Kind::List(2, &Kind::Word(&["phone_number", "email"])));
const SMS_MESSAGE: Member = Member::new("SmsVerificationMessage", Kind::Text(140, FREE));
const EMAIL_MESSAGE: Member = Member::new("EmailVerificationMessage", Kind::Text(20_000, FREE));
const EMAIL_SUBJECT: Member = Member::new("EmailVerificationSubject", Kind::Text(140, FREE));
const MESSAGE_TEMPLATE: Member = Member::new("VerificationMessageTemplate", Kind::Any);
const SMS_SIGN_IN: Member = Member::new("SmsAuthenticationMessage", Kind::Text(140, FREE));
const MFA: Member = Member::new("MfaConfiguration", Kind::Word(&["OFF", "ON", "OPTIONAL"]));
const ATTRIBUTE_UPDATES: Member = Member::new("UserAttributeUpdateSettings", Kind::Any);
const DEVICES: Member = Member::new("DeviceConfiguration", Kind::Any);
const EMAIL: Member = Member::new("EmailConfiguration", Kind::Any);
const SMS: Member = Member::new("SmsConfiguration", Kind::Any);
const TAGS: Member = Member::new("UserPoolTags", Kind::Any);
const ADMIN_CREATES: Member = Member::new("AdminCreateUserConfig", Kind::Any);
const ADD_ONS: Member = Member::new("UserPoolAddOns", Kind::Any);
const RECOVERY: Member = Member::new("AccountRecoverySetting", Kind::Any);
const TIER: Member = Member::new("UserPoolTier", Kind::Word(&["LITE", "ESSENTIALS", "PLUS"]));

/// `CreateUserPool`.
pub const CREATE_POOL: &[Member] = &[
    Member::required("PoolName", Kind::Text(128, NAME)),
    POLICIES,
    PROTECTION,
    Member::new("LambdaConfig", Kind::Any),
    VERIFIED,
    Member::new("AliasAttributes", Kind::List(3, &Kind::Word(&["phone_number", "email", "preferred_username"]))),
    Member::new("UsernameAttributes", Kind::List(2, &Kind::Word(&["phone_number", "email"]))),
    SMS_MESSAGE,
    EMAIL_MESSAGE,
    EMAIL_SUBJECT,
    MESSAGE_TEMPLATE,
    SMS_SIGN_IN,
    MFA,
    ATTRIBUTE_UPDATES,
    DEVICES,
    EMAIL,
    SMS,
    TAGS,
    ADMIN_CREATES,
    Member::new("Schema", Kind::List(50, &Kind::Any)),
    ADD_ONS,
    Member::new("UsernameConfiguration", Kind::Any),
    RECOVERY,
    TIER,
];

/// `UpdateUserPool`.
pub const UPDATE_POOL: &[Member] = &[
    POOL,
    POLICIES,
    PROTECTION,
    Member::new("LambdaConfig", Kind::Any),
    VERIFIED,
    SMS_MESSAGE,
    EMAIL_MESSAGE,
    EMAIL_SUBJECT,
    MESSAGE_TEMPLATE,
    SMS_SIGN_IN,
    ATTRIBUTE_UPDATES,
    MFA,
    DEVICES,
    EMAIL,
    SMS,
    TAGS,
    ADMIN_CREATES,
    ADD_ONS,
    RECOVERY,
    Member::new("PoolName", Kind::Text(128, NAME)),
    TIER,
];

const IDENTIFIER: Member = Member::required("Identifier", Kind::Text(256, SCOPE));

/// `CreateResourceServer` and `UpdateResourceServer`.
pub const PUT_SERVER: &[Member] = &[
    POOL,
    IDENTIFIER,
    Member::required("Name", Kind::Text(256, NAME)),
    Member::new(
        "Scopes",
        Kind::List(
            100,
            &Kind::Structure(&[
                Member::required("ScopeName", Kind::Text(256, SCOPE_NAME)),
                Member::required("ScopeDescription", Kind::Text(256, FREE)),
            ]),
        ),
    ),
];

/// `DescribeResourceServer` and `DeleteResourceServer`.
pub const ONE_SERVER: &[Member] = &[POOL, IDENTIFIER];

/// `ListResourceServers`.
pub const LIST_SERVERS: &[Member] =
    &[POOL, Member::new("MaxResults", Kind::Whole(1, 50)), Member::new("NextToken", Kind::Text(131_072, FREE))];
