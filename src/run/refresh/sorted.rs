//! Hints about one account, by what is to be done.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::Affected;

/// Hints, sorted.
#[derive(Default)]
pub(super) struct Sorted {
    /// Names, each with whether it is about policies.
    pub(super) users: BTreeMap<String, bool>,
    pub(super) deleted: BTreeSet<String>,
    pub(super) groups: BTreeSet<String>,
    pub(super) is_everybody: bool,
}

impl Sorted {
    pub(super) fn of(hints: &BTreeSet<Affected>) -> Self {
        let mut sorted = Self::default();
        for hint in hints {
            match hint {
                Affected::User {
                    name,
                    is_of_policies,
                } => *sorted.users.entry(name.clone()).or_default() |= is_of_policies,
                Affected::Deleted(name) => {
                    sorted.deleted.insert(name.clone());
                }
                Affected::Members(group) => {
                    sorted.groups.insert(group.clone());
                }
                Affected::Everybody => sorted.is_everybody = true,
            }
        }
        sorted
    }
}
