//! From the outbox to a sink: every answer, every interruption, and what is kept.

mod answer_bodies;
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
mod listed;
mod log;
mod logged;
mod ndjson;
mod partial;
mod probe;
mod rejections;
mod renewed_secrets;
mod rotation;
mod secrecy;
mod tasks;
mod wire;
