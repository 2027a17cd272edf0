//! The groups of the account, by the name that users' details refer to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_sdk_iam::types;

use super::super::listing::attached_policies;
use super::{ACTION, required};
use crate::aws::AwsError;
use crate::model::{Fact, Group, Provenance};

/// Groups by name.
#[derive(Debug)]
pub(super) struct Groups {
    by_name: HashMap<String, Arc<Group>>,
    /// Why the groups could not be listed, if so.
    failure: Option<AwsError>,
}

impl Groups {
    pub(super) fn of(groups: Vec<Group>) -> Self {
        let groups = groups.into_iter();
        let by_name = groups.map(|group| (group.name.clone(), Arc::new(group)));
        Self {
            by_name: by_name.collect(),
            failure: None,
        }
    }

    /// Groups that could not be listed: users name them, and nobody knows their policies.
    pub(super) fn failed(error: AwsError) -> Self {
        Self {
            by_name: HashMap::new(),
            failure: Some(error),
        }
    }

    /// Those that were listed, by name.
    pub(super) fn listed(self) -> BTreeMap<String, Arc<Group>> {
        self.by_name.into_iter().collect()
    }

    /// The group `name`; one that was made after the groups were listed is known by name alone.
    pub(super) fn named(&self, name: &str) -> Arc<Group> {
        let newer = || {
            Arc::new(Group {
                name: name.to_owned(),
                arn: None,
                id: None,
                attached_policies: self.unlisted(),
                inline_policies: self.unlisted(),
            })
        };
        self.by_name.get(name).map_or_else(newer, Arc::clone)
    }

    /// Why nothing is known of a group that was not listed.
    fn unlisted<T>(&self) -> Fact<T> {
        match &self.failure {
            Some(error) => error.as_unknown(),
            None => Fact::not_collected("created during the pass"),
        }
    }
}

/// Reads a group.
pub(in crate::collect) fn group(
    detail: &types::GroupDetail,
    provenance: &Provenance,
) -> Result<Group, AwsError> {
    let attached = attached_policies(ACTION, detail.attached_managed_policies())?;
    let inline = policy_names(detail.group_policy_list())?;
    Ok(Group {
        name: required(detail.group_name(), "a group's name")?,
        arn: Some(required(detail.arn(), "a group's ARN")?),
        id: detail.group_id().map(str::to_owned),
        attached_policies: Fact::known(attached, provenance),
        inline_policies: Fact::known(inline, provenance),
    })
}

/// The names of inline policies.
pub(super) fn policy_names(policies: &[types::PolicyDetail]) -> Result<Vec<String>, AwsError> {
    let names = policies.iter();
    names
        .map(|policy| required(policy.policy_name(), "an inline policy's name"))
        .collect()
}
