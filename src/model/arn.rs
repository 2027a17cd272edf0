//! Amazon Resource Names, parsed as far as the inventory needs them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An ARN: `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Arn(String);

/// Why a string is no ARN.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no ARN (expected arn:partition:service:region:account:resource)")]
pub struct ArnError(String);

impl Arn {
    /// Parses `text`; it must have six parts, with partition and service not empty.
    pub fn parse(text: impl Into<String>) -> Result<Self, ArnError> {
        let text = text.into();
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, service, _, _, resource]
                if !partition.is_empty() && !service.is_empty() && !resource.is_empty() =>
            {
                Ok(Self(text))
            }
            _ => Err(ArnError(text)),
        }
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, ...
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The account id: 12 digits, `aws` for AWS's own policies, or empty.
    pub fn account_id(&self) -> &str {
        self.part(4)
    }

    /// What is named inside the account: `user/path/name`, `root`, ...
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_of_another_partition_keeps_its_partition_and_account() {
        let arn = Arn::parse("arn:aws-cn:iam::123456789012:user/a/b:c").unwrap();
        assert_eq!(
            (arn.partition(), arn.account_id()),
            ("aws-cn", "123456789012")
        );
    }

    #[test]
    fn text_with_too_few_parts_is_refused_with_the_text_in_the_message() {
        let error = Arn::parse("arn:aws:iam").unwrap_err().to_string();
        assert!(error.starts_with("\"arn:aws:iam\" is no ARN"), "{error}");
    }
}
