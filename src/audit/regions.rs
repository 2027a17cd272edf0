//! Where CloudTrail keeps the records of identities, and under which names.

/// The services that identities live in: IAM, sessions, sign-ins and Identity Center.
const EVENT_SOURCES: [&str; 7] = [
    "iam.amazonaws.com",
    "sts.amazonaws.com",
    "signin.amazonaws.com",
    "sso.amazonaws.com",
    "sso-directory.amazonaws.com",
    "identitystore.amazonaws.com",
    "identitystore-scim.amazonaws.com",
];

/// The regions that `partition` has records of IAM, global STS and most sign-ins in. The first one is
/// IAM's. Of a partition that is not known, it is `own`.
pub fn default_regions(partition: &str, own: &str) -> Vec<String> {
    let region = match partition {
        // Whoever signs in without a region is sent to either.
        "aws" => return vec!["us-east-1".to_owned(), "us-east-2".to_owned()],
        _ => iam_region(partition).unwrap_or(own),
    };
    vec![region.to_owned()]
}

/// The services above that may have records in `region` of `partition`.
pub fn sources_in(partition: &str, region: &str) -> impl Iterator<Item = &'static str> + use<> {
    let is_elsewhere = iam_region(partition).is_some_and(|it| it != region);
    let sources = EVENT_SOURCES.into_iter();
    sources.filter(move |source| !(is_elsewhere && *source == "iam.amazonaws.com"))
}

/// The one region with the records of IAM, where that is known.
fn iam_region(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" => Some("us-east-1"),
        "aws-cn" => Some("cn-north-1"),
        "aws-us-gov" => Some("us-gov-west-1"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_the_region_of_its_iam_and_others_have_their_own() {
        assert_eq!(default_regions("aws", "x"), ["us-east-1", "us-east-2"]);
        assert_eq!(default_regions("aws-cn", "x"), ["cn-north-1"]);
        assert_eq!(default_regions("aws-us-gov", "x"), ["us-gov-west-1"]);
        assert_eq!(
            default_regions("aws-iso", "us-iso-east-1"),
            ["us-iso-east-1"]
        );
    }

    #[test]
    fn iam_is_looked_for_in_its_own_region_alone_where_that_is_known() {
        let has_iam = |partition, region| {
            let mut sources = sources_in(partition, region);
            sources.any(|source| source == "iam.amazonaws.com")
        };
        assert!(has_iam("aws", "us-east-1") && !has_iam("aws", "us-east-2"));
        assert!(has_iam("aws-iso", "us-iso-east-1") && has_iam("aws-iso", "us-iso-west-1"));
        assert_eq!(
            sources_in("aws", "us-east-2").count(),
            EVENT_SOURCES.len() - 1
        );
    }
}
