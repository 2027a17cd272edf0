//! What was read of one user, next to what is kept of it: what such a read does not ask for stays.

use crate::model::{Fact, Reason, StaleFact, User};

/// `read`, with what is `last` known of whatever was not asked for, of which `stale` was known from
/// earlier alone.
pub(super) fn joined(read: User, last: &User, stale: &[StaleFact]) -> User {
    if read.id != last.id {
        return read;
    }
    let credentials = &last.service_specific_credentials;
    User {
        service_specific_credentials: kept(
            ("service_specific_credentials", stale),
            read.service_specific_credentials,
            credentials,
        ),
        signing_certificates: kept(
            ("signing_certificates", stale),
            read.signing_certificates,
            &last.signing_certificates,
        ),
        ssh_public_keys: kept(
            ("ssh_public_keys", stale),
            read.ssh_public_keys,
            &last.ssh_public_keys,
        ),
        ..read
    }
}

fn kept<T: Clone>((name, stale): (&str, &[StaleFact]), now: Fact<T>, last: &Fact<T>) -> Fact<T> {
    match &now {
        Fact::Unknown(why) if why.reason == Reason::NotCollected => {
            match stale.iter().find(|it| it.fact == name) {
                // It is no newer for not being asked for.
                Some(stale) => Fact::Unknown(stale.why.clone()),
                None => last.clone(),
            }
        }
        _ => now,
    }
}
