//! From a snapshot to principals and what applies to them.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::documents::Documents;
use super::policies::{attached, boundary, inline, named, unread, versioned};
use super::{IamAccount, IamGroup, IamRole, IamUser, VersionedPolicy, is_customer_managed};
use crate::analyze::decision::{AppliedPolicy, Holder, PolicySource, Principal, PrincipalKind};
use crate::model::{EntityKind, Group, Mfa, Role, ServiceControlPolicy, Snapshot, User};

impl IamAccount {
    /// Parses the documents of `snapshot`; conditions on time are decided as of `now`.
    pub fn compile(snapshot: &Snapshot, now: OffsetDateTime) -> Self {
        let mut documents = Documents::new(snapshot);
        let policies = versioned(&snapshot.managed_policies, &mut documents);
        let groups = snapshot.groups.values();
        let groups: Vec<IamGroup> = groups
            .map(|it| group(it, snapshot, &policies, &mut documents))
            .collect();
        let positions: BTreeMap<&str, usize> = snapshot
            .groups
            .values()
            .enumerate()
            .map(|(index, group)| (group.name.as_str(), index))
            .collect();
        let users = snapshot.users.values().filter(|user| !user.is_root());
        let users = users
            .map(|it| user(it, snapshot, &groups, &positions, &policies, &mut documents))
            .collect();
        let roles = snapshot
            .roles
            .value()
            .into_iter()
            .flat_map(BTreeMap::values);
        let roles = roles
            .map(|it| role(it, &policies, &mut documents))
            .collect();
        let levels = snapshot.service_control_policies.as_ref();
        let levels = levels.map(|levels| {
            let levels = levels.iter().map(|level| scps(level, &mut documents));
            levels.collect()
        });
        Self {
            account: snapshot.account.clone(),
            now,
            users,
            roles,
            has_roles: snapshot.roles.value().is_some(),
            groups,
            granting_policies: granting(&policies),
            policies,
            service_control_policies: levels,
        }
    }
}

type Managed = BTreeMap<String, VersionedPolicy>;

fn granting(policies: &Managed) -> Vec<String> {
    let own = policies.iter().filter(|(arn, policy)| {
        let document = policy.default.as_ref();
        is_customer_managed(arn)
            && document.is_some_and(|document| document.grants_itself_everything())
    });
    own.map(|(arn, _)| arn.clone()).collect()
}

fn scps(level: &[ServiceControlPolicy], documents: &mut Documents<'_>) -> Vec<AppliedPolicy> {
    let applied = level.iter().map(|policy| AppliedPolicy {
        source: PolicySource::ServiceControl {
            name: policy.name.clone(),
        },
        document: documents.of_text(&policy.document),
    });
    applied.collect()
}

fn group(
    group: &Group,
    snapshot: &Snapshot,
    managed: &Managed,
    documents: &mut Documents<'_>,
) -> IamGroup {
    let holder = Holder::Group(group.name.clone());
    let key = (EntityKind::Group, group.name.clone());
    let mut policies = attached(&holder, &group.attached_policies, managed);
    let with_documents = snapshot.inline_policies.get(&key);
    policies.extend(named(
        &holder,
        &group.inline_policies,
        with_documents,
        documents,
    ));
    IamGroup {
        name: group.name.clone(),
        arn: group.arn.clone().unwrap_or_default(),
        policies,
    }
}

fn user(
    user: &User,
    snapshot: &Snapshot,
    groups: &[IamGroup],
    positions: &BTreeMap<&str, usize>,
    managed: &Managed,
    documents: &mut Documents<'_>,
) -> IamUser {
    let holder = Holder::User(user.name.clone());
    let key = (EntityKind::User, user.id.clone());
    let mut policies = attached(&holder, &user.attached_policies, managed);
    let with_documents = snapshot.inline_policies.get(&key);
    policies.extend(named(
        &holder,
        &user.inline_policies,
        with_documents,
        documents,
    ));
    let mut member_of = Vec::new();
    match user.groups.value() {
        None => policies.push(unread(&format!("groups of {}", holder.label()))),
        Some(of_user) => {
            for group in of_user {
                match positions.get(group.name.as_str()) {
                    Some(&index) => member_of.push(index),
                    None => policies.push(unread(&format!("policies of group/{}", group.name))),
                }
            }
        }
    }
    member_of.sort_unstable();
    member_of.dedup();
    for group in member_of.iter().filter_map(|&index| groups.get(index)) {
        policies.extend(group.policies.iter().cloned());
    }
    let keys = user.access_keys.value();
    IamUser {
        principal: Principal {
            kind: PrincipalKind::User,
            arn: user.arn.clone(),
            name: user.name.clone(),
            id: user.id.clone(),
            tags: user.tags.value().cloned(),
            policies,
            boundary: boundary(&user.permissions_boundary, managed),
        },
        groups: member_of,
        may_have_access_key: keys.is_none_or(|keys| keys.iter().any(|key| key.active)),
        has_password: user.console.value().map(|console| console.enabled),
        access_keys: keys.map(Vec::len),
        has_mfa: user.mfa.value().map(Mfa::is_active),
    }
}

fn role(role: &Role, managed: &Managed, documents: &mut Documents<'_>) -> IamRole {
    let holder = Holder::Role(role.name.clone());
    let mut policies = attached(&holder, &role.attached_policies, managed);
    match role.inline_policies.value() {
        None => policies.push(unread(&format!("inline policies of {}", holder.label()))),
        Some(own) => policies.extend(own.iter().map(|policy| {
            inline(
                &holder,
                &policy.name,
                documents.identity(policy.document.as_ref()),
            )
        })),
    }
    let profiles = role.instance_profiles.value();
    IamRole {
        principal: Principal {
            kind: PrincipalKind::Role,
            arn: role.arn.clone(),
            name: role.name.clone(),
            id: role.id.clone(),
            tags: role.tags.value().cloned(),
            policies,
            boundary: boundary(&role.permissions_boundary, managed),
        },
        path: role.path.clone(),
        trust: documents.trust(role.trust_policy.value()),
        in_instance_profile: profiles.map(|profiles| !profiles.is_empty()),
    }
}
