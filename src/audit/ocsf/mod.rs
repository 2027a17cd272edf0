//! The event that a record becomes: OCSF 1.6.0, with what every class has in common.

mod actor;
mod api;
mod class;
mod cut;
mod objects;
mod outcome;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use super::about::{self, About};
use super::record::Record;

pub use actor::Actor;
pub use class::Class;
pub use objects::{Account, Credential, Endpoint, Group, Policy, Resource, Service, Session, User};
pub use outcome::Outcome;

pub(super) use actor::user;
pub(super) use class::OTHER;
pub(super) use outcome::outcome;

use api::{Api, api};

/// One event.
#[derive(Debug, Serialize)]
pub struct Event<'a> {
    activity_id: u8,
    /// The activity in words; of one that its class has none for, the event's name.
    pub activity_name: &'a str,
    category_uid: u8,
    category_name: &'static str,
    /// `class_uid`.
    pub class_uid: u32,
    /// The class in words.
    pub class_name: &'static str,
    type_uid: u32,
    type_name: String,
    severity_id: u8,
    severity: &'static str,
    time: i64,
    /// How the call ended.
    #[serde(flatten)]
    pub outcome: Outcome<'a>,
    metadata: Metadata<'a>,
    cloud: Cloud<'a>,
    /// Who made the call.
    pub actor: Actor<'a>,
    /// Where the call came from.
    pub src_endpoint: Endpoint<'a>,
    api: Api<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_request: Option<HttpRequest<'a>>,
    /// What the event is about, as its class has it.
    #[serde(flatten)]
    pub about: About<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped: Option<Unmapped<'a>>,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    version: &'static str,
    profiles: [&'static str; 1],
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_name: Option<&'static str>,
    original_time: &'a str,
    product: Product<'a>,
}

#[derive(Debug, Serialize)]
struct Product<'a> {
    name: &'static str,
    vendor_name: &'static str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<Feature<'a>>,
}

#[derive(Debug, Serialize)]
struct Feature<'a> {
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Cloud<'a> {
    provider: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Account<'a>>,
}

#[derive(Debug, Serialize)]
struct HttpRequest<'a> {
    user_agent: &'a str,
}

#[derive(Debug, Serialize)]
struct Unmapped<'a> {
    aws_cloudtrail: Rest<'a>,
}

#[derive(Debug, Serialize)]
struct Rest<'a> {
    #[serde(rename = "readOnly", skip_serializing_if = "Option::is_none")]
    read_only: Option<bool>,
    #[serde(rename = "requestParameters", skip_serializing_if = "Option::is_none")]
    request_parameters: Option<&'a Value>,
    #[serde(flatten)]
    rest: Cow<'a, Map<String, Value>>,
}

impl<'a> Event<'a> {
    /// The event of `record`: of the narrowest class whose object the record tells, else of 6003.
    pub fn of(record: &'a Record) -> Self {
        let (class, activity_id, about) = about::about(record);
        let caption = class.activity(activity_id);
        let (category_uid, category_name) = class.category();
        let time = record.event_time;
        Self {
            activity_id,
            activity_name: match activity_id {
                OTHER => &record.event_name,
                _ => caption,
            },
            category_uid,
            category_name,
            class_uid: class.uid(),
            class_name: class.name(),
            type_uid: class.uid() * 100 + u32::from(activity_id),
            type_name: format!("{}: {caption}", class.name()),
            severity_id: 1,
            severity: "Informational",
            time: time.unix_timestamp() * 1_000 + i64::from(time.millisecond()),
            outcome: outcome(record),
            metadata: metadata(record),
            cloud: Cloud {
                provider: "AWS",
                region: record.aws_region.as_deref(),
                account: record.account().map(Account::of),
            },
            actor: actor::actor(record),
            src_endpoint: api::source(record),
            api: api(record),
            http_request: record
                .user_agent
                .as_deref()
                .map(|user_agent| HttpRequest { user_agent }),
            unmapped: unmapped(record, &about),
            about,
        }
    }

    /// The event as JSON on one line, within [`EVENT_BYTES_MAX`](crate::map::EVENT_BYTES_MAX).
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        let mut json = Vec::with_capacity(2_048);
        serde_json::to_writer(&mut json, self)?;
        cut::to_fit(json)
    }
}

fn metadata(record: &Record) -> Metadata<'_> {
    let category = record.event_category.as_deref();
    Metadata {
        version: "1.6.0",
        profiles: ["cloud"],
        uid: &record.event_id,
        correlation_uid: record.shared_event_id.as_deref(),
        event_code: record.event_type.as_deref(),
        log_name: match category {
            Some("Management") => Some("management-events"),
            Some("Data") => Some("data-events"),
            Some("NetworkActivity") => Some("network-activity-events"),
            Some("Insight") => Some("insight-events"),
            _ => None,
        },
        original_time: &record.original_time,
        product: Product {
            name: "CloudTrail",
            vendor_name: "AWS",
            version: &record.event_version,
            feature: category.map(|name| Feature { name }),
        },
    }
}

/// What of the record has no place elsewhere in the event.
fn unmapped<'a>(record: &'a Record, about: &About<'_>) -> Option<Unmapped<'a>> {
    let mut rest = Cow::Borrowed(&record.rest);
    if about.has_all_resources_of(record) {
        rest.to_mut().remove("resources");
    }
    let request_parameters = match record.request_id {
        Some(_) => None,
        None => record.request_parameters.as_ref(),
    };
    let is_empty = rest.is_empty() && record.read_only.is_none() && request_parameters.is_none();
    (!is_empty).then_some(Unmapped {
        aws_cloudtrail: Rest {
            read_only: record.read_only,
            request_parameters,
            rest,
        },
    })
}
