//! The partition that a configuration is about.

use crate::config::AwsSettings;
use crate::model::{Arn, partition_of_region};

/// The partition of `aws`: that of its roles, else that of `region`, else the commercial one.
pub fn partition(aws: &AwsSettings, region: Option<&str>) -> String {
    let of_accounts = aws
        .accounts
        .iter()
        .find_map(|account| account.get_ref().role_arn.as_ref());
    let role = aws.role_arn.as_ref().or(of_accounts).map(Arn::partition);
    role.unwrap_or_else(|| partition_of_region(region))
        .to_owned()
}
