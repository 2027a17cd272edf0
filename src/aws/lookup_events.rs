//! CloudTrail's event history: the records of 90 days, which every account has without a trail.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Action, AwsClient, AwsError, JsonService};

/// The most records of a page.
const PAGE_MAX: u8 = 50;

/// Which records are looked up. Both ends are inclusive.
#[derive(Debug, Clone, Copy)]
pub struct Lookup<'a> {
    /// Which of them.
    pub by: LookupBy<'a>,
    /// The first moment, in whole seconds.
    pub start: OffsetDateTime,
    /// The last moment, in whole seconds.
    pub end: OffsetDateTime,
}

/// By what records are looked up: CloudTrail takes one thing alone.
#[derive(Debug, Clone, Copy)]
pub enum LookupBy<'a> {
    /// The service that was called.
    EventSource(&'a str),
    /// The name of what the call was about.
    ResourceName(&'a str),
}

/// A page of records, the newest first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LookupPage {
    /// The records.
    pub events: Vec<LookupEvent>,
    /// Leads to the next page of the very same lookup.
    pub next_token: Option<String>,
}

/// A record, as it is wrapped.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LookupEvent {
    /// The record's id.
    pub event_id: Option<String>,
    /// When the call was made, in seconds of Unix time.
    pub event_time: Option<f64>,
    /// The record, as a JSON text.
    pub cloud_trail_event: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Input<'a> {
    lookup_attributes: [Attribute<'a>; 1],
    start_time: i64,
    end_time: i64,
    max_results: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute<'a> {
    attribute_key: &'static str,
    attribute_value: &'a str,
}

impl AwsClient {
    /// The page of `lookup` in `region` that `next_token` leads to; the first one without.
    pub async fn lookup_events(
        &self,
        region: &str,
        lookup: Lookup<'_>,
        next_token: Option<&str>,
    ) -> Result<LookupPage, AwsError> {
        let (attribute_key, attribute_value) = match lookup.by {
            LookupBy::EventSource(source) => ("EventSource", source),
            LookupBy::ResourceName(name) => ("ResourceName", name),
        };
        let input = Input {
            lookup_attributes: [Attribute {
                attribute_key,
                attribute_value,
            }],
            start_time: lookup.start.unix_timestamp(),
            end_time: lookup.end.unix_timestamp(),
            max_results: PAGE_MAX,
            next_token,
        };
        let (service, action) = (JsonService::CloudTrail, Action::LookupEvents);
        self.call_json(service, Some(region), action, &input).await
    }
}
