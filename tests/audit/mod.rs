//! CloudTrail's records as events, and `rollcall audit`.

mod catalogue;
mod command;
mod properties;
mod snapshots;
mod valid;
