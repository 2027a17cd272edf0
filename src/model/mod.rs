//! The nouns of the product, free of AWS's SDK, of OCSF and of any I/O.
//!
//! Architecture invariant: nothing here reads a clock, a file or the network, and nothing here
//! knows how a fact was fetched or where it will be sent.

mod content;
mod digest;
mod encoding;
mod entity;
mod event_id;
mod fact;
mod history;
mod iam;
mod last_known;
mod pass;
mod record_id;
mod snapshot;

pub use digest::Digest;
pub(crate) use digest::DigestWriter;
pub(crate) use encoding::unix_ms;
pub use entity::{EntityKey, EntityKind, Origin};
pub use event_id::{EventId, Revision};
pub use fact::{CREDENTIAL_REPORT, Fact, Provenance, REPORT_WITHOUT_VIRTUAL, Reason, Unknown};
pub use history::{FieldChange, HistoryEntry, HistoryKind, PassRecord, Tally};
pub use iam::{
    AccessKey, AccessKeyUse, Account, Arn, ArnError, AttachedPolicy, ConsoleAccess, DocumentId,
    DocumentIdError, FormerName, Group, GroupEntry, InlinePolicy, ManagedPolicy, Member,
    Membership, Mfa, MfaDevice, MfaKind, PolicyDocument, PolicyVersion, Role, ServiceControlLevels,
    ServiceControlPolicy, ServiceCredential, SigningCertificate, SshPublicKey, Tag, Unit, User,
    is_account_id, partition_of_region,
};
pub use last_known::{Confirmed, LastKnown, StaleFact};
pub use pass::PassStamp;
pub use record_id::RecordId;
pub use snapshot::{AccountPolicies, Snapshot};
