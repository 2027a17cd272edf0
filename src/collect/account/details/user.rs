//! The details of one user.

use std::sync::Arc;

use aws_sdk_iam::types;

use super::super::listing::{
    AccountScope, IdentityParts, RefusedUser, UserIdentity, attached_policies,
};
use super::ACTION;
use super::groups::{Groups, policy_names};
use crate::aws::AwsError;
use crate::model::{AttachedPolicy, Group, Provenance, Tag};

/// A user as a page holds it: its groups by name only.
#[derive(Debug)]
pub(super) struct UserDetail {
    group_names: Vec<String>,
    details: UserDetails,
}

/// Who a user is, and its details.
#[derive(Debug)]
pub(in crate::collect) struct UserDetails {
    pub(in crate::collect) identity: UserIdentity,
    /// An error where they make no sense.
    pub(in crate::collect) facts: Result<DetailFacts, AwsError>,
    /// When it was answered.
    pub(in crate::collect) provenance: Provenance,
}

/// What the details have of a user.
#[derive(Debug)]
pub(in crate::collect) struct DetailFacts {
    pub(in crate::collect) tags: Vec<Tag>,
    pub(in crate::collect) groups: Vec<Arc<Group>>,
    pub(in crate::collect) attached_policies: Vec<AttachedPolicy>,
    pub(in crate::collect) inline_policies: Vec<String>,
    pub(in crate::collect) permissions_boundary: Option<String>,
}

impl UserDetail {
    /// Reads the details of one user.
    pub(super) fn read(
        detail: &types::UserDetail,
        scope: &AccountScope,
        provenance: &Provenance,
    ) -> Result<Self, RefusedUser> {
        let details = UserDetails {
            identity: identity(detail, scope)?,
            facts: facts(detail),
            provenance: provenance.clone(),
        };
        Ok(Self {
            group_names: detail.group_list().to_vec(),
            details,
        })
    }

    pub(super) fn with_groups(self, groups: &Groups) -> UserDetails {
        let mut details = self.details;
        if let Ok(facts) = &mut details.facts {
            let names = self.group_names.iter();
            facts.groups = names.map(|name| groups.named(name)).collect();
        }
        details
    }
}

/// Who the details are about.
pub(in crate::collect) fn identity(
    detail: &types::UserDetail,
    scope: &AccountScope,
) -> Result<UserIdentity, RefusedUser> {
    let parts = IdentityParts {
        name: detail.user_name().unwrap_or_default(),
        arn: detail.arn().unwrap_or_default(),
        id: detail.user_id().unwrap_or_default(),
        path: detail.path().unwrap_or("/"),
        created_at: detail.create_date(),
    };
    scope.user(ACTION, parts)
}

/// Everything but the groups.
fn facts(detail: &types::UserDetail) -> Result<DetailFacts, AwsError> {
    let tags = detail.tags().iter().map(|tag| Tag {
        key: tag.key().into(),
        value: tag.value().into(),
    });
    let boundary = detail.permissions_boundary();
    Ok(DetailFacts {
        tags: tags.collect(),
        groups: Vec::new(),
        attached_policies: attached_policies(ACTION, detail.attached_managed_policies())?,
        inline_policies: policy_names(detail.user_policy_list())?,
        permissions_boundary: boundary
            .and_then(|boundary| boundary.permissions_boundary_arn().map(str::to_owned)),
    })
}
