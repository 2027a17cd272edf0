//! Facts into OCSF events, in one of two dialects over one model.
//!
//! Architecture invariant: pure. Times and settings are arguments, and the same facts always
//! give the same content digest and event id.

mod canonical;
mod changes;
mod dialect;
mod email;
mod identity;
mod inventoried;
mod ocsf;
mod ocsf_unmapped;
mod rendered;
mod sekoia;

pub use changes::{Judged, changes};
pub use dialect::Dialect;
pub use identity::{Identity, Person, TagNames};
pub use inventoried::Inventoried;
pub use rendered::{RenderError, Rendered, Seal};
