//! Messages of a queue: records, as an EventBridge rule sends them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::audit::{Affected, affected, each_record};
use crate::foreign::Shown;
use crate::model::is_account_id;

/// What counts how often a message was received.
const RECEIVE_COUNT: &str = "ApproximateReceiveCount";

/// ReceiveMessage.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive<'a> {
    pub(super) queue_url: &'a str,
    pub(super) max_number_of_messages: u8,
    pub(super) wait_time_seconds: u16,
    pub(super) visibility_timeout: u16,
    pub(super) message_system_attribute_names: [&'static str; 1],
}

impl<'a> Receive<'a> {
    /// The ten messages that SQS gives at most, or those that come within `wait_s`. What is not taken
    /// off comes again after `hidden_s`.
    pub(super) fn from(queue_url: &'a str, wait_s: u16, hidden_s: u16) -> Self {
        Self {
            queue_url,
            max_number_of_messages: 10,
            wait_time_seconds: wait_s,
            visibility_timeout: hidden_s,
            message_system_attribute_names: [RECEIVE_COUNT],
        }
    }
}

/// DeleteMessage.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete<'a> {
    pub(super) queue_url: &'a str,
    pub(super) receipt_handle: &'a str,
}

/// The answer of ReceiveMessage.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Received {
    pub(super) messages: Option<Vec<Message>>,
}

/// A message.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Message {
    pub(super) message_id: String,
    pub(super) receipt_handle: String,
    body: String,
    attributes: BTreeMap<String, String>,
}

/// What is worth reading again, by account.
pub(super) type Hinted = BTreeMap<String, BTreeSet<Affected>>;

impl Message {
    /// How often it was received, this time included; once where that is not told.
    pub(super) fn tries(&self) -> u32 {
        let count = self.attributes.get(RECEIVE_COUNT);
        count.and_then(|it| it.parse().ok()).unwrap_or(1)
    }

    /// What its records make worth reading again, or why it is none of a record.
    pub(super) fn hints(&self) -> Result<Hinted, Shown> {
        let (mut hints, mut is_any) = (Hinted::default(), false);
        let mut refused: Option<Shown> = None;
        let read = each_record(&self.body, |_, record| {
            is_any = true;
            match record {
                Ok(record) => {
                    let own = record.recipient_account_id.as_ref();
                    let account = own.or(record.caller.account_id.as_ref());
                    if let Some(account) = account.filter(|it| is_account_id(it)) {
                        let affected = affected(&record);
                        if !affected.is_empty() {
                            hints.entry(account.clone()).or_default().extend(affected);
                        }
                    }
                }
                Err(error) => refused = Some(Shown::of(&error)),
            }
            Ok(())
        });
        match (read, refused) {
            (Err(error), _) => Err(Shown::of(&error)),
            (Ok(()), Some(why)) => Err(why),
            (Ok(()), None) if !is_any => Err("it is empty".into()),
            (Ok(()), None) => Ok(hints),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(body: &str) -> Message {
        Message {
            body: body.to_owned(),
            ..Message::default()
        }
    }

    #[test]
    fn a_message_of_eventbridge_hints_at_the_user_of_its_record() {
        let record = json!({
            "eventVersion": "1.11", "eventTime": "2026-11-20T10:01:00Z", "eventID": "e",
            "eventSource": "iam.amazonaws.com", "eventName": "DeleteUser",
            "recipientAccountId": "111122223333", "requestParameters": {"userName": "ann"},
        });
        let body = json!({"version": "0", "source": "aws.iam", "account": "1", "detail": record});
        let ann = BTreeSet::from([Affected::Deleted("ann".to_owned())]);
        let hints = Hinted::from([("111122223333".to_owned(), ann)]);
        assert_eq!(message(&body.to_string()).hints(), Ok(hints));
    }

    #[test]
    fn what_is_no_record_says_why() {
        for body in ["", "hello", "{}", r#"{"detail": {"eventName": "x"}}"#] {
            assert!(message(body).hints().is_err(), "{body}");
        }
    }

    #[test]
    fn how_often_a_message_was_received_is_once_where_that_is_not_told() {
        let counted = json!({"Attributes": {RECEIVE_COUNT: "4"}});
        let counted: Message = serde_json::from_value(counted).unwrap();
        assert_eq!((counted.tries(), message("").tries()), (4, 1));
    }
}
