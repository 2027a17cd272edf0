//! From the outbox to the sinks, with acknowledgements back.
//!
//! Architecture invariant: nothing here knows a user or an OCSF attribute; a sink sees ids and
//! bytes. The one exception is `time`, which Splunk wants beside the event. An event leaves the outbox only when its sink acknowledged it.

mod acting;
mod answer;
mod backoff;
mod ceiling;
mod course;
mod forwarder;
mod http;
mod http_body;
mod http_sink;
mod line_file;
mod narrowing;
mod ndjson;
mod progress;
mod retry_after;
mod scrub;
mod sekoia_asset;
mod sekoia_intake;
mod sekoia_task;
mod sink;
mod tally;

pub use forwarder::{Eagerness, Forwarder, Phase};
pub use http::{HttpError, HttpTimeouts};
pub use http_sink::HttpSink;
pub use ndjson::Ndjson;
pub use progress::{ForwarderReport, SinkProgress};
pub use sekoia_asset::SekoiaAsset;
pub use sekoia_intake::SekoiaIntake;
pub use sink::{Outgoing, Sink, Verdict};
