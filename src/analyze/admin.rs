//! The documented administrator rule: names of the policies attached to the user's groups.

use crate::model::{AttachedPolicy, Group, User};

/// Which policy names make an administrator: case-insensitive substrings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRule {
    needles: Vec<String>,
}

/// Whether a user is an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminVerdict {
    /// Yes; at least one proof.
    Admin(Vec<AdminProof>),
    /// No: every policy of every group is known, and none matches.
    NotAdmin,
    /// No match so far, but a group or its policies could not be read.
    Unknown,
}

/// What makes a user an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminProof {
    /// It is the account's root user.
    RootUser,
    /// A policy of one of its groups.
    GroupPolicy {
        /// GroupName.
        group: String,
        /// The matching policy.
        policy: AttachedPolicy,
    },
}

impl AdminRule {
    /// The substrings of the documented rule.
    pub const DOCUMENTED: [&str; 3] = ["admin", "administrator", "poweruser"];

    /// A rule from substrings; empty ones would match every policy and are left out.
    pub fn new<I: IntoIterator<Item = S>, S: AsRef<str>>(needles: I) -> Self {
        let needles = needles
            .into_iter()
            .map(|needle| needle.as_ref().trim().to_lowercase())
            .filter(|needle| !needle.is_empty())
            .collect();
        Self { needles }
    }

    /// The verdict on `user`, from the facts at hand.
    pub fn judge(&self, user: &User) -> AdminVerdict {
        if user.is_root() {
            return AdminVerdict::Admin(vec![AdminProof::RootUser]);
        }
        let Some(groups) = user.groups.value() else {
            return AdminVerdict::Unknown;
        };
        let proofs: Vec<AdminProof> = groups.iter().flat_map(|group| self.proofs(group)).collect();
        if !proofs.is_empty() {
            AdminVerdict::Admin(proofs)
        } else if groups
            .iter()
            .all(|group| group.attached_policies.value().is_some())
        {
            AdminVerdict::NotAdmin
        } else {
            AdminVerdict::Unknown
        }
    }

    fn proofs<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = AdminProof> + 'a {
        let policies = group.attached_policies.value().into_iter().flatten();
        policies
            .filter(|policy| self.matches(&policy.name))
            .map(|policy| AdminProof::GroupPolicy {
                group: group.name.clone(),
                policy: policy.clone(),
            })
    }

    fn matches(&self, policy_name: &str) -> bool {
        let name = policy_name.to_lowercase();
        self.needles.iter().any(|needle| name.contains(needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arn, Fact, Provenance};
    use std::sync::Arc;
    use time::OffsetDateTime;

    #[test]
    fn each_documented_substring_makes_an_administrator_in_any_case() {
        for name in [
            "AdministratorAccess",
            "team-admins",
            "PowerUserAccess",
            "POWERUSER",
            "DenyAdminActions",
        ] {
            let verdict = documented(&user(known(vec![group("g", known(vec![policy(name)]))])));
            let AdminVerdict::Admin(proofs) = verdict else {
                panic!("{name}: {verdict:?}");
            };
            assert_eq!(
                proofs,
                [AdminProof::GroupPolicy {
                    group: "g".to_owned(),
                    policy: policy(name)
                }]
            );
        }
    }

    #[test]
    fn other_names_and_policies_outside_groups_make_none() {
        let mut user = user(known(vec![group("admins", known(vec![policy("Billing")]))]));
        user.attached_policies = known(vec![policy("AdministratorAccess")]);
        user.inline_policies = known(vec!["admin".to_owned()]);
        assert_eq!(documented(&user), AdminVerdict::NotAdmin);
    }

    #[test]
    fn a_user_in_no_group_is_no_administrator_but_one_of_unknown_groups_may_be() {
        assert_eq!(documented(&user(known(vec![]))), AdminVerdict::NotAdmin);
        assert_eq!(documented(&user(denied())), AdminVerdict::Unknown);
    }

    #[test]
    fn unread_policies_leave_the_verdict_open_unless_another_group_proves_it() {
        let unread = group("vault", denied());
        let plain = group("dev", known(vec![policy("ReadOnlyAccess")]));
        let admins = group("ops", known(vec![policy("AdministratorAccess")]));
        let open = documented(&user(known(vec![unread.clone(), plain])));
        assert_eq!(open, AdminVerdict::Unknown);
        let proven = documented(&user(known(vec![unread, admins])));
        assert!(matches!(proven, AdminVerdict::Admin(proofs)
            if matches!(&proofs[0], AdminProof::GroupPolicy { group, .. } if group == "ops")));
    }

    #[test]
    fn every_matching_policy_is_a_proof() {
        let both = group("a", known(vec![policy("IAMAdmin"), policy("PowerUser")]));
        let third = group("b", known(vec![policy("IAMAdmin")]));
        let verdict = documented(&user(known(vec![both, third])));
        assert!(matches!(verdict, AdminVerdict::Admin(proofs) if proofs.len() == 3));
    }

    #[test]
    fn empty_needles_match_nothing_and_blanks_around_one_do_not_count() {
        let user = user(known(vec![group("g", known(vec![policy("RootAccess")]))]));
        assert_eq!(
            AdminRule::new(["", "  "]).judge(&user),
            AdminVerdict::NotAdmin
        );
        let verdict = AdminRule::new([" rOOT "]).judge(&user);
        assert!(matches!(verdict, AdminVerdict::Admin(_)));
    }

    fn documented(user: &User) -> AdminVerdict {
        AdminRule::new(AdminRule::DOCUMENTED).judge(user)
    }

    fn known<T>(value: T) -> Fact<T> {
        let source = Provenance {
            source: "test".into(),
            as_of: OffsetDateTime::UNIX_EPOCH,
        };
        Fact::known(value, &source)
    }

    fn denied<T>() -> Fact<T> {
        Fact::unknown(crate::model::Reason::Denied, "iam:Test")
    }

    fn policy(name: &str) -> AttachedPolicy {
        AttachedPolicy {
            name: name.to_owned(),
            arn: format!("arn:aws:iam::aws:policy/{name}"),
        }
    }

    fn group(name: &str, attached_policies: Fact<Vec<AttachedPolicy>>) -> Arc<Group> {
        Arc::new(Group {
            name: name.to_owned(),
            arn: None,
            id: None,
            attached_policies,
            inline_policies: known(vec!["admin-inline".to_owned()]),
        })
    }

    fn user(groups: Fact<Vec<Arc<Group>>>) -> User {
        User {
            name: "alice".to_owned(),
            arn: Arn::parse("arn:aws:iam::123456789012:user/alice").unwrap(),
            id: "AIDAALICE".to_owned(),
            path: "/".to_owned(),
            created_at: OffsetDateTime::UNIX_EPOCH,
            password_last_used: denied(),
            tags: denied(),
            groups,
            attached_policies: denied(),
            inline_policies: denied(),
            permissions_boundary: denied(),
            mfa: denied(),
            console: denied(),
            access_keys: denied(),
            service_specific_credentials: denied(),
            signing_certificates: denied(),
            ssh_public_keys: denied(),
        }
    }
}
