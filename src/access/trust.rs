//! The trust policy of a role: who may assume it, and with which external id.

use std::fmt;

use serde_json::{Value, json};

use super::eks::EksPods;
use super::policy::VERSION;
use crate::model::{Arn, is_account_id};

/// Who may assume a role: an account, or a user or role in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal(Arn);

/// Why a text names no principal that a role can trust.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no principal that a role can trust; write the ARN of a user or role \
     (arn:PARTITION:iam::ACCOUNT:role/NAME), or an account's id of 12 digits"
)]
pub struct NoPrincipal(String);

impl Principal {
    /// The principal that `text` names: an ARN, or the id of an account in `partition`.
    pub fn parse(text: &str, partition: &str) -> Result<Self, NoPrincipal> {
        if is_account_id(text) {
            return Ok(Self(Arn::of_iam(partition, text, "root")));
        }
        match Arn::parse(text) {
            Ok(arn) if arn.is_of_iam() && is_somebody(arn.resource()) => Ok(Self(arn)),
            _ => Err(NoPrincipal(text.to_owned())),
        }
    }
}

fn is_somebody(resource: &str) -> bool {
    let is_named = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "_+=,.@-/".contains(it))
    };
    let kinds = ["user/", "role/"];
    resource == "root"
        || kinds
            .iter()
            .any(|kind| resource.strip_prefix(kind).is_some_and(is_named))
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a role's trust policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// Who may assume the role.
    pub principal: Principal,
    /// What it must say along with that.
    pub external_id: Option<String>,
}

impl Trust {
    /// The trust policy.
    pub fn document(&self) -> Value {
        let principal = json!(self.principal.to_string());
        let external_id = self.external_id.as_ref().map(|id| json!(id));
        document(principal, external_id)
    }
}

/// Who may assume a role, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// Whoever has credentials of AWS.
    Caller(Trust),
    /// Pods, which have a token of their cluster.
    Pods(EksPods),
}

impl Trusted {
    /// The trust policy.
    pub fn document(&self) -> Value {
        match self {
            Self::Caller(trust) => trust.document(),
            Self::Pods(pods) => pods.document(),
        }
    }

    pub(super) fn caller(&self) -> Option<&Trust> {
        match self {
            Self::Caller(trust) => Some(trust),
            Self::Pods(_) => None,
        }
    }

    pub(super) fn pods(&self) -> Option<&EksPods> {
        match self {
            Self::Caller(_) => None,
            Self::Pods(pods) => Some(pods),
        }
    }
}

/// The trust policy of these, each a text or what stands for one in a template.
pub(super) fn document(principal: Value, external_id: Option<Value>) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "AWS": principal },
        "Action": "sts:AssumeRole",
    });
    if let Some(external_id) = external_id {
        statement["Condition"] = json!({ "StringEquals": { "sts:ExternalId": external_id } });
    }
    json!({ "Version": VERSION, "Statement": [statement] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_can_be_trusted_is_a_principal() {
        let parse = |text: &str| Principal::parse(text, "aws-cn").map(|it| it.to_string());
        assert_eq!(
            parse("111122223333").unwrap(),
            "arn:aws-cn:iam::111122223333:root"
        );
        for arn in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/audit/collector",
            "arn:aws-us-gov:iam::111122223333:role/hub",
        ] {
            assert_eq!(parse(arn).unwrap(), arn);
        }
        for nobody in [
            "*",
            "",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/a\"b",
            "arn:aws:iam::*:root",
            "arn:aws:sts::111122223333:assumed-role/hub/rollcall",
            "arn:aws:iam::111122223333:group/admins",
        ] {
            assert!(parse(nobody).is_err(), "{nobody}");
        }
    }
}
