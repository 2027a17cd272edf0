//! Sign-ins, and roles that were assumed.

use super::About;
use crate::audit::dates;
use crate::audit::ocsf::{self, Account, Endpoint, Service, Session, User};
use crate::audit::record::{Record, fields};

/// A sign-in of the caller; `None` if the record does not tell who it was.
pub(super) fn sign_in(record: &Record) -> Option<About<'_>> {
    let more = record.rest.get("additionalEventData");
    let mfa_used = more.and_then(|more| more.get("MFAUsed"));
    Some(About {
        user: Some(ocsf::user(&record.caller)?),
        is_mfa: mfa_used.and_then(fields::is_true),
        dst_endpoint: fields::at(more, &["LoginTo"]).map(Endpoint::SvcName),
        service: Some(service(record)),
        ..About::default()
    })
}

/// A role that is assumed: the user is the role, and the actor who assumes it.
pub(super) fn role(record: &Record) -> Option<About<'_>> {
    let arn = record.requested(&["roleArn"])?;
    let role = User {
        name: arn.rsplit('/').next().filter(|name| !name.is_empty()),
        uid: Some(arn),
        account: account_of(arn).map(Account::of),
        ..User::default()
    };
    let protocol = match record.event_name.as_str() {
        "AssumeRoleWithSAML" => Some((5, "SAML")),
        "AssumeRoleWithWebIdentity" => Some((4, "OpenID")),
        _ => None,
    };
    Some(About {
        user: Some(role.of_type(99, "Role")),
        session: session(record),
        auth_protocol_id: protocol.map(|(id, _)| id),
        auth_protocol: protocol.map(|(_, caption)| caption),
        service: Some(service(record)),
        ..About::default()
    })
}

fn service(record: &Record) -> Service<'_> {
    Service {
        name: &record.event_source,
    }
}

fn session(record: &Record) -> Option<Session<'_>> {
    let expiration = record.answered(&["credentials", "expiration"]);
    let session = Session {
        uid: record.answered(&["assumedRoleUser", "arn"]),
        uid_alt: record.answered(&["assumedRoleUser", "assumedRoleId"]),
        credential_uid: record.answered(&["credentials", "accessKeyId"]),
        expiration_time: expiration.and_then(dates::ms),
        ..Session::default()
    };
    (session != Session::default()).then_some(session)
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}
