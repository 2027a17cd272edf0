//! What the details have of roles, policies and their documents, each text once.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_iam::types;

use super::super::listing::attached_policies;
use super::{ACTION, required};
use crate::aws::AwsError;
use crate::model::{
    AccountPolicies, Arn, DocumentId, EntityKind, Fact, Group, InlinePolicy, ManagedPolicy,
    PolicyDocument, PolicyVersion, Provenance, Role, ServiceControlLevels, Tag,
};

/// Policies as the pages bring them.
#[derive(Debug, Default)]
pub(super) struct PolicyShelf {
    inline: BTreeMap<(EntityKind, String), Vec<InlinePolicy>>,
    roles: BTreeMap<String, Arc<Role>>,
    managed: BTreeMap<String, ManagedPolicy>,
    documents: BTreeMap<DocumentId, Arc<PolicyDocument>>,
    /// Why the inline policies of somebody make no sense, if so.
    malformed: Option<AwsError>,
}

impl PolicyShelf {
    /// Keeps the inline policies of a user, by UserId, or of a group, by GroupName.
    pub(super) fn add_inline(
        &mut self,
        kind: EntityKind,
        id: &str,
        policies: &[types::PolicyDetail],
    ) {
        match self.inline(policies) {
            Ok(policies) => drop(self.inline.insert((kind, id.to_owned()), policies)),
            Err(error) => self.malformed = Some(error),
        }
    }

    pub(super) fn add_role(
        &mut self,
        detail: &types::RoleDetail,
        provenance: &Provenance,
    ) -> Result<(), AwsError> {
        let arn = required(detail.arn(), "a role's ARN")?;
        let arn =
            Arn::parse(arn).map_err(|error| AwsError::malformed(ACTION, error.to_string()))?;
        let attached = attached_policies(ACTION, detail.attached_managed_policies())?;
        let inline = self.inline(detail.role_policy_list())?;
        let trust = detail.assume_role_policy_document();
        let trust = trust.map(|text| self.keep(text));
        let profiles = detail.instance_profile_list().iter();
        let profiles = profiles.map(|profile| profile.instance_profile_name().to_owned());
        let tags = detail.tags().iter().map(|tag| Tag {
            key: tag.key().into(),
            value: tag.value().into(),
        });
        let boundary = detail.permissions_boundary();
        let boundary = boundary.and_then(|it| it.permissions_boundary_arn());
        let role = Role {
            name: required(detail.role_name(), "a role's name")?,
            arn,
            id: required(detail.role_id(), "a role's id")?,
            path: detail.path().unwrap_or("/").to_owned(),
            trust_policy: match trust {
                Some(document) => Fact::known(document, provenance),
                None => Fact::not_collected("a role without a trust policy"),
            },
            attached_policies: Fact::known(attached, provenance),
            inline_policies: Fact::known(inline, provenance),
            instance_profiles: Fact::known(profiles.collect(), provenance),
            tags: Fact::known(tags.collect(), provenance),
            permissions_boundary: Fact::known(boundary.map(str::to_owned), provenance),
        };
        self.roles.insert(role.id.clone(), Arc::new(role));
        Ok(())
    }

