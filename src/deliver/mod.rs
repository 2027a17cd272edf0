//! From the outbox to the sinks, with acknowledgements back.
//!
//! Architecture invariant: nothing here knows a user or an OCSF attribute; a sink sees ids and
//! bytes. The one exception is `time`, which Splunk wants beside the event. An event leaves the
//! outbox only when its sink acknowledged it, or when it is kept as a dead letter.

mod forwarder;
mod http;
mod progress;
mod sink;
mod sinks;
mod verdict;

pub use forwarder::{Forwarder, Stage};
pub use http::{HttpError, HttpTimeouts, client as http_client, exchanged};
pub use progress::{ForwarderReport, SinkProgress};
pub use sink::{Outgoing, Sink};
pub use sinks::{HttpSink, Ndjson, SekoiaAsset, SekoiaIntake};
pub use verdict::{Refusal, Verdict};
