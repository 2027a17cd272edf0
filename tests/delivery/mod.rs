//! From the outbox to a sink: every answer, every interruption, and what is kept.

mod answers;
pub(crate) mod fixture;
mod forwarding;
mod interruptions;
mod isolation;
mod ndjson;
mod secrecy;
mod tasks;
