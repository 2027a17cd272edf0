//! Facts into OCSF events, in one of two dialects over one model.
//!
//! Architecture invariant: pure. Times and settings are arguments, and the same facts always
//! give the same content digest and, under one id, the same event.

mod admin_by;
mod canonical;
mod changes;
mod dialect;
mod email;
mod event_input;
mod fields;
mod identity;
mod ocsf;
mod ocsf_marks;
mod ocsf_unmapped;
mod owed;
mod risk;
mod rules;
mod sekoia;
mod service_accounts;
mod write;

pub use admin_by::AdminBy;
pub use changes::{Judged, changes, meaning};
pub use dialect::Dialect;
pub use event_input::EventInput;
pub use fields::{Field, Origin, fields, values};
pub use identity::{Identity, Person, TagNames};
pub use rules::MappingRules;
pub use service_accounts::ServiceAccounts;
pub use write::{EVENT_BYTES_MAX, RenderError};