    /// Keeps a managed policy. Of AWS's own, of which each account is sent more than a thousand with
    /// all their versions, those that are in use count, and nobody can bring back an older version.
    pub(super) fn add_managed(
        &mut self,
        detail: &types::ManagedPolicyDetail,
    ) -> Result<(), AwsError> {
        let arn = required(detail.arn(), "a policy's ARN")?;
        let is_of_aws = arn.split(':').nth(4) == Some("aws");
        let uses = [
            detail.attachment_count(),
            detail.permissions_boundary_usage_count(),
        ];
        if is_of_aws && uses.iter().all(|count| *count == Some(0)) {
            return Ok(());
        }
        let default = detail.default_version_id();
        let is_default = |version: &types::PolicyVersion| match default {
            Some(id) => version.version_id() == Some(id),
            None => version.is_default_version(),
        };
        let versions = detail.policy_version_list().iter();
        let versions = versions.filter(|version| !is_of_aws || is_default(version));
        let versions = versions.map(|version| {
            Ok(PolicyVersion {
                is_default: is_default(version),
                id: required(version.version_id(), "a policy version's id")?,
                document: version.document().map(|text| self.keep(text)),
            })
        });
        let versions: Result<Vec<_>, AwsError> = versions.collect();
        // Its ARN ends with its name.
        let name = arn.rsplit('/').next().unwrap_or(&arn);
        let policy = ManagedPolicy {
            name: detail.policy_name().unwrap_or(name).to_owned(),
            versions: versions?,
            arn,
        };
        self.managed.insert(policy.arn.clone(), policy);
        Ok(())
    }

    /// All of it, with `groups` and the policies that bind the account.
    pub(super) fn finish(
        self,
        groups: BTreeMap<String, Arc<Group>>,
        service_control_policies: Option<ServiceControlLevels>,
        provenance: &Provenance,
    ) -> Result<AccountPolicies, AwsError> {
        match self.malformed {
            Some(error) => Err(error),
            None => Ok(AccountPolicies {
                groups,
                roles: Fact::known(self.roles, provenance),
                managed_policies: self.managed,
                inline_policies: self.inline,
                service_control_policies,
                documents: self.documents,
            }),
        }
    }

    fn inline(&mut self, policies: &[types::PolicyDetail]) -> Result<Vec<InlinePolicy>, AwsError> {
        let policies = policies.iter().map(|policy| {
            Ok(InlinePolicy {
                name: required(policy.policy_name(), "an inline policy's name")?,
                document: policy.policy_document().map(|text| self.keep(text)),
            })
        });
        policies.collect()
    }

    fn keep(&mut self, text: &str) -> DocumentId {
        let id = DocumentId::of(text);
        let document = self.documents.entry(id);
        document.or_insert_with(|| Arc::new(PolicyDocument::new(text)));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(arn: &str, attached: i32, versions: &[(&str, &str)]) -> types::ManagedPolicyDetail {
        let detail = types::ManagedPolicyDetail::builder()
            .arn(arn)
            .attachment_count(attached)
            .permissions_boundary_usage_count(0)
            .default_version_id("v2");
        let versions = versions.iter().map(|(id, text)| {
            let version = types::PolicyVersion::builder().version_id(*id);
            version.document(*text).build()
        });
        detail
            .set_policy_version_list(Some(versions.collect()))
            .build()
    }

    fn kept(policies: &[types::ManagedPolicyDetail]) -> (Vec<(String, usize)>, usize) {
        let mut shelf = PolicyShelf::default();
        for policy in policies {
            shelf.add_managed(policy).unwrap();
        }
        let managed = shelf.managed.into_values();
        let managed = managed.map(|policy| (policy.name, policy.versions.len()));
        (managed.collect(), shelf.documents.len())
    }

    #[test]
    fn of_policies_of_aws_those_in_use_are_kept_and_their_present_version() {
        let versions = [("v1", "{\"old\":1}"), ("v2", "{}")];
        let policies = [
            policy("arn:aws:iam::aws:policy/Used", 1, &versions),
            policy("arn:aws:iam::aws:policy/Unused", 0, &versions),
        ];
        assert_eq!(kept(&policies), (vec![("Used".to_owned(), 1)], 1));
    }

    #[test]
    fn of_own_policies_all_versions_are_kept_and_each_text_once() {
        let versions = [("v1", "{}"), ("v2", "{}"), ("v3", "{\"new\":1}")];
        let own = policy("arn:aws:iam::111122223333:policy/own", 0, &versions);
        assert_eq!(kept(&[own]), (vec![("own".to_owned(), 3)], 2));
    }
}
