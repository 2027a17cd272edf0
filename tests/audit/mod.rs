//! CloudTrail's records as events.

mod catalogue;
mod properties;
mod snapshots;
mod valid;
