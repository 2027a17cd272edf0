//! CloudTrail's records as events, and `rollcall audit`.

mod catalogue;
mod command;
mod daemon;
mod live;
mod properties;
mod snapshots;
mod valid;
