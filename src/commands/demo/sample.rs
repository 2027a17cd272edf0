//! The embedded account: what the AWS CLI would have saved before and after one user changed.

/// A file's name, for messages, and its content.
type Document = (&'static str, &'static [u8]);

/// The account's id, one of those that AWS uses in examples.
pub(super) const ACCOUNT_ID: &str = "111122223333";

macro_rules! document {
    ($name:literal) => {
        ($name, include_bytes!($name))
    };
}

/// As the first pass finds the account.
pub(super) const BEFORE: &[Document] = &[
    document!("authorization-details.json"),
    document!("list-users.json"),
    document!("virtual-mfa-devices.json"),
    document!("list-mfa-devices.json"),
    document!("service-specific-credentials.json"),
    document!("credential-report.csv"),
    document!("before/authorization-details.json"),
    document!("before/virtual-mfa-devices.json"),
    document!("before/credential-report.csv"),
];

/// As the second pass finds it: laura.bennett became an administrator and lost her MFA device.
pub(super) const AFTER: &[Document] = &[
    document!("authorization-details.json"),
    document!("list-users.json"),
    document!("virtual-mfa-devices.json"),
    document!("list-mfa-devices.json"),
    document!("service-specific-credentials.json"),
    document!("credential-report.csv"),
    document!("after/authorization-details.json"),
    document!("after/credential-report.csv"),
];
