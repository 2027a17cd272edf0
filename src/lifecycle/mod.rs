//! Users by desired state: created, rotated, quarantined and deleted, and never by accident.
//!
//! Architecture invariant: what is to be done is decided by pure code, from what is desired, what
//! is observed and the time. Only what is ours, by tag and by path, is ever written to.

mod action;

pub use action::{
    EXEMPT_TAG, OWNER_TAG, OWNER_VALUE, PlannedAction, QUARANTINE_TAG, Quarantined, Subject,
    UserAction,
};
