//! `[[sinks]]`: where events go.

mod destination;
mod http;
mod http_table;
mod ndjson;
mod sekoia;
mod table;

use std::time::Duration;

use crate::map::Dialect;

pub use http::{Compression, HeaderText, HttpSettings, HttpShape, SplunkSettings};
pub use ndjson::{NdjsonFile, NdjsonTarget, Rotation};
pub use sekoia::{SekoiaAssetSettings, SekoiaIntakeSettings};
pub(super) use table::SinkTable;

/// One sink, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkSettings {
    /// Names the sink in the store and in messages; a new name is a new sink, to which every
    /// user is sent.
    pub name: String,
    /// The shape of its events.
    pub dialect: Dialect,
    /// Events per batch.
    pub batch_size: usize,
    /// Bytes of events per batch; a single event may exceed it.
    pub batch_bytes: usize,
    /// How long an event waits for others to fill a batch.
    pub flush_after: Duration,
    /// How much may wait for it before what is collected for it waits as well.
    pub outbox: OutboxLimits,
    /// Whether it takes CloudTrail's records.
    pub audit: bool,
    /// What kind of sink, and where.
    pub kind: SinkKind,
}

/// How much may wait for a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxLimits {
    /// Events.
    pub events: u64,
    /// Bytes that they take up in the store.
    pub bytes: u64,
}

impl Default for OutboxLimits {
    /// Far more than a healthy sink ever lets wait, and little enough for any disk.
    fn default() -> Self {
        Self {
            events: 200_000,
            bytes: 256 * 1024 * 1024,
        }
    }
}

/// The kinds of sinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkKind {
    /// Sekoia's asset-connector endpoint.
    SekoiaAsset(SekoiaAssetSettings),
    /// Sekoia's event intake.
    SekoiaIntake(SekoiaIntakeSettings),
    /// Posts to any URL.
    Http(HttpSettings),
    /// One event a line.
    Ndjson(NdjsonTarget),
}

/// Sekoia's own default, and a good size elsewhere.
const BATCH_SIZE: usize = 100;
/// Soon enough for a person who waits, and long enough to fill batches in a pass.
const FLUSH_AFTER: Duration = Duration::from_secs(5);
const FLUSH_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

impl SinkKind {
    /// Bytes per batch where the file does not say: what the receiver is known to take, with room
    /// for what is put around the events.
    fn default_batch_bytes(&self) -> usize {
        match self {
            Self::SekoiaIntake(_) => 4 * 1024 * 1024,
            Self::Http(HttpSettings {
                shape: HttpShape::SplunkHec(_),
                ..
            }) => 800_000,
            Self::SekoiaAsset(_) | Self::Http(_) | Self::Ndjson(_) => 2 * 1024 * 1024,
        }
    }
}

impl SinkSettings {
    /// The sink of a configuration without one: strict events on standard output.
    pub fn stdout() -> Self {
        let kind = SinkKind::Ndjson(NdjsonTarget::Stdout);
        Self {
            name: "stdout".to_owned(),
            dialect: Dialect::Ocsf,
            batch_size: BATCH_SIZE,
            batch_bytes: kind.default_batch_bytes(),
            flush_after: FLUSH_AFTER,
            outbox: OutboxLimits::default(),
            audit: false,
            kind,
        }
    }
}
