//! What is to be done to each user, why, and what is held back. Pure: time is an argument.

mod extra;
mod keys;
mod limits;
mod ours;
mod wanted;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timeline;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{DesiredState, PlannedAction, Subject, UserAction};
use crate::config::LifecycleSettings;
use crate::model::{Account, Arn, Fact, User};

pub(super) use ours::{Owner, owner};

/// What AWS has.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The account.
    pub account: Account,
    /// Who plans: the user or the role's session.
    pub caller: Arn,
    /// Its users; those of ours with their keys' ids.
    pub users: Vec<Arc<User>>,
    /// Of users of ours with access keys, by UserId: AccessKeyId of the key whose secret their
    /// parameter holds, `None` where none does.
    pub stored_keys: BTreeMap<String, Fact<Option<String>>>,
    /// Why they may not be all, if so.
    pub why_incomplete: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is done, user by user, each in this order.
    pub actions: Vec<PlannedAction>,
    /// What is not done, and which guard holds it.
    pub held: Vec<Held>,
    /// Why nothing is to be done, if so: more would be taken away than the limits let through.
    pub refusals: Vec<Refusal>,
}

/// More would be taken away than one run may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// What would be.
    pub of: Taken,
    /// How much, how much may be, and what a person can do.
    pub why: String,
}

/// What a run takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// Users.
    Users,
    /// Groups and policies of users that stay.
    Rights,
}

/// What is held back from one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The user.
    pub user: Subject,
    /// What is not done.
    pub what: String,
    /// Why, and what a person can do.
    pub why: String,
}

/// What every decision goes by.
struct Rules<'a> {
    settings: &'a LifecycleSettings,
    /// AccessKeyIds of old keys that go although they are used: a person named them.
    forced: &'a BTreeSet<String>,
    now: OffsetDateTime,
}

/// Plans what brings `observed` to `desired`, as far as the guards let it. The keys `forced` do not
/// wait until nobody uses them.
pub fn plan(
    desired: &DesiredState,
    observed: &Observed,
    settings: &LifecycleSettings,
    forced: &BTreeSet<String>,
    now: OffsetDateTime,
) -> Plan {
    let rules = Rules {
        settings,
        forced,
        now,
    };
    let mut plan = Plan::default();
    let by_name: BTreeMap<String, &Arc<User>> = observed
        .users
        .iter()
        .map(|user| (user.name.to_ascii_lowercase(), user))
        .collect();
    for (name, user) in &desired.users {
        wanted::user(
            &rules,
            user,
            by_name.get(name).copied(),
            observed,
            &mut plan,
        );
    }
    let mut ours = BTreeSet::new();
    let mut removals = Vec::new();
    for (name, user) in &by_name {
        if owner(user, settings) == Owner::Us {
            ours.insert(user.id.as_str());
        }
        if !desired.users.contains_key(name) {
            removals.extend(extra::user(&rules, user, desired, observed, &mut plan));
        }
    }
    let caller = observed.users.iter().find(|it| it.arn == observed.caller);
    let caller = caller.map(|it| it.id.as_str());
    limits::hold_losses(caller, ours.len(), &mut plan);
    limits::apply(removals, ours.len(), &mut plan);
    plan
}

impl Plan {
    fn act(&mut self, user: Subject, action: UserAction, reason: impl Into<String>) {
        self.actions.push(PlannedAction {
            user,
            action,
            reason: reason.into(),
        });
    }

    fn hold(&mut self, user: Subject, what: &str, why: impl Into<String>) {
        self.held.push(Held {
            user,
            what: what.to_owned(),
            why: why.into(),
        });
    }
}

impl Subject {
    /// Who `user` is.
    pub fn of(user: &User) -> Self {
        Self {
            name: user.name.clone(),
            id: Some(user.id.clone()),
        }
    }
}
