//! The last known value of every fact that is unknown now, and which facts those are.

mod keys;
mod mfa;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::encoding::unix_ms;
use super::{ConsoleAccess, Fact, Group, Unknown, User};

/// When the account as a whole last had each fact confirmed, by the names of
/// [`User::unknown_facts`].
pub type Confirmed = BTreeMap<String, OffsetDateTime>;

/// A user with last known values in place of what is unknown now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastKnown {
    /// The user; every fact has the provenance of its value.
    pub user: User,
    /// The facts that are as last known, by name, each once.
    pub stale: Vec<StaleFact>,
}

/// A fact that is as last known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaleFact {
    /// The fact, by the name of [`User::unknown_facts`].
    pub fact: Cow<'static, str>,
    /// When the value was last known to be true.
    #[serde(rename = "as_of_ms", with = "unix_ms")]
    pub as_of: OffsetDateTime,
    /// Why the fact is unknown now.
    pub why: Unknown,
}

impl User {
    /// This user, with the value in `last` of every fact that is unknown now. Of another user of
    /// the same name, nothing is taken.
    #[must_use]
    pub fn with_last_known(&self, last: &Self, confirmed: &Confirmed) -> LastKnown {
        if last.id != self.id {
            return LastKnown {
                user: self.clone(),
                stale: Vec::new(),
            };
        }
        let mut merge = Merge::default();
        let user = Self {
            password_last_used: merge.either(
                "password_last_used",
                &self.password_last_used,
                &last.password_last_used,
            ),
            tags: merge.either("tags", &self.tags, &last.tags),
            groups: merge.groups(&self.groups, &last.groups),
            attached_policies: merge.either(
                "attached_policies",
                &self.attached_policies,
                &last.attached_policies,
            ),
            inline_policies: merge.either(
                "inline_policies",
                &self.inline_policies,
                &last.inline_policies,
            ),
            permissions_boundary: merge.either(
                "permissions_boundary",
                &self.permissions_boundary,
                &last.permissions_boundary,
            ),
            mfa: mfa::without_virtual(&self.mfa, &last.mfa)
                .unwrap_or_else(|| merge.fact("mfa", &self.mfa, &last.mfa, mfa::merged)),
            console: merge.fact("console_access", &self.console, &last.console, console),
            access_keys: merge.fact(
                "access_keys",
                &self.access_keys,
                &last.access_keys,
                |now, last| Merged::Both(keys::merged(now, last)),
            ),
            service_specific_credentials: merge.either(
                "service_specific_credentials",
                &self.service_specific_credentials,
                &last.service_specific_credentials,
            ),
            signing_certificates: merge.either(
                "signing_certificates",
                &self.signing_certificates,
                &last.signing_certificates,
            ),
            ssh_public_keys: merge.either(
                "ssh_public_keys",
                &self.ssh_public_keys,
                &last.ssh_public_keys,
            ),
            ..self.clone()
        };
        LastKnown {
            user,
            stale: merge.stale(confirmed),
        }
    }
}

/// What two known values make together.
enum Merged<T> {
    /// The one of now.
    Now,
    /// The last one: the one of now says no more.
    Last,
    /// Something of both.
    Both(T),
}

/// The facts taken from the last known user so far.
#[derive(Default)]
struct Merge {
    taken: BTreeMap<&'static str, (OffsetDateTime, Unknown)>,
}

impl Merge {
    fn either<T: Clone>(&mut self, name: &'static str, now: &Fact<T>, last: &Fact<T>) -> Fact<T> {
        self.fact(name, now, last, |_, _| Merged::Now)
    }

    /// The fact of now, the last one if that is unknown, and what `both` makes of two values.
    fn fact<T: Clone>(
        &mut self,
        name: &'static str,
        now: &Fact<T>,
        last: &Fact<T>,
        both: impl FnOnce(&T, &T) -> Merged<T>,
    ) -> Fact<T> {
        match (now, last) {
            (Fact::Unknown(why), Fact::Known { provenance, .. }) => {
                self.take(name, provenance.as_of, why);
                last.clone()
            }
            // A report is as old as four hours, and whoever changed was read since.
            (
                Fact::Known { provenance, .. },
                Fact::Known {
                    provenance: known, ..
                },
            ) if provenance.is_report_before(known) => last.clone(),
            (
                Fact::Known { value, provenance },
                Fact::Known {
                    value: last_value, ..
                },
            ) => match both(value, last_value) {
                Merged::Now => now.clone(),
                Merged::Last => last.clone(),
                Merged::Both(value) => Fact::known(value, provenance),
            },
            _ => now.clone(),
        }
    }

    /// Notes that a fact is as last known. Of several groups, the oldest value counts.
    fn take(&mut self, name: &'static str, as_of: OffsetDateTime, why: &Unknown) {
        let taken = self.taken.entry(name).or_insert((as_of, why.clone()));
        taken.0 = taken.0.min(as_of);
        if *why < taken.1 {
            taken.1 = why.clone();
        }
    }

    /// The groups of now; what is unknown of one, as it was last known of that group.
    fn groups(
        &mut self,
        now: &Fact<Vec<Arc<Group>>>,
        last: &Fact<Vec<Arc<Group>>>,
    ) -> Fact<Vec<Arc<Group>>> {
        let (Fact::Known { value, provenance }, Some(last)) = (now, last.value()) else {
            return self.either("groups", now, last);
        };
        let merged = value.iter().map(|group| {
            let before = last.iter().find(|before| is_same_group(group, before));
            before.map_or_else(|| Arc::clone(group), |before| self.group(group, before))
        });
        Fact::known(merged.collect(), provenance)
    }

    fn group(&mut self, now: &Arc<Group>, last: &Group) -> Arc<Group> {
        let is_whole = now.arn.is_some()
            && now.id.is_some()
            && now.attached_policies.value().is_some()
            && now.inline_policies.value().is_some();
        if is_whole {
            return Arc::clone(now);
        }
        Arc::new(Group {
            name: now.name.clone(),
            arn: now.arn.clone().or_else(|| last.arn.clone()),
            id: now.id.clone().or_else(|| last.id.clone()),
            attached_policies: self.either(
                "groups.attached_policies",
                &now.attached_policies,
                &last.attached_policies,
            ),
            inline_policies: self.either(
                "groups.inline_policies",
                &now.inline_policies,
                &last.inline_policies,
            ),
        })
    }

    /// The facts that are as last known; the account's confirmation counts where it is later.
    fn stale(self, confirmed: &Confirmed) -> Vec<StaleFact> {
        let stale = self
            .taken
            .into_iter()
            .map(|(fact, (as_of, why))| StaleFact {
                fact: fact.into(),
                as_of: confirmed.get(fact).map_or(as_of, |&at| at.max(as_of)),
                why,
            });
        stale.collect()
    }
}

/// Whether two groups of a name are one: a group created again under that name has another id.
fn is_same_group(now: &Group, last: &Group) -> bool {
    let are_other_ids = matches!((&now.id, &last.id), (Some(now), Some(last)) if now != last);
    now.name == last.name && !are_other_ids
}

/// Only some sources have the date of the last change of a password.
fn console(now: &ConsoleAccess, last: &ConsoleAccess) -> Merged<ConsoleAccess> {
    match now.enabled == last.enabled && now.password_last_changed.is_none() {
        true => Merged::Last,
        false => Merged::Now,
    }
}
