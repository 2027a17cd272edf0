//! The services, by the names that AWS has for each of them.

use crate::model::partition_of_region;

/// A service whose calls are one JSON text each, posted to `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonService {
    /// The records of who called what.
    CloudTrail,
    /// The accounts of an organization; one of its regions serves all of a partition.
    Organizations,
    /// Queues.
    Sqs,
    /// Tables.
    DynamoDb,
    /// What changed in tables.
    DynamoDbStreams,
    /// Parameter Store.
    Ssm,
}

/// What AWS calls a service.
pub(super) struct Names {
    /// In the host.
    pub(super) host: &'static str,
    /// In the signature.
    pub(super) signing: &'static str,
    /// Before the action, in `X-Amz-Target`.
    pub(super) target: &'static str,
    /// The version of the protocol.
    pub(super) json: &'static str,
    /// In variables and profiles: `AWS_ENDPOINT_URL_<it>`.
    pub(super) variable: &'static str,
}

impl JsonService {
    pub(super) fn names(self) -> Names {
        let (host, signing, target, json, variable) = match self {
            Self::CloudTrail => {
                let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";
                ("cloudtrail", "cloudtrail", target, "1.1", "CLOUDTRAIL")
            }
            Self::Organizations => {
                let target = "AWSOrganizationsV20161128";
                (
                    "organizations",
                    "organizations",
                    target,
                    "1.1",
                    "ORGANIZATIONS",
                )
            }
            Self::Sqs => ("sqs", "sqs", "AmazonSQS", "1.0", "SQS"),
            Self::DynamoDb => {
                let target = "DynamoDB_20120810";
                ("dynamodb", "dynamodb", target, "1.0", "DYNAMODB")
            }
            Self::DynamoDbStreams => {
                let target = "DynamoDBStreams_20120810";
                (
                    "streams.dynamodb",
                    "dynamodb",
                    target,
                    "1.0",
                    "DYNAMODB_STREAMS",
                )
            }
            Self::Ssm => ("ssm", "ssm", "AmazonSSM", "1.1", "SSM"),
        };
        Names {
            host,
            signing,
            target,
            json,
            variable,
        }
    }

    /// The region that calls go to, where `region` is configured.
    pub(super) fn serving(self, region: &str) -> &str {
        match (self, partition_of_region(Some(region))) {
            (Self::Organizations, "aws") => "us-east-1",
            (Self::Organizations, "aws-cn") => "cn-northwest-1",
            (Self::Organizations, "aws-us-gov") => "us-gov-west-1",
            // Partitions of one region, or of one that has all of it.
            _ => region,
        }
    }

    /// The address of the service in `region`, by AWS's rules for host names.
    pub(super) fn url(self, region: &str, use_fips: bool, use_dual_stack: bool) -> String {
        let host = self.names().host;
        let has_fips_alone = self == Self::Organizations && region.starts_with("us-gov-");
        let fips = if use_fips && !has_fips_alone {
            "-fips"
        } else {
            ""
        };
        let suffix = match (partition_of_region(Some(region)), use_dual_stack) {
            ("aws-cn", false) => "amazonaws.com.cn",
            ("aws-cn", true) => "api.amazonwebservices.com.cn",
            ("aws-eusc", false) => "amazonaws.eu",
            ("aws-eusc", true) => "api.amazonwebservices.eu",
            ("aws-iso", _) => "c2s.ic.gov",
            ("aws-iso-b", _) => "sc2s.sgov.gov",
            ("aws-iso-e", _) => "cloud.adc-e.uk",
            ("aws-iso-f", _) => "csp.hci.ic.gov",
            (_, false) => "amazonaws.com",
            (_, true) => "api.aws",
        };
        format!("https://{host}{fips}.{region}.{suffix}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_service_is_that_of_its_region_and_partition() {
        let trail = JsonService::CloudTrail;
        for (region, fips, dual, url) in [
            (
                "eu-west-3",
                false,
                false,
                "https://cloudtrail.eu-west-3.amazonaws.com",
            ),
            (
                "us-east-1",
                true,
                false,
                "https://cloudtrail-fips.us-east-1.amazonaws.com",
            ),
            (
                "us-east-1",
                false,
                true,
                "https://cloudtrail.us-east-1.api.aws",
            ),
            (
                "cn-north-1",
                false,
                false,
                "https://cloudtrail.cn-north-1.amazonaws.com.cn",
            ),
            (
                "us-gov-west-1",
                false,
                false,
                "https://cloudtrail.us-gov-west-1.amazonaws.com",
            ),
        ] {
            assert_eq!(trail.url(region, fips, dual), url);
        }
        let organizations = JsonService::Organizations;
        for (configured, fips, url) in [
            (
                "eu-west-3",
                false,
                "https://organizations.us-east-1.amazonaws.com",
            ),
            (
                "us-east-2",
                true,
                "https://organizations-fips.us-east-1.amazonaws.com",
            ),
            (
                "cn-north-1",
                false,
                "https://organizations.cn-northwest-1.amazonaws.com.cn",
            ),
            (
                "us-gov-east-1",
                true,
                "https://organizations.us-gov-west-1.amazonaws.com",
            ),
        ] {
            let region = organizations.serving(configured);
            assert_eq!(organizations.url(region, fips, false), url);
        }
        let streams = JsonService::DynamoDbStreams.url("us-east-2", false, false);
        assert_eq!(streams, "https://streams.dynamodb.us-east-2.amazonaws.com");
    }
}
