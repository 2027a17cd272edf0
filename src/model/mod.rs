//! The nouns of the product, free of AWS's SDK, of OCSF and of any I/O.
//!
//! Architecture invariant: nothing here reads a clock, a file or the network, and nothing here
//! knows how a fact was fetched or where it will be sent.

mod access_key;
mod account;
mod arn;
mod content;
mod digest;
mod encoding;
mod entity;
mod event_id;
mod fact;
mod group;
mod history;
mod last_known;
mod mfa;
mod partition;
mod pass;
mod policy;
mod role;
mod snapshot;
mod user;

pub use access_key::{AccessKey, AccessKeyUse};
pub use account::{Account, Membership, Unit};
pub use arn::{Arn, ArnError, is_account_id};
pub use digest::Digest;
pub(crate) use digest::DigestWriter;
pub(crate) use encoding::unix_ms;
pub use entity::{EntityKey, EntityKind, Origin};
pub use event_id::{EventId, Revision};
pub use fact::{Fact, Provenance, Reason, Unknown};
pub use group::{AttachedPolicy, Group};
pub use history::{FieldChange, HistoryEntry, HistoryKind, PassRecord, Tally};
pub use last_known::{Confirmed, LastKnown, StaleFact};
pub use mfa::{Mfa, MfaDevice, MfaKind};
pub use partition::partition_of_region;
pub use pass::PassStamp;
pub use policy::{
    DocumentId, DocumentIdError, InlinePolicy, ManagedPolicy, PolicyDocument, PolicyVersion,
};
pub use role::Role;
pub use snapshot::{AccountPolicies, Snapshot};
pub use user::{ConsoleAccess, FormerName, Tag, User};
