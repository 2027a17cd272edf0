//! One record of CloudTrail's, parsed within bounds and without its secrets.
//!
//! Fields that have a place in an event are taken out one by one; what is left is kept as it is,
//! so that a field that is new tomorrow is not lost.

mod caller;
mod error;
pub(super) mod fields;
mod secrets;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use caller::Caller;
pub use error::RecordError;

use fields::{object, put_back, text, truth};

/// Four times the largest record that CloudTrail delivers.
const BYTES_MAX: usize = 1024 * 1024;
/// The years whose times are plausible.
const YEARS: std::ops::Range<i32> = 2000..2100;

/// One record, in CloudTrail's words. Texts are as they came, and never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The record's id.
    pub event_id: String,
    /// When the call was made.
    pub event_time: OffsetDateTime,
    /// The same, as it was written.
    pub original_time: String,
    /// The service, such as `iam.amazonaws.com`.
    pub event_source: String,
    /// The operation.
    pub event_name: String,
    /// The kind of record, such as `AwsApiCall`.
    pub event_type: Option<String>,
    /// The version of the record's format.
    pub event_version: String,
    /// `Management`, `Data` or another category.
    pub event_category: Option<String>,
    /// The region that the call was made in.
    pub aws_region: Option<String>,
    /// The account that the record is of.
    pub recipient_account_id: Option<String>,
    /// Whether the operation changes nothing.
    pub read_only: Option<bool>,
    /// Why AWS refused.
    pub error_code: Option<String>,
    /// The same, in words.
    pub error_message: Option<String>,
    /// An address, or the name of a service.
    pub source_ip_address: Option<String>,
    /// What made the call.
    pub user_agent: Option<String>,
    /// The call's id; sign-ins have none.
    pub request_id: Option<String>,
    /// What joins the records of one call in two accounts.
    pub shared_event_id: Option<String>,
    /// Who made the call.
    pub caller: Caller,
    /// What was asked for; none where AWS denied it.
    pub request_parameters: Option<Value>,
    /// What was answered.
    pub response_elements: Option<Value>,
    /// All other fields.
    pub rest: Map<String, Value>,
}

impl Record {
    /// The record that `json` is, without its secrets.
    pub fn parse(json: &str) -> Result<Self, RecordError> {
        if json.len() > BYTES_MAX {
            return Err(RecordError::TooLong {
                bytes: json.len(),
                max: BYTES_MAX,
            });
        }
        let mut rest: Map<String, Value> = serde_json::from_str(json)?;
        secrets::remove(&mut rest);
        let version = required(&mut rest, "eventVersion")?;
        if version.split('.').next() != Some("1") {
            return Err(RecordError::Version);
        }
        let original_time = required(&mut rest, "eventTime")?;
        let mut identity = object(&mut rest, "userIdentity");
        let caller = identity.as_mut().map(Caller::take).unwrap_or_default();
        put_back(&mut rest, "userIdentity", identity);
        let mut record = Self {
            event_id: required(&mut rest, "eventID")?,
            event_time: time(&original_time)?,
            original_time,
            event_source: required(&mut rest, "eventSource")?,
            event_name: required(&mut rest, "eventName")?,
            event_type: text(&mut rest, "eventType"),
            event_version: version,
            event_category: text(&mut rest, "eventCategory"),
            aws_region: text(&mut rest, "awsRegion"),
            recipient_account_id: text(&mut rest, "recipientAccountId"),
            read_only: truth(&mut rest, "readOnly"),
            error_code: text(&mut rest, "errorCode"),
            error_message: text(&mut rest, "errorMessage"),
            source_ip_address: text(&mut rest, "sourceIPAddress"),
            user_agent: text(&mut rest, "userAgent"),
            request_id: text(&mut rest, "requestID"),
            shared_event_id: text(&mut rest, "sharedEventID"),
            caller,
            request_parameters: value(&mut rest, "requestParameters"),
            response_elements: value(&mut rest, "responseElements"),
            rest,
        };
        record.drop_what_is_said_twice();
        Ok(record)
    }

