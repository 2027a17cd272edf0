//! As of when each fact of an account's users is known, so that a later pass can say how old it is.

use time::OffsetDateTime;

use crate::model::{Fact, User};

/// As of when each fact is known of every user that was seen.
#[derive(Debug, Default)]
pub(super) struct FactTimes {
    access_keys: Earliest,
    attached_policies: Earliest,
    console_access: Earliest,
    groups: Earliest,
    inline_policies: Earliest,
    mfa: Earliest,
    password_last_used: Earliest,
    permissions_boundary: Earliest,
    service_specific_credentials: Earliest,
    signing_certificates: Earliest,
    ssh_public_keys: Earliest,
    tags: Earliest,
    groups_attached_policies: Earliest,
    groups_inline_policies: Earliest,
}

/// The earliest time of a fact.
#[derive(Debug, Default, Clone, Copy)]
enum Earliest {
    /// Nobody was seen yet who could have it.
    #[default]
    Unseen,
    Known(OffsetDateTime),
    /// Unknown of somebody.
    Unknown,
}

impl Earliest {
    fn add<T>(&mut self, fact: &Fact<T>) {
        *self = match (*self, fact) {
            (Self::Unknown, _) | (_, Fact::Unknown(_)) => Self::Unknown,
            (Self::Unseen, Fact::Known { provenance, .. }) => Self::Known(provenance.as_of),
            (Self::Known(at), Fact::Known { provenance, .. }) => {
                Self::Known(at.min(provenance.as_of))
            }
        };
    }
}

impl FactTimes {
    pub(super) fn add(&mut self, user: &User) {
        self.access_keys.add(&user.access_keys);
        self.attached_policies.add(&user.attached_policies);
        self.console_access.add(&user.console);
        self.groups.add(&user.groups);
        self.inline_policies.add(&user.inline_policies);
        self.mfa.add(&user.mfa);
        self.password_last_used.add(&user.password_last_used);
        self.permissions_boundary.add(&user.permissions_boundary);
        self.service_specific_credentials
            .add(&user.service_specific_credentials);
        self.signing_certificates.add(&user.signing_certificates);
        self.ssh_public_keys.add(&user.ssh_public_keys);
        self.tags.add(&user.tags);
        for group in user.groups.value().into_iter().flatten() {
            self.groups_attached_policies.add(&group.attached_policies);
            self.groups_inline_policies.add(&group.inline_policies);
        }
    }

    /// What is known of every user, and since when at least.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = (&'static str, OffsetDateTime)> {
        let facts = [
            ("access_keys", self.access_keys),
            ("attached_policies", self.attached_policies),
            ("console_access", self.console_access),
            ("groups", self.groups),
            ("inline_policies", self.inline_policies),
            ("mfa", self.mfa),
            ("password_last_used", self.password_last_used),
            ("permissions_boundary", self.permissions_boundary),
            (
                "service_specific_credentials",
                self.service_specific_credentials,
            ),
            ("signing_certificates", self.signing_certificates),
            ("ssh_public_keys", self.ssh_public_keys),
            ("tags", self.tags),
            ("groups.attached_policies", self.groups_attached_policies),
            ("groups.inline_policies", self.groups_inline_policies),
        ];
        facts.into_iter().filter_map(|(name, at)| match at {
            Earliest::Known(at) => Some((name, at)),
            Earliest::Unseen | Earliest::Unknown => None,
        })
    }
}
