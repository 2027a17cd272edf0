//! What IAM has, in its own terms: accounts, users, groups, roles, policies, credentials, devices.

mod access_key;
mod account;
mod arn;
mod credential;
mod group;
mod mfa;
mod partition;
mod policy;
mod role;
mod service_control;
mod user;

pub use access_key::{AccessKey, AccessKeyUse};
pub use account::{Account, Membership, Unit};
pub use arn::{Arn, ArnError, is_account_id};
pub use credential::{ServiceCredential, SigningCertificate, SshPublicKey};
pub use group::{AttachedPolicy, Group, GroupEntry, Member};
pub use mfa::{Mfa, MfaDevice, MfaKind};
pub use partition::partition_of_region;
pub use policy::{
    DocumentId, DocumentIdError, InlinePolicy, ManagedPolicy, PolicyDocument, PolicyVersion,
};
pub use role::Role;
pub use service_control::{ServiceControlLevels, ServiceControlPolicy};
pub use user::{ConsoleAccess, FormerName, Tag, User};
