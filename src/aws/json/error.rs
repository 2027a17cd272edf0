//! What such a service refuses with.

use std::fmt;

use aws_sdk_iam::error::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::Value;

/// A refusal, by its code and its message.
#[derive(Debug)]
pub(in crate::aws) struct JsonError(ErrorMetadata);

impl JsonError {
    /// The code is in the body as `__type`, behind a name space, or in a header, before a colon.
    pub(super) fn of(answer: &HttpResponse, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let headers = answer.headers();
        // SQS has the code that its older protocol had here, which people know.
        let of_header = headers
            .get("x-amzn-query-error")
            .and_then(|it| it.split(';').next())
            .or_else(|| headers.get("x-amzn-errortype"));
        let code = of_header
            .or_else(|| text("__type"))
            .or_else(|| text("code"));
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = code {
            let code = code.rsplit('#').next().unwrap_or(code);
            metadata = metadata.code(code.split(':').next().unwrap_or(code));
        }
        if let Some(message) = text("message").or_else(|| text("Message")) {
            metadata = metadata.message(message);
        }
        Self(metadata.build())
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for JsonError {}

impl ProvideErrorMetadata for JsonError {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}
