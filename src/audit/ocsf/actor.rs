//! `actor`: who made the call, from `userIdentity`.

use serde::Serialize;

use super::objects::{Account, Credential, Session, User};
use crate::audit::dates;
use crate::audit::record::{Caller, Record};

/// What keys of IAM users begin with; those of sessions begin with `ASIA`.
const LASTING_KEY: &str = "AKIA";

/// `actor`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Actor<'a> {
    /// The caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<Idp<'a>>,
}

/// `idp`: who vouched for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Idp<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
}

/// Who made the call. An actor has to be somebody: where the record names nobody it is the service
/// that wrote it, and else `Unknown`.
pub(super) fn actor(record: &Record) -> Actor<'_> {
    let caller = &record.caller;
    let session = session(caller);
    let mut actor = Actor {
        user: user(caller),
        session: (session != Session::default()).then_some(session),
        app_name: caller.invoked_by.as_deref(),
        idp: idp(caller),
    };
    if let (Some(user), Some(key)) = (&mut actor.user, lasting_key(caller)) {
        user.programmatic_credentials.push(Credential {
            uid: key,
            r#type: "AWS Access Key",
        });
    }
    if actor.user.is_none() && actor.session.is_none() {
        let is_of_service = record.event_type.as_deref() == Some("AwsServiceEvent");
        let nobody = match is_of_service {
            true => record.event_source.as_str(),
            false => "Unknown",
        };
        actor.app_name.get_or_insert(nobody);
    }
    actor
}

/// The caller as a user, without keys. Absent where nothing says who it is.
pub(in crate::audit) fn user(caller: &Caller) -> Option<User<'_>> {
    let user = User {
        name: caller.user_name.as_deref(),
        uid: caller.arn.as_deref().or(caller.user_id.as_deref()),
        uid_alt: caller.principal_id.as_deref(),
        account: caller.account_id.as_deref().map(Account::of),
        ..User::default()
    };
    let user = match caller.kind.as_deref() {
        Some("IAMUser" | "IdentityCenterUser") => user.of_people(),
        Some("Root") => user.of_type(2, "Admin"),
        Some("AWSService") => user.of_type(4, "Service"),
        Some("Unknown") | None => user.of_type(0, "Unknown"),
        Some(other) => user.of_type(99, other),
    };
    user.known()
}

fn session(caller: &Caller) -> Session<'_> {
    let key = caller.access_key_id.as_deref();
    let key = key.filter(|_| lasting_key(caller).is_none());
    Session {
        credential_uid: key.or(caller.credential_id.as_deref()),
        created_time: caller.session_created.as_deref().and_then(dates::ms),
        is_mfa: caller.session_has_mfa,
        issuer: caller.session_issuer.as_deref(),
        ..Session::default()
    }
}

fn lasting_key(caller: &Caller) -> Option<&str> {
    let key = caller.access_key_id.as_deref();
    key.filter(|key| key.starts_with(LASTING_KEY))
}

fn idp(caller: &Caller) -> Option<Idp<'_>> {
    let name = caller.identity_provider.as_deref();
    let uid = caller.identity_store_arn.as_deref();
    (name.is_some() || uid.is_some()).then_some(Idp { name, uid })
}
