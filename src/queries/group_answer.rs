//! A group that a question found.

use std::sync::Arc;

use crate::model::{Account, GroupEntry, Unknown};

/// A group that a question found.
#[derive(Debug, Clone)]
pub struct FoundGroup {
    /// The account, as events name it.
    pub account: Arc<Account>,
    /// The group with its members.
    pub entry: GroupEntry,
}

impl FoundGroup {
    /// The facts that are unknown, by name.
    pub fn unknown_facts(&self) -> Vec<(&'static str, &Unknown)> {
        let group = &self.entry.group;
        let facts = [
            ("attached_policies", group.attached_policies.why_unknown()),
            ("created_at", self.entry.created_at.why_unknown()),
            ("inline_policies", group.inline_policies.why_unknown()),
            ("members", self.entry.members.why_unknown()),
        ];
        let facts = facts.into_iter();
        facts.filter_map(|(fact, why)| Some((fact, why?))).collect()
    }

    /// Those of them that were asked for and could not be read.
    pub fn shortfalls(&self) -> impl Iterator<Item = (&'static str, &Unknown)> {
        let facts = self.unknown_facts().into_iter();
        facts.filter(|(_, why)| why.reason.is_shortfall())
    }
}
