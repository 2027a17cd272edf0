//! AWS's partitions: separate clouds, each with its own regions, ARNs and credentials.

/// The partition of every region that no other claims.
const COMMERCIAL: &str = "aws";

/// The beginning of a region's name, and the partition of such regions.
const BY_REGION_PREFIX: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
];

/// The partition that `region` is in, by AWS's naming of regions; without a region, the
/// commercial one.
pub fn partition_of_region(region: Option<&str>) -> &'static str {
    let region = region.unwrap_or_default();
    let named = BY_REGION_PREFIX
        .iter()
        .find(|(prefix, _)| region.starts_with(prefix));
    named.map_or(COMMERCIAL, |(_, partition)| partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_in_the_partition_that_its_name_begins_with() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("eu-west-3", "aws"),
            ("", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(partition_of_region(Some(region)), partition, "{region}");
        }
        assert_eq!(partition_of_region(None), "aws");
    }
}
