//! As of when each fact of an account's users is known, so that a later pass can say how old it is.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::model::{Fact, User};

/// As of when each fact is known of every user that was seen.
#[derive(Debug, Default)]
pub(super) struct FactTimes {
    /// The earliest; `None` once it is unknown of some user.
    earliest: BTreeMap<&'static str, Option<OffsetDateTime>>,
}

impl FactTimes {
    pub(super) fn add(&mut self, user: &User) {
        self.add_fact("access_keys", &user.access_keys);
        self.add_fact("attached_policies", &user.attached_policies);
        self.add_fact("console_access", &user.console);
        self.add_fact("groups", &user.groups);
        self.add_fact("inline_policies", &user.inline_policies);
        self.add_fact("mfa", &user.mfa);
        self.add_fact("password_last_used", &user.password_last_used);
        self.add_fact("permissions_boundary", &user.permissions_boundary);
        self.add_fact("tags", &user.tags);
        for group in user.groups.value().into_iter().flatten() {
            self.add_fact("groups.attached_policies", &group.attached_policies);
            self.add_fact("groups.inline_policies", &group.inline_policies);
        }
    }

    fn add_fact<T>(&mut self, name: &'static str, fact: &Fact<T>) {
        let as_of = match fact {
            Fact::Known { provenance, .. } => Some(provenance.as_of),
            Fact::Unknown(_) => None,
        };
        let earliest = self.earliest.entry(name).or_insert(as_of);
        *earliest = match (*earliest, as_of) {
            (Some(a), Some(b)) => Some(a.min(b)),
            _ => None,
        };
    }

    /// What is known of every user, and since when at least.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = (&'static str, OffsetDateTime)> {
        let known = self.earliest.iter();
        known.filter_map(|(name, as_of)| Some((*name, (*as_of)?)))
    }
}
