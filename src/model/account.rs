//! The AWS account that users belong to.

use super::Arn;

/// An AWS account as events name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The 12-digit account id.
    pub id: String,
    /// The partition of the account's ARNs: `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// The alias or configured name, where there is one.
    pub name: Option<String>,
}

impl Account {
    /// The account that `arn` belongs to, as far as the ARN tells.
    pub fn of(arn: &Arn) -> Self {
        Self {
            id: arn.account_id().to_owned(),
            partition: arn.partition().to_owned(),
            name: None,
        }
    }
}
