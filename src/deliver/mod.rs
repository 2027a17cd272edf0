//! From the outbox to the sinks, with acknowledgements back.
//!
//! Architecture invariant: nothing here knows a user or an OCSF attribute; a sink sees ids and
//! bytes. An event leaves the outbox only when its sink acknowledged it.

mod backoff;
mod forwarder;
mod http;
mod narrowing;
mod ndjson;
mod progress;
mod retry_after;
mod sekoia_asset;
mod sekoia_task;
mod sink;

pub use forwarder::{Eagerness, Forwarder, Phase};
pub use http::{HttpError, HttpTimeouts};
pub use ndjson::Ndjson;
pub use progress::{ForwarderReport, SinkProgress};
pub use sekoia_asset::SekoiaAsset;
pub use sink::{Outgoing, Sink, Verdict};
