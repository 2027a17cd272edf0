//! What is sent back: a result, or a refusal in IAM's form.

use bytes::Bytes;

use super::actions::Service;
use super::xml::{Xml, escaped};

/// What an action answers.
pub(super) type Answer = Result<Xml, Refusal>;

/// An error as AWS writes it.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn no_such(kind: &str, name: &str) -> Self {
        let message = format!("The {kind} with name {name} cannot be found.");
        Self::new(404, "NoSuchEntity", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }

    fn body(&self, namespace: &str, request_id: &str) -> String {
        let kind = if self.status < 500 {
            "Sender"
        } else {
            "Receiver"
        };
        format!(
            "<ErrorResponse xmlns=\"{namespace}\">\n<Error><Type>{kind}</Type><Code>{}</Code>\
             <Message>{}</Message></Error>\n<RequestId>{request_id}</RequestId>\n</ErrorResponse>\n",
            self.code,
            escaped(&self.message)
        )
    }
}

/// An answer on its way out.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: Bytes,
    pub(super) fate: Fate,
}

/// What becomes of an answer on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Whole,
    /// The connection ends without an answer.
    CutBefore,
    /// The connection ends after half of the body.
    CutWithin,
    /// The body goes on for as long as somebody reads it.
    Endless,
}

impl Sent {
    /// An answer of the JSON protocol.
    pub(super) fn json(answer: Result<serde_json::Value, Refusal>) -> Self {
        let (status, body) = match answer {
            Ok(value) => (200, value.to_string()),
            Err(Refusal {
                status,
                code,
                message,
            }) => (
                status,
                serde_json::json!({ "__type": code, "Message": message }).to_string(),
            ),
        };
        Self {
            status,
            content_type: "application/x-amz-json-1.1",
            body: body.into(),
            fate: Fate::Whole,
        }
    }

    pub(super) fn new(
        answer: Answer,
        (action, service): (&str, Service),
        request_id: &str,
    ) -> Self {
        let namespace = service.namespace();
        let (status, body) = match answer {
            Ok(xml) => (200, xml.into_response(action, namespace, request_id)),
            Err(refusal) => (refusal.status, refusal.body(namespace, request_id)),
        };
        Self {
            status,
            content_type: "text/xml",
            body: body.into(),
            fate: Fate::Whole,
        }
    }
}
