//! Facts into OCSF events, in one of two dialects over one model.
//!
//! Architecture invariant: pure. Times and settings are arguments, and the same facts always
//! give the same content digest and, under one id, the same event.

mod canonical;
mod changes;
mod dialect;
mod event_input;
mod fields;
mod ocsf;
mod owed;
mod person;
mod rules;
mod sekoia;
mod user_type;
mod write;

pub use changes::{Judged, changes, meaning};
pub use dialect::Dialect;
pub use event_input::EventInput;
pub use fields::{Field, Origin, fields, values};
pub use person::{Identity, Person, TagNames};
pub use rules::MappingRules;
pub use user_type::{AdminBy, ServiceAccounts, is_admin};
pub use write::{EVENT_BYTES_MAX, RenderError};
