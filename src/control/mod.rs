//! What operators ask of the state: answered by the command itself, or by the daemon that holds
//! the state, on a socket in the state directory.
//!
//! Architecture invariant: an answer needs the open store alone, so that it is the same whoever
//! gives it. AWS and sinks are never asked.

mod answers;
mod client;
mod request;
mod server;
mod socket;

pub use answers::{Answers, LiveDaemon, Refusal, readiness, size, status_page, without_state};
pub use client::{ControlError, FoundDaemon, ask, find_daemon};
pub use request::{Answer, Letters, Query, Request};
pub use server::{ControlServer, Serving};
