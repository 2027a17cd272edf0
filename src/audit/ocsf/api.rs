//! `api`: the call, what it asked for and what was answered; and where it came from.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;

use super::objects::{Endpoint, Service};
use crate::audit::record::Record;

/// `api`.
#[derive(Debug, Serialize)]
pub(super) struct Api<'a> {
    operation: &'a str,
    service: Service<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<Response<'a>>,
}

#[derive(Debug, Serialize)]
struct Request<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Response<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// The call. OCSF has no request without an id: what a sign-in asks for stays unmapped.
pub(super) fn api(record: &Record) -> Api<'_> {
    let response = Response {
        error: record.error_code.as_deref(),
        error_message: record.error_message.as_deref(),
        data: record.response_elements.as_ref(),
    };
    let is_empty = response.error.is_none() && response.error_message.is_none();
    Api {
        operation: &record.event_name,
        service: Service {
            name: &record.event_source,
        },
        request: record.request_id.as_deref().map(|uid| Request {
            uid,
            data: record.request_parameters.as_ref(),
        }),
        response: (!is_empty || response.data.is_some()).then_some(response),
    }
}

/// The longest address that OCSF takes.
const IP_LEN_MAX: usize = 40;

/// Where the call came from: an address, or the name of a service. Where the record has neither, it
/// is the service that wrote it or called, and else `Unknown`.
pub(super) fn source(record: &Record) -> Endpoint<'_> {
    match record.source_ip_address.as_deref() {
        Some(text) if text.len() <= IP_LEN_MAX && text.parse::<IpAddr>().is_ok() => {
            Endpoint::Ip(text)
        }
        Some(text) => Endpoint::SvcName(text),
        None => {
            let service = record.caller.invoked_by.as_deref();
            let is_of_service = record.event_type.as_deref() == Some("AwsServiceEvent");
            let own = is_of_service.then_some(record.event_source.as_str());
            Endpoint::SvcName(service.or(own).unwrap_or("Unknown"))
        }
    }
}
