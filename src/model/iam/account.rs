//! The AWS account that users belong to.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::Arn;

/// An AWS account as events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The 12-digit account id.
    pub id: String,
    /// The partition of the account's ARNs: `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// The configured name, the organization's or the alias, where there is one.
    pub name: Option<String>,
    /// Where the account is in an organization, if it is and that is known.
    pub organization: Option<Arc<Membership>>,
}

/// An account's place in an AWS organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The organization: `o-...`.
    pub organization_id: String,
    /// The organizational unit that holds the account, where it was looked up.
    pub unit: Option<Unit>,
}

/// An organizational unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// `ou-...`.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Account {
    /// The account that `arn` belongs to, as far as the ARN says.
    pub fn of(arn: &Arn) -> Self {
        Self {
            id: arn.account_id().to_owned(),
            partition: arn.partition().to_owned(),
            name: None,
            organization: None,
        }
    }
}
