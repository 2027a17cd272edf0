//! From the outbox to a sink: every answer, every interruption, and what is kept.

mod answers;
mod binary;
mod chaos;
mod chaos_sizes;
mod chaos_tasks;
mod documented;
pub(crate) mod fixture;
mod forwarding;
mod interruptions;
mod isolation;
mod log;
mod ndjson;
mod probe;
mod rotation;
mod secrecy;
mod tasks;
mod told;
mod wire;
