//! Roles, managed policies and policy documents, as the details have them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::groups::{attached, fact_of};
use super::wire;
use crate::model::{
    AccountPolicies, AttachedPolicy, DocumentId, EntityKind, Fact, Group, InlinePolicy,
    ManagedPolicy, PolicyDocument, PolicyVersion, Provenance, Role, ServiceControlLevels,
    ServiceControlPolicy, Tag,
};

/// What the details say of policies; of what comes twice the later is used.
#[derive(Default)]
pub(super) struct PolicyTables {
    /// By ARN; none if no page has a list of roles.
    roles: Option<BTreeMap<String, wire::RoleDetail>>,
    /// By ARN.
    managed: BTreeMap<String, ManagedPolicy>,
    /// By account, and by UserId or GroupName.
    inline: BTreeMap<(String, EntityKind, String), Vec<InlinePolicy>>,
    documents: BTreeMap<DocumentId, Arc<PolicyDocument>>,
    /// By account.
    service_control: BTreeMap<String, ServiceControlLevels>,
}

impl PolicyTables {
    pub(super) fn add_roles(&mut self, roles: Vec<wire::RoleDetail>) {
        let of_all = self.roles.get_or_insert_default();
        of_all.extend(roles.into_iter().map(|role| (role.arn.to_string(), role)));
    }

    pub(super) fn add_policies(&mut self, policies: Vec<wire::PolicyDetail>) {
        for policy in policies {
            let versions = policy.policy_version_list.into_iter().map(|version| {
                let default = policy.default_version_id.as_ref();
                PolicyVersion {
                    is_default: default
                        .map_or(version.is_default_version, |id| *id == version.version_id),
                    id: version.version_id,
                    document: self.keep(version.document),
                }
            });
            let managed = ManagedPolicy {
                name: policy.policy_name,
                arn: policy.arn.clone(),
                versions: versions.collect(),
            };
            self.managed.insert(policy.arn, managed);
        }
    }

    /// Adds the policies that bind an account.
    pub(super) fn add_service_control(&mut self, page: wire::ServiceControlPage) {
        let levels = page.levels.into_iter().map(|level| {
            let policies = level.policies.into_iter();
            let policies = policies.map(|policy| ServiceControlPolicy {
                name: policy.name,
                document: Arc::new(PolicyDocument::new(policy.content.0)),
            });
            policies.collect()
        });
        let levels = levels.collect();
        self.service_control.insert(page.account_id, levels);
    }

    /// Adds the inline policies of a user or group of an account.
    pub(super) fn add_inline(
        &mut self,
        (account, kind, id): (&str, EntityKind, &str),
        policies: &[wire::InlinePolicy],
    ) {
        let policies = policies.iter().cloned().map(|policy| self.inline(policy));
        let policies = policies.collect();
        self.inline
            .insert((account.to_owned(), kind, id.to_owned()), policies);
    }

    /// What the account `id` in `partition` has.
    pub(super) fn of_account(
        &mut self,
        id: &str,
        partition: &str,
        groups: BTreeMap<String, Arc<Group>>,
        source: &Provenance,
    ) -> AccountPolicies {
        let roles = self.roles.as_mut().map(|roles| {
            let of_account = roles.extract_if(.., |_, role| role.arn.account_id() == id);
            of_account.map(|(_, role)| role).collect::<Vec<_>>()
        });
        let roles = roles.map(|roles| {
            let roles = roles.into_iter().map(|role| self.role(role, source));
            roles
                .map(|role| (role.id.clone(), Arc::new(role)))
                .collect()
        });
        let aws = format!("arn:{partition}:iam::aws:");
        let own = format!("arn:{partition}:iam::{id}:");
        let managed = self.managed.iter();
        let managed = managed.filter(|(arn, _)| arn.starts_with(&aws) || arn.starts_with(&own));
        let inline = self
            .inline
            .iter()
            .filter(|((account, ..), _)| account == id);
        AccountPolicies {
            groups,
            roles: fact_of(roles, source),
            managed_policies: managed
                .map(|(arn, policy)| (arn.clone(), policy.clone()))
                .collect(),
            inline_policies: inline
                .map(|((_, kind, id), policies)| ((*kind, id.clone()), policies.clone()))
                .collect(),
            service_control_policies: self.service_control.get(id).cloned(),
            documents: self.documents.clone(),
        }
    }

    fn role(&mut self, role: wire::RoleDetail, source: &Provenance) -> Role {
        let boundary = role.permissions_boundary;
        let inline = role.role_policy_list.into_iter();
        let profiles = role.instance_profile_list.map(|profiles| {
            let names = profiles
                .into_iter()
                .map(|profile| profile.instance_profile_name);
            names.collect()
        });
        let attached: Fact<Vec<AttachedPolicy>> = attached(role.attached_managed_policies, source);
        Role {
            name: role.role_name,
            arn: role.arn,
            id: role.role_id,
            path: role.path,
            trust_policy: fact_of(self.keep(role.assume_role_policy_document), source),
            attached_policies: attached,
            inline_policies: Fact::known(inline.map(|it| self.inline(it)).collect(), source),
            instance_profiles: fact_of(profiles, source),
            tags: Fact::known(role.tags.into_iter().map(Tag::from).collect(), source),
            permissions_boundary: Fact::known(
                boundary.map(|boundary| boundary.permissions_boundary_arn),
                source,
            ),
        }
    }

    fn inline(&mut self, policy: wire::InlinePolicy) -> InlinePolicy {
        InlinePolicy {
            name: policy.policy_name,
            document: self.keep(policy.policy_document),
        }
    }

    fn keep(&mut self, text: Option<wire::DocumentText>) -> Option<DocumentId> {
        let document = PolicyDocument::new(text?.0);
        let id = document.id;
        self.documents
            .entry(id)
            .or_insert_with(|| Arc::new(document));
        Some(id)
    }
}
