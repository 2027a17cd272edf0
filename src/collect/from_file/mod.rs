//! Users from saved output of the AWS CLI, recognized by content and not by name.
//!
//! | file | what it has |
//! |---|---|
//! | `aws iam get-account-authorization-details` | users, groups, policies, tags, boundaries |
//! | `aws iam list-users` | users, last use of the password |
//! | `aws iam list-virtual-mfa-devices` | virtual MFA devices |
//! | `aws iam list-mfa-devices --user-name X` | all MFA devices of one user |
//! | `aws iam list-service-specific-credentials --all-users` | service-specific credentials |
//! | credential report (CSV, or `aws iam get-credential-report`) | MFA, passwords, access keys, signing certificates |
//!
//! A file may be compressed with gzip, in UTF-16 as PowerShell writes it, and hold several pages
//! one after the other or in a list; the report may be its base64 alone.
//!
//! What no file has stays unknown, with the name of the file that would have it.
//!
//! Architecture invariant: everything is read and checked by the constructor; collecting from
//! files cannot fail.

mod assemble;
mod document;
mod entry;
mod error;
mod files;
mod groups;
mod json;
mod mfa;
mod pages;
mod policies;
mod service_credentials;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod wire;

pub use error::FileError;
pub use files::FromFiles;
pub(crate) use text::saved_text;

/// The names of the kinds of files, as sources of facts and in messages.
mod kind {
    pub(super) const DETAILS: &str = "get-account-authorization-details";
    pub(super) const LIST_USERS: &str = "list-users";
    pub(super) const VIRTUAL_MFA: &str = "list-virtual-mfa-devices";
    pub(super) const LIST_MFA: &str = "list-mfa-devices";
    pub(super) const SERVICE_CREDENTIALS: &str = "list-service-specific-credentials";
    pub(super) use crate::collect::report::SOURCE as REPORT;
}
