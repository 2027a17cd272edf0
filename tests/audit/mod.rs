//! CloudTrail's records as events, and `rollcall audit`.

mod catalogue;
mod command;
mod daemon;
mod hints;
mod live;
mod measured;
mod permissions;
mod properties;
mod refresh;
mod snapshots;
mod valid;
