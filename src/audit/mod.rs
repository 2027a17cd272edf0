//! CloudTrail's records as OCSF events: one record, one event, of the narrowest class whose required
//! object is known.
//!
//! Pure: a record's text in, an event out. Secrets are taken out before anything else is looked at.

mod about;
mod dates;
mod filter;
mod ocsf;
mod record;
mod saved;
mod seen;

pub use about::About;
pub use filter::Filter;
pub use ocsf::{
    Account, Actor, Class, Credential, Endpoint, Event, Group, Outcome, Policy, Resource, Service,
    Session, User,
};
pub use record::{Caller, Record, RecordError};
pub use saved::{Place, SavedError, each_record};
pub use seen::Seen;
