//! CloudTrail's records as OCSF events: one record, one event, of the narrowest class whose required
//! object is known.
//!
//! Pure: a record's text in, an event out. Secrets are taken out before anything else is looked at.

mod about;
mod affected;
mod dates;
mod filter;
mod ocsf;
mod recent;
mod record;
mod regions;
mod saved;
mod seen;
mod window;

pub use about::About;
pub use affected::{Affected, affected};
pub use filter::Filter;
pub use ocsf::{
    Account, Actor, Class, Credential, Endpoint, Event, Group, Outcome, Policy, Resource, Service,
    Session, User,
};
pub use recent::Recent;
pub use record::{Caller, Record, RecordError};
pub use regions::{default_regions, sources_in};
pub use saved::{Place, SavedError, each_record};
pub use seen::Seen;
pub use window::{Window, Windows};
