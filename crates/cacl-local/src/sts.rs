//! STS, and the people who call: the access key id chooses who it is. The table for users is in the crate's documentation.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    ACCOUNT,
    protocol::{Request, Scope, xml::Element},
    world::{AwsError, Caller, World},
};

/// Namespace of the answers.
pub const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

struct Actor {
    key: &'static str,
    kind: Kind,
    name: &'static str,
    address: &'static str,
    from_console: bool,
    read_only: bool,
}

enum Kind {
    Root,
    User,
    /// A session of this permission set of the SSO.
    Sso(&'static str),
    /// A session of this role.
    Role(&'static str),
}

const ACTORS: &[Actor] = &[
    Actor::new("AKIALOCALROOT", Kind::Root, "root", "203.0.113.10"),
    Actor::new("AKIALOCALALICE", Kind::User, "alice", "198.51.100.11"),
    Actor::new("ASIALOCALKIM", Kind::Sso("IdentityAdmin"), "kim@example.org", "198.51.100.23"),
    Actor {
        from_console: true,
        ..Actor::new("ASIALOCALCONSOLE", Kind::Sso("IdentityAdmin"), "kim@example.org", "198.51.100.23")
    },
    Actor::new("ASIALOCALSAM", Kind::Sso("PowerUser"), "sam@example.org", "198.51.100.42"),
    Actor {
        read_only: true,
        ..Actor::new("ASIALOCALROBIN", Kind::Sso("ReadOnly"), "robin@example.org", "203.0.113.77")
    },
    Actor::new("ASIALOCALCI", Kind::Role("deployment"), "ci-1234", "192.0.2.80"),
];

/// Its key is empty, so it matches whatever the table does not.
const ANYBODY: Actor = Actor::new("", Kind::User, "developer", "127.0.0.1");

impl Actor {
    const fn new(key: &'static str, kind: Kind, name: &'static str, address: &'static str) -> Self {
        Self { key, kind, name, address, from_console: false, read_only: false }
    }

    /// Twenty-one characters, as AWS's unique ids have, from the name alone.
    fn unique_id(&self, prefix: &str) -> String {
        let letters = self.name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
        let id: String = prefix.chars().chain("CACLLOCAL".chars()).chain(letters).collect();
        format!("{id:0<21.21}")
    }

    /// `CloudTrail`'s `userIdentity`.
    fn identity(&self, access_key: &str, now: Timestamp) -> Value {
        match &self.kind {
            Kind::Root => json!({
                "type": "Root", "principalId": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:root"), "accountId": ACCOUNT,
                "accessKeyId": access_key,
            }),
            Kind::User => json!({
                "type": "IAMUser", "principalId": self.unique_id("AIDA"),
                "arn": format!("arn:aws:iam::{ACCOUNT}:user/{}", self.name), "accountId": ACCOUNT,
                "accessKeyId": access_key, "userName": self.name,
            }),
            Kind::Sso(set) => {
                let role = format!("AWSReservedSSO_{set}_0123456789abcdef");
                self.session(access_key, now, &role, &format!("aws-reserved/sso.amazonaws.com/{role}"), true)
            }
            Kind::Role(role) => self.session(access_key, now, role, role, false),
        }
    }

    fn session(&self, access_key: &str, now: Timestamp, role: &str, path: &str, mfa: bool) -> Value {
        let id = self.unique_id("AROA");
        let started = now.as_second() - now.as_second().rem_euclid(3600);
        json!({
            "type": "AssumedRole",
            "principalId": format!("{id}:{}", self.name),
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{}", self.name),
            "accountId": ACCOUNT,
            "accessKeyId": access_key,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": id, "arn": format!("arn:aws:iam::{ACCOUNT}:role/{path}"),
                    "accountId": ACCOUNT, "userName": role,
                },
                "attributes": {
                    "creationDate": Timestamp::from_second(started).unwrap_or(now).to_string(),
                    "mfaAuthenticated": mfa.to_string(),
                },
            },
        })
    }
}

fn actor(access_key: &str) -> &'static Actor {
    ACTORS.iter().find(|actor| access_key.starts_with(actor.key)).unwrap_or(&ANYBODY)
}

/// Who makes this request.
pub fn caller(world: &World, request: &Request, scope: &Scope, request_id: String) -> Caller {
    let actor = actor(&scope.access_key);
    Caller {
        identity: actor.identity(&scope.access_key, world.now()),
        access_key: scope.access_key.clone(),
        source_ip: actor.address.to_owned(),
        user_agent: request.header("user-agent").unwrap_or_default().to_owned(),
        invoked_by: None,
        request_id,
        from_console: actor.from_console,
        read_only: actor.read_only,
    }
}

/// The service role or the person that something runs as, when no request asked for it.
#[cfg(test)]
pub fn anybody(world: &World) -> Caller {
    Caller {
        access_key: "AKIALOCALTEST".to_owned(),
        identity: ANYBODY.identity("AKIALOCALTEST", world.now()),
        source_ip: ANYBODY.address.to_owned(),
        user_agent: "test".to_owned(),
        invoked_by: None,
        request_id: world.ids.uuid(),
        from_console: false,
        read_only: false,
    }
}

/// Answers an action.
pub fn handle(caller: &Caller, action: &str) -> Result<Element, AwsError> {
    match action {
        "GetCallerIdentity" => {
            // Whoever it is, the id begins as a user's: by that the program knows that this is not AWS.
            let actor = actor(&caller.access_key);
            let id = actor.unique_id("AIDA");
            let id = match actor.kind {
                Kind::Sso(_) | Kind::Role(_) => format!("{id}:{}", actor.name),
                Kind::Root | Kind::User => id,
            };
            Ok(Element::default().text("Arn", caller.arn()).text("UserId", id).text("Account", ACCOUNT))
        }
        _ => Err(AwsError::invalid_action(action)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("AKIALOCALROOT", "Root", "arn:aws:iam::000000000000:root")]
    #[case(
        "ASIALOCALKIM00",
        "AssumedRole",
        "arn:aws:sts::000000000000:assumed-role/AWSReservedSSO_IdentityAdmin_0123456789abcdef/kim@example.org"
    )]
    #[case("ASIALOCALCI", "AssumedRole", "arn:aws:sts::000000000000:assumed-role/deployment/ci-1234")]
    #[case("whatever", "IAMUser", "arn:aws:iam::000000000000:user/developer")]
    fn the_key_chooses_the_actor(#[case] key: &str, #[case] kind: &str, #[case] arn: &str) {
        let identity = actor(key).identity(key, Timestamp::UNIX_EPOCH);
        assert_eq!((identity["type"].as_str(), identity["arn"].as_str()), (Some(kind), Some(arn)));
        assert_eq!(identity["accessKeyId"], key);
    }

    #[rstest]
    #[case("AKIALOCALROOT")]
    #[case("ASIALOCALKIM")]
    #[case("")]
    fn everybody_is_known_to_be_local(#[case] key: &str) {
        let world = World::test();
        let caller = Caller { access_key: key.to_owned(), ..anybody(&world) };
        let result = handle(&caller, "GetCallerIdentity").expect("known");
        assert!(result.get_text("UserId").expect("an id").starts_with("AIDACACLLOCAL"));
    }
}
