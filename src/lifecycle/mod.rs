//! Users by desired state: created, rotated, quarantined and deleted, and never by accident.
//!
//! Architecture invariant: what is to be done is decided by pure code, from what is desired, what
//! is observed and the time. Only what is ours, by tag and by path, is ever written to.

mod action;
mod desired;
mod observe;
mod plan;
mod plan_file;

pub use action::{
    DEACTIVATED_TAG, Deactivation, EXEMPT_TAG, OWNER_TAG, OWNER_VALUE, PlannedAction,
    QUARANTINE_TAG, Subject, UserAction,
};
pub use desired::{DesiredError, DesiredKeys, DesiredState, DesiredUser, SENTINEL, read_desired};
pub use observe::observe;
pub use plan::{Held, Observed, Plan, plan};
pub use plan_file::{PlanFile, PlanFileError};
