//! Users by desired state: created, rotated, quarantined and deleted, and never by accident.
//!
//! Architecture invariant: what is to be done is decided by pure code, from what is desired, what
//! is observed and the time. Only what is ours, by tag and by path, is ever written to.

mod action;
mod begun;
mod carry_out;
mod create;
mod delete;
mod desired;
mod error;
mod event;
mod executor;
mod keys;
mod lease;
mod name;
mod observe;
mod parameter;
mod plan;
mod plan_file;
mod stream;
mod user_ref;

pub use action::{
    DEACTIVATED_TAG, Deactivation, EXEMPT_TAG, OWNER_TAG, OWNER_VALUE, PlannedAction,
    QUARANTINE_TAG, Subject, UserAction,
};
pub use begun::{Finished, Intended, Intent, IntentError, Intents};
pub use carry_out::Carried;
pub use create::NewUser;
pub use delete::Deletion;
pub use desired::{DesiredError, DesiredKeys, DesiredState, DesiredUser, SENTINEL, read_desired};
pub use error::{ActionError, Refused};
pub use event::Deed;
pub use executor::Executor;
pub use keys::StoredKey;
pub use lease::LeaseHeld;
pub use observe::observe;
pub use plan::{Held, Observed, Plan, Refusal, Taken, plan};
pub use plan_file::{Begun, PlanFile, PlanFileError};
pub use stream::TableStream;
#[cfg(feature = "lambda")]
pub use stream::is_order;
pub use user_ref::UserRef;