    /// A text of the request, and of objects in it by `path`.
    pub(super) fn requested(&self, path: &[&str]) -> Option<&str> {
        fields::at(self.request_parameters.as_ref(), path)
    }

    /// The same of the answer.
    pub(super) fn answered(&self, path: &[&str]) -> Option<&str> {
        fields::at(self.response_elements.as_ref(), path)
    }

    /// The account that the record is of, or else the caller's.
    pub(super) fn account(&self) -> Option<&str> {
        let own = self.recipient_account_id.as_deref();
        own.or(self.caller.account_id.as_deref())
    }

    /// `managementEvent` says no more than the category.
    fn drop_what_is_said_twice(&mut self) {
        let is_management = self.event_category.as_deref() == Some("Management");
        if self.rest.get("managementEvent") == Some(&Value::Bool(is_management)) {
            self.rest.remove("managementEvent");
        }
        self.rest.retain(|_, value| !value.is_null());
    }
}

fn required(fields: &mut Map<String, Value>, name: &'static str) -> Result<String, RecordError> {
    text(fields, name).ok_or(RecordError::Missing(name))
}

/// The value of `name`, unless it is null.
fn value(fields: &mut Map<String, Value>, name: &str) -> Option<Value> {
    fields.remove(name).filter(|value| !value.is_null())
}

/// The text of `name`, without the mark in the place of a hidden one.
fn named(fields: &mut Map<String, Value>, name: &str) -> Option<String> {
    text(fields, name).filter(|text| fields::shown(text).is_some())
}

fn time(text: &str) -> Result<OffsetDateTime, RecordError> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok();
    time.filter(|time| YEARS.contains(&time.year()))
        .ok_or(RecordError::Time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Value {
        json!({
            "eventVersion": "1.11", "eventTime": "2026-11-20T10:01:00Z", "eventID": "e",
            "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
        })
    }

    fn with(name: &str, value: Value) -> Result<Record, RecordError> {
        let mut record = record();
        record[name] = value;
        Record::parse(&record.to_string())
    }

    #[test]
    fn a_record_without_what_all_records_have_is_refused_by_its_name() {
        for name in [
            "eventVersion",
            "eventTime",
            "eventID",
            "eventSource",
            "eventName",
        ] {
            for value in [Value::Null, json!(""), json!(7)] {
                let error = with(name, value).unwrap_err().to_string();
                assert!(error.contains(name), "{error}");
            }
        }
    }

    #[test]
    fn another_major_version_and_a_time_that_is_none_are_refused() {
        assert!(matches!(
            with("eventVersion", json!("2.0")),
            Err(RecordError::Version)
        ));
        for time in ["yesterday", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"] {
            assert!(matches!(
                with("eventTime", json!(time)),
                Err(RecordError::Time)
            ));
        }
    }

    #[test]
    fn a_record_longer_than_any_is_refused() {
        let error = with("userAgent", json!("a".repeat(BYTES_MAX))).unwrap_err();
        assert!(matches!(error, RecordError::TooLong { .. }));
    }

    #[test]
    fn a_field_of_another_type_or_unknown_is_kept() {
        let record = with("userAgent", json!(["curl"])).unwrap();
        assert_eq!(record.user_agent, None);
        assert_eq!(record.rest["userAgent"], json!(["curl"]));
        assert_eq!(with("newField", json!(1)).unwrap().rest["newField"], 1);
    }

    #[test]
    fn an_empty_key_and_a_hidden_name_are_none() {
        let identity = json!({
            "type": "IAMUser", "accessKeyId": "", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
        });
        let record = with("userIdentity", identity).unwrap();
        assert_eq!(record.caller.access_key_id, None);
        assert_eq!(record.caller.user_name, None);
        assert!(record.rest.is_empty(), "{:?}", record.rest);
    }
}
