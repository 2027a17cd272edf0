//! An account, made ready for decisions: every document parsed once, every principal with the
//! policies that apply to it.

mod compile;
mod documents;
mod policies;

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use super::decision::{AppliedPolicy, Principal, Session};
use super::document::Policy;
use crate::model::Account;

/// An account.
#[derive(Debug)]
pub struct IamAccount {
    /// The account.
    pub account: Account,
    /// The moment of the judgement.
    pub now: OffsetDateTime,
    /// The users, but not the root user.
    pub users: Vec<IamUser>,
    /// The roles; none where they are not known.
    pub roles: Vec<IamRole>,
    /// Whether the roles are known.
    pub has_roles: bool,
    /// The groups.
    pub groups: Vec<IamGroup>,
    /// Managed policies by ARN.
    pub policies: BTreeMap<String, VersionedPolicy>,
    /// The ARNs of the account's own policies that allow everything, or whoever has one to grant it
    /// to itself.
    pub granting_policies: Vec<String>,
    /// Service control policies by level, where they are known.
    pub service_control_policies: Option<Vec<Vec<AppliedPolicy>>>,
}

/// A user.
#[derive(Debug, Clone)]
pub struct IamUser {
    /// Who it is, and what applies to it.
    pub principal: Principal,
    /// Positions of its groups in [`IamAccount::groups`].
    pub groups: Vec<usize>,
    /// Whether it may have an active access key.
    pub may_have_access_key: bool,
    /// Whether it may sign in with a password; `None` where that is not known.
    pub has_password: Option<bool>,
    /// How many access keys it has, active or not, where that is known.
    pub access_keys: Option<usize>,
    /// Whether it has an MFA device, where that is known.
    pub has_mfa: Option<bool>,
}

/// A role.
#[derive(Debug, Clone)]
pub struct IamRole {
    /// Who it is, and what applies to it.
    pub principal: Principal,
    /// Its path.
    pub path: String,
    /// Who may assume it; `None` if the document is missing or malformed.
    pub trust: Option<Arc<Policy>>,
    /// Whether it sits in an instance profile, where that is known.
    pub in_instance_profile: Option<bool>,
}

/// A group.
#[derive(Debug, Clone)]
pub struct IamGroup {
    /// GroupName.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What it grants to its members.
    pub policies: Vec<AppliedPolicy>,
}

/// A managed policy with its versions.
#[derive(Debug, Clone)]
pub struct VersionedPolicy {
    /// The version that counts, by id.
    pub default_id: Option<String>,
    /// The document of the version that counts.
    pub default: Option<Arc<Policy>>,
    /// Documents of the other versions.
    pub older: Vec<(String, Arc<Policy>)>,
    /// How many versions it has.
    pub versions: usize,
}

impl IamUser {
    /// The sessions that it can have without MFA: those of the credentials that it has or, where
    /// it has none, of those that it may be given.
    pub fn sessions(&self) -> Vec<Session> {
        let mut sessions = Vec::new();
        let has_password = self.has_password.unwrap_or(true);
        if self.may_have_access_key || !has_password {
            sessions.push(Session::AccessKey);
        }
        if has_password {
            sessions.push(Session::Console);
        }
        sessions
    }
}

impl IamRole {
    /// Whether IAM lets nobody of the account change it or pass it: roles of Identity Center and
    /// roles of services.
    pub fn is_reserved(&self) -> bool {
        ["/aws-reserved/", "/aws-service-role/"]
            .iter()
            .any(|reserved| self.path.starts_with(reserved))
    }
}

/// Whether the ARN of a managed policy is of the account, and not AWS's own.
pub fn is_customer_managed(arn: &str) -> bool {
    arn.split(':')
        .nth(4)
        .is_some_and(crate::model::is_account_id)
}
