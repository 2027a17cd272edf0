//! The nouns of the product, free of AWS's SDK, of OCSF and of any I/O.
//!
//! Architecture invariant: nothing here reads a clock, a file or the network, and nothing here
//! knows how a fact was fetched or where it will be sent.

mod access_key;
mod account;
mod arn;
mod digest;
mod fact;
mod group;
mod history;
mod last_known;
mod mfa;
mod pass;
mod user;

pub use access_key::{AccessKey, AccessKeyUse};
pub use account::{Account, Membership, Unit};
pub use arn::{Arn, ArnError};
pub use digest::{Digest, EventId};
pub use fact::{Fact, Provenance, Reason, Unknown};
pub use group::{AttachedPolicy, Group};
pub use history::{FieldChange, HistoryEntry, HistoryKind, PassRecord, Tally};
pub use mfa::{Mfa, MfaDevice, MfaKind};
pub use pass::PassStamp;
pub use user::{ConsoleAccess, Tag, User};
