//! How accounts and sinks are doing: read from the store, answered by the daemon, shown by
//! `rollcall status`.

mod cached;
mod client;
mod origin;
mod platform;
mod problems;
mod report;
mod routes;
mod server;
mod stored;
mod table;
mod token;

pub use client::{AskError, ask_readiness};
pub use platform::PlatformPort;
pub use report::{
    AccountStatus, DaemonStatus, FailureStatus, PassStatus, RefusalStatus, SinkStatus, StatusReport,
};
pub use routes::StatusSource;
pub use server::{StatusError, StatusServer};
