//! The write calls of Cognito user pools, by what they change (API reference of `cognito-idp`, 2026).

/// Calls that change an app client, the indirect ones included: its secrets, its session configuration, its sign-in
/// pages, and the resource servers whose scopes it may hold.
pub const CLIENT_CALLS: [&str; 12] = [
    "CreateUserPoolClient",
    "UpdateUserPoolClient",
    "DeleteUserPoolClient",
    "AddUserPoolClientSecret",
    "DeleteUserPoolClientSecret",
    "SetUserPoolClientSessionConfiguration",
    "CreateManagedLoginBranding",
    "UpdateManagedLoginBranding",
    "DeleteManagedLoginBranding",
    "SetUICustomization",
    "UpdateResourceServer",
    "DeleteResourceServer",
];

/// Calls that change a user pool as a whole, and so every client of it: the pool, its identity providers, domains and
/// policies, and its groups, because a group carries an IAM role. Calls about single users are not among them.
pub const POOL_CALLS: [&str; 20] = [
    "CreateUserPool",
    "UpdateUserPool",
    "DeleteUserPool",
    "AddCustomAttributes",
    "CreateResourceServer",
    "CreateIdentityProvider",
    "UpdateIdentityProvider",
    "DeleteIdentityProvider",
    "CreateUserPoolDomain",
    "UpdateUserPoolDomain",
    "DeleteUserPoolDomain",
    "SetUserPoolMfaConfig",
    "SetRiskConfiguration",
    "SetLogDeliveryConfiguration",
    "CreateGroup",
    "UpdateGroup",
    "DeleteGroup",
    "CreateTerms",
    "UpdateTerms",
    "DeleteTerms",
];

/// The other write calls: users, their devices and their sign-ins, imports, tags. Known for the sake of suggestions.
pub const WRITE_CALLS: [&str; 51] = [
    "AdminAddUserToGroup",
    "AdminConfirmSignUp",
    "AdminCreateUser",
    "AdminDeleteUser",
    "AdminDeleteUserAttributes",
    "AdminDisableProviderForUser",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminForgetDevice",
    "AdminInitiateAuth",
    "AdminLinkProviderForUser",
    "AdminRemoveUserFromGroup",
    "AdminResetUserPassword",
    "AdminRespondToAuthChallenge",
    "AdminSetUserMFAPreference",
    "AdminSetUserPassword",
    "AdminSetUserSettings",
    "AdminUpdateAuthEventFeedback",
    "AdminUpdateDeviceStatus",
    "AdminUpdateUserAttributes",
    "AdminUserGlobalSignOut",
    "AssociateSoftwareToken",
    "ChangePassword",
    "CompleteWebAuthnRegistration",
    "ConfirmDevice",
    "ConfirmForgotPassword",
    "ConfirmSignUp",
    "CreateUserImportJob",
    "DeleteUser",
    "DeleteUserAttributes",
    "DeleteWebAuthnCredential",
    "ForgetDevice",
    "ForgotPassword",
    "GlobalSignOut",
    "InitiateAuth",
    "ResendConfirmationCode",
    "RespondToAuthChallenge",
    "RevokeToken",
    "SetUserMFAPreference",
    "SetUserSettings",
    "SignUp",
    "StartUserImportJob",
    "StartWebAuthnRegistration",
    "StopUserImportJob",
    "TagResource",
    "UntagResource",
    "UpdateAuthEventFeedback",
    "UpdateDeviceStatus",
    "UpdateUserAttributes",
    "VerifySoftwareToken",
    "VerifyUserAttribute",
];

/// Whether this is a write call that is known here.
pub(super) fn known(name: &str) -> bool {
    all().any(|call| call == name)
}

/// The known write call that was probably meant: the same but for case, or at most two letters off.
pub(super) fn probably_meant(name: &str) -> Option<&'static str> {
    let same = |call: &&str| call.eq_ignore_ascii_case(name);
    let distance = |call: &&'static str| distance(call, name);
    all().find(same).or_else(|| all().min_by_key(distance).filter(|call| distance(call) <= 2))
}

/// The known write calls that are spelt most like it, the nearest first.
pub(super) fn nearest(name: &str) -> [&'static str; 3] {
    let mut calls: Vec<_> = all().collect();
    let lower = name.to_ascii_lowercase();
    // What has the word in it is what somebody remembers half of.
    calls.sort_by_key(|call| (!call.to_ascii_lowercase().contains(&lower), distance(call, name)));
    [calls[0], calls[1], calls[2]]
}

fn all() -> impl Iterator<Item = &'static str> {
    CLIENT_CALLS.into_iter().chain(POOL_CALLS).chain(WRITE_CALLS)
}

/// How many letters to add, drop or change (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, left) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, right) in right.chars().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
