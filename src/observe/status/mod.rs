//! How accounts and sinks are doing: read from the store, answered by the daemon, shown by
//! `rollcall status`.

mod client;
mod report;
mod server;
mod table;

pub use client::AskError;
pub use report::{AccountStatus, DaemonStatus, PassStatus, SinkStatus, StatusReport};
pub use server::{StatusError, StatusServer};
