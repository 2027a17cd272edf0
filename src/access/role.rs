//! What the roles that read accounts are called.

use super::grant::Holder;
use crate::config::AwsSettings;
use crate::model::Arn;

/// A role's name and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName {
    /// Begins and ends with a slash; often it is one.
    pub path: String,
    /// The name.
    pub name: String,
}

/// Where the configuration names no role.
const DEFAULT: &str = "rollcall-read";

/// The role that pods have for credentials.
const OF_PODS: &str = "rollcall";
/// The role that writes, unless the configuration names another.
const OF_LIFECYCLE: &str = "rollcall-lifecycle";

impl RoleName {
    /// The role of `holder` by `aws`; of several, that of the organization, else the first.
    pub fn of(aws: &AwsSettings, holder: Holder) -> Self {
        let first = aws
            .accounts
            .iter()
            .find_map(|it| it.get_ref().role_arn.as_ref());
        let of_arn = |arn: &Arn| arn.role_name().map(str::to_owned);
        let named = match holder {
            Holder::Role => aws.role_arn.as_ref().and_then(of_arn),
            Holder::Lifecycle => return Self::parse(OF_LIFECYCLE),
            Holder::Credentials => Some(OF_PODS.to_owned()),
            Holder::Accounts | Holder::Queries | Holder::Audit => match &aws.organization {
                Some(organization) => Some(organization.role_name.clone()),
                None => first.and_then(of_arn),
            },
        };
        Self::parse(named.as_deref().unwrap_or(DEFAULT))
    }

    fn parse(text: &str) -> Self {
        match text.rsplit_once('/') {
            Some((path, name)) => Self {
                path: format!("/{path}/"),
                name: name.to_owned(),
            },
            None => Self {
                path: "/".to_owned(),
                name: text.to_owned(),
            },
        }
    }
}
