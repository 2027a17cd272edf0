//! Groups, built once and shared by their members.

use std::collections::HashMap;
use std::sync::Arc;

use super::kind;
use super::wire::{GroupDetail, InlinePolicy, PolicyRef};
use crate::model::{AttachedPolicy, Fact, Group, Provenance};

/// The groups by account id and name.
pub(super) struct Groups {
    shared: HashMap<(String, String), Arc<Group>>,
}

impl Groups {
    pub(super) fn new(
        details: HashMap<(String, String), GroupDetail>,
        source: &Provenance,
    ) -> Self {
        let share = |(key, detail)| (key, Arc::new(group(detail, source)));
        Self {
            shared: details.into_iter().map(share).collect(),
        }
    }

    /// The groups of an account that have details.
    pub(super) fn of_account<'a>(
        &'a self,
        account_id: &'a str,
    ) -> impl Iterator<Item = (&'a String, &'a Arc<Group>)> {
        let all = self.shared.iter();
        all.filter(move |((account, _), group)| account == account_id && group.id.is_some())
            .map(|((_, name), group)| (name, group))
    }

    /// The group `name` of an account; of a group without details only the name is known.
    pub(super) fn named(&mut self, account_id: &str, name: String) -> Arc<Group> {
        let key = (account_id.to_owned(), name.clone());
        let shared = self.shared.entry(key);
        Arc::clone(shared.or_insert_with(|| Arc::new(without_details(name))))
    }
}

/// A fact that `source` has, or would have if it were all there.
pub(super) fn fact_of<T>(value: Option<T>, source: &Provenance) -> Fact<T> {
    match value {
        Some(value) => Fact::known(value, source),
        None => Fact::not_in_input(source.source.clone()),
    }
}

/// Managed policies; unknown where the list was cut out.
pub(super) fn attached(
    list: Option<Vec<PolicyRef>>,
    source: &Provenance,
) -> Fact<Vec<AttachedPolicy>> {
    let list = list.map(|list| list.into_iter().map(AttachedPolicy::from).collect());
    fact_of(list, source)
}

/// The names of inline policies.
pub(super) fn names(list: Vec<InlinePolicy>) -> Vec<String> {
    list.into_iter().map(|policy| policy.policy_name).collect()
}

fn group(detail: GroupDetail, source: &Provenance) -> Group {
    Group {
        name: detail.group_name,
        arn: Some(detail.arn.to_string()),
        id: Some(detail.group_id),
        attached_policies: attached(detail.attached_managed_policies, source),
        inline_policies: fact_of(detail.group_policy_list.map(names), source),
    }
}

fn without_details(name: String) -> Group {
    let missing = format!("{} with its GroupDetailList", kind::DETAILS);
    Group {
        name,
        arn: None,
        id: None,
        attached_policies: Fact::not_in_input(missing.clone()),
        inline_policies: Fact::not_in_input(missing),
    }
}
