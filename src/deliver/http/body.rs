//! Events as one HTTP body, in the shape that a receiver takes.

use std::io::{self, Write};

use flate2::Compression as Level;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::config::{Compression, HttpShape, SplunkSettings};
use crate::deliver::Outgoing;

/// What Splunk shows as the origin of an event.
const SPLUNK_SOURCE: &str = "rollcall";

/// The content type of bodies of `shape`.
pub(in crate::deliver) fn content_type(shape: &HttpShape) -> &'static str {
    match shape {
        HttpShape::Ndjson => "application/x-ndjson",
        HttpShape::JsonArray | HttpShape::SplunkHec(_) => "application/json",
    }
}

/// `batch` as a body. An error is an event that is no JSON, which the store's checksum rules out.
pub(in crate::deliver) fn encode(
    batch: &[Outgoing<'_>],
    shape: &HttpShape,
    compression: Compression,
) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    match shape {
        HttpShape::Ndjson => {
            for event in batch {
                body.extend_from_slice(event.json);
                body.push(b'\n');
            }
        }
        HttpShape::JsonArray => serde_json::to_writer(&mut body, &raw(batch)?)?,
        HttpShape::SplunkHec(splunk) => {
            for event in raw(batch)? {
                let wrapped = SplunkEvent::of(event, splunk);
                serde_json::to_writer(&mut body, &wrapped)?;
            }
        }
    }
    match compression {
        Compression::None => Ok(body),
        Compression::Gzip => gzip(&body),
    }
}

fn raw<'a>(batch: &[Outgoing<'a>]) -> serde_json::Result<Vec<&'a RawValue>> {
    let events = batch.iter().map(|event| serde_json::from_slice(event.json));
    events.collect()
}

fn gzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Level::default());
    encoder.write_all(body)?;
    encoder.finish()
}

/// An event as Splunk takes it.
#[derive(Serialize)]
struct SplunkEvent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<f64>,
    source: &'static str,
    sourcetype: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    event: &'a RawValue,
}

impl<'a> SplunkEvent<'a> {
    /// Without a time that can be read, Splunk takes that of the arrival.
    fn of(event: &'a RawValue, splunk: &'a SplunkSettings) -> Self {
        #[derive(Deserialize)]
        struct Timed {
            time: f64,
        }
        let timed = serde_json::from_str::<Timed>(event.get()).ok();
        let timed = timed.filter(|_| splunk.is_time_observed);
        Self {
            time: timed.map(|timed| timed.time / 1_000.0),
            source: SPLUNK_SOURCE,
            sourcetype: &splunk.sourcetype,
            index: splunk.index.as_deref(),
            host: splunk.host.as_deref(),
            event,
        }
    }
}
