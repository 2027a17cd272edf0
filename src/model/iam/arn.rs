//! Amazon Resource Names: the one place that takes them apart and puts them together.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An ARN: `arn:partition:service:region:account:resource`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Arn(Arc<str>);

/// Why a string is no ARN.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no ARN (expected arn:partition:service:region:account:resource)")]
pub struct ArnError(String);

impl Arn {
    /// Parses `text`; it must have six parts, with partition, service and resource not empty.
    pub fn parse(text: impl Into<String>) -> Result<Self, ArnError> {
        let text = text.into();
        let mut parts = text.splitn(6, ':');
        let [arn, partition, service, _, _, resource] = [(); 6].map(|()| parts.next());
        let is_there = |part: Option<&str>| part.is_some_and(|it| !it.is_empty());
        match arn == Some("arn") && is_there(partition) && is_there(service) && is_there(resource) {
            true => Ok(Self(text.into())),
            false => Err(ArnError(text)),
        }
    }

    /// The ARN of what IAM calls `resource` (`role/path/name`, `root`) in an account.
    pub fn of_iam(partition: &str, account_id: &str, resource: &str) -> Self {
        Self(format!("arn:{partition}:iam::{account_id}:{resource}").into())
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, ...
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The service: `iam`, `sts`, ...
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The region; empty for what is global, as all of IAM is.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The account id: 12 digits, `aws` for AWS's own policies, or empty.
    pub fn account_id(&self) -> &str {
        self.part(4)
    }

    /// What is named inside the account: `user/path/name`, `root`, ...
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// Whether it names something of IAM in an account.
    pub fn is_of_iam(&self) -> bool {
        self.service() == "iam" && self.region().is_empty() && is_account_id(self.account_id())
    }

    /// The path and name of the IAM role that it names, if it names one.
    pub fn role_name(&self) -> Option<&str> {
        let name = self.resource().strip_prefix("role/")?;
        (self.is_of_iam() && !name.is_empty() && !name.ends_with('/')).then_some(name)
    }

    /// The same in another partition, or with what stands for one in a template.
    pub fn in_partition(&self, partition: &str) -> String {
        let rest = self.0.splitn(3, ':').nth(2).unwrap_or_default();
        format!("arn:{partition}:{rest}")
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }
}

impl TryFrom<String> for Arn {
    type Error = ArnError;

    fn try_from(text: String) -> Result<Self, ArnError> {
        Self::parse(text)
    }
}

/// Whether `text` is the id of an account: twelve digits.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
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
        assert_eq!(arn.resource(), "user/a/b:c");
        assert_eq!(arn.in_partition("*"), "arn:*:iam::123456789012:user/a/b:c");
    }

    #[test]
    fn text_with_too_few_parts_is_refused_with_the_text_in_the_message() {
        let error = Arn::parse("arn:aws:iam").unwrap_err().to_string();
        assert!(error.starts_with("\"arn:aws:iam\" is no ARN"), "{error}");
    }

    #[test]
    fn only_an_iam_role_of_an_account_has_a_role_name() {
        let name = |text: &str| Arn::parse(text).unwrap().role_name().map(str::to_owned);
        let role = Arn::of_iam("aws", "123456789012", "role/audit/reader");
        assert_eq!(name(role.as_str()).as_deref(), Some("audit/reader"));
        for other in [
            "arn:aws:iam::123456789012:user/reader",
            "arn:aws:iam::aws:role/reader",
            "arn:aws:iam:eu-west-3:123456789012:role/reader",
            "arn:aws:sts::123456789012:role/reader",
            "arn:aws:iam::123456789012:role/audit/",
            "arn:aws:iam::123456789012:role/",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
