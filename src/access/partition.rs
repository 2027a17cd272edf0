//! The partition that ARNs are in.

use crate::config::AwsSettings;

/// The partition of `aws`: that of its roles, else that of `region`, else the commercial one.
pub fn partition(aws: &AwsSettings, region: Option<&str>) -> String {
    let of_accounts = aws
        .accounts
        .iter()
        .find_map(|account| account.get_ref().role_arn.as_deref());
    let of_arn = |arn: &str| arn.split(':').nth(1).map(str::to_owned);
    aws.role_arn
        .as_deref()
        .or(of_accounts)
        .and_then(of_arn)
        .unwrap_or_else(|| partition_of_region(region.unwrap_or_default()).to_owned())
}

/// The partition that a region is in, by AWS's naming of regions.
pub fn partition_of_region(region: &str) -> &'static str {
    const BY_PREFIX: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
    ];
    let known = BY_PREFIX
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix));
    known.map_or("aws", |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::partition_of_region;

    #[test]
    fn a_region_is_in_the_partition_that_its_name_begins_with() {
        for (region, partition) in [
            ("eu-west-3", "aws"),
            ("", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
        ] {
            assert_eq!(partition_of_region(region), partition, "{region}");
        }
    }
}
