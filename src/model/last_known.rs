//! What was last known, for the facts that are unknown now: the baseline that changes are told
//! from.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;

use super::{AccessKey, Fact, Group, Mfa, Provenance, User};

/// The source of a fact that was kept from an earlier pass.
const LAST_KNOWN: &str = "last known";

/// A fact is kept as its value; where it came from and why it is unknown are of one pass alone.
impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let source = Provenance {
            source: LAST_KNOWN.into(),
            as_of: OffsetDateTime::UNIX_EPOCH,
        };
        Ok(match Option::deserialize(deserializer)? {
            Some(value) => Self::known(value, &source),
            None => Self::not_collected("never known"),
        })
    }
}

impl User {
    /// This user, with the last known value of every fact that is unknown now. Of another user
    /// of the same name, nothing is taken.
    #[must_use]
    pub fn or_last_known(&self, last: &Self) -> Self {
        if last.id != self.id {
            return self.clone();
        }
        Self {
            password_last_used: either(&self.password_last_used, &last.password_last_used),
            tags: either(&self.tags, &last.tags),
            groups: groups(&self.groups, &last.groups),
            attached_policies: either(&self.attached_policies, &last.attached_policies),
            inline_policies: either(&self.inline_policies, &last.inline_policies),
            permissions_boundary: either(&self.permissions_boundary, &last.permissions_boundary),
            mfa: preferred(&self.mfa, &last.mfa, says_no_more_than),
            console: either(&self.console, &last.console),
            access_keys: preferred(&self.access_keys, &last.access_keys, |now, last| {
                are_same_without_ids(now, last)
            }),
            ..self.clone()
        }
    }
}

fn either<T: Clone>(now: &Fact<T>, last: &Fact<T>) -> Fact<T> {
    preferred(now, last, |_, _| false)
}

/// The fact of now, unless it is unknown or `adds_nothing` to the last one.
fn preferred<T: Clone>(
    now: &Fact<T>,
    last: &Fact<T>,
    adds_nothing: impl Fn(&T, &T) -> bool,
) -> Fact<T> {
    match (now.value(), last.value()) {
        (None, Some(_)) => last.clone(),
        (Some(value), Some(before)) if adds_nothing(value, before) => last.clone(),
        _ => now.clone(),
    }
}

/// Whether `now`, from another source, tells the same of the user's MFA as `last` or less.
fn says_no_more_than(now: &Mfa, last: &Mfa) -> bool {
    match (now, last) {
        (Mfa::Active(active), last) => *active == last.is_active(),
        (Mfa::AtLeast(some), Mfa::Devices(all) | Mfa::AtLeast(all)) => {
            some.iter().all(|device| all.contains(device))
        }
        _ => false,
    }
}

/// Whether `now` are the keys of `last`, told by a source that knows no ids.
fn are_same_without_ids(now: &[AccessKey], last: &[AccessKey]) -> bool {
    let told = |keys: &[AccessKey]| {
        let mut told: Vec<_> = keys
            .iter()
            .map(|key| {
                (
                    key.active,
                    key.rotated_at.map(OffsetDateTime::unix_timestamp),
                )
            })
            .collect();
        told.sort_unstable();
        told
    };
    now.iter().all(|key| key.id.is_none()) && told(now) == told(last)
}

/// The groups of now; what is unknown of one, as it was last known of the group of that name.
fn groups(now: &Fact<Vec<Arc<Group>>>, last: &Fact<Vec<Arc<Group>>>) -> Fact<Vec<Arc<Group>>> {
    let (
        Fact::Known {
            value: now_in,
            source,
        },
        Some(last_in),
    ) = (now, last.value())
    else {
        return either(now, last);
    };
    let known = now_in.iter().map(|group| {
        let before = last_in.iter().find(|before| before.name == group.name);
        before.map_or_else(
            || Arc::clone(group),
            |before| with_last_known(group, before),
        )
    });
    Fact::known(known.collect(), source)
}

fn with_last_known(now: &Arc<Group>, last: &Group) -> Arc<Group> {
    if now.attached_policies.value().is_some() && now.inline_policies.value().is_some() {
        return Arc::clone(now);
    }
    Arc::new(Group {
        name: now.name.clone(),
        arn: now.arn.clone().or_else(|| last.arn.clone()),
        id: now.id.clone().or_else(|| last.id.clone()),
        attached_policies: either(&now.attached_policies, &last.attached_policies),
        inline_policies: either(&now.inline_policies, &last.inline_policies),
    })
}
