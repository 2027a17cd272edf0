//! What the answer to a post means for the batch.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Verdict;
use super::http::{BODY_LEN_MAX, body, causes};
use super::retry_after;
use crate::trust;

/// How many characters of a server's own words are shown.
const TOLD_LEN_MAX: usize = 300;

/// How one kind of sink is spoken of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// How long a 429 waits that does not say how long.
    pub(super) rate_limit_wait: Duration,
    /// What to check when it does not let us in.
    pub(super) credential: &'static str,
    /// What to check when nothing is there.
    pub(super) address: &'static str,
}

/// A success, read to its end.
pub(super) struct Accepted {
    status: StatusCode,
    content_type: Option<String>,
    /// What came with it.
    pub(super) body: Vec<u8>,
}

/// Sends `request`; the verdict, where the answer is no success.
pub(super) async fn exchange(request: RequestBuilder, manner: Manner) -> Result<Accepted, Verdict> {
    let answer = request.send().await.map_err(verdict_of_error)?;
    if !answer.status().is_success() {
        return Err(verdict_of_failure(answer, manner).await);
    }
    Ok(Accepted {
        status: answer.status(),
        content_type: text(answer.headers(), &CONTENT_TYPE).map(str::to_owned),
        body: body(answer).await.map_err(verdict_of_error)?,
    })
}

impl Accepted {
    /// Any success is one. But every intake we know answers JSON or nothing, and what answers
    /// otherwise may be the web page of a product that is to be reached elsewhere.
    pub(super) fn verdict(&self) -> Verdict {
        if self.is_json() || self.body.trim_ascii().is_empty() {
            return Verdict::Delivered;
        }
        let content_type = match &self.content_type {
            Some(name) => format!("content type {}", told(&Value::String(name.clone()))),
            None => "no content type".to_owned(),
        };
        let status = self.status;
        Verdict::Doubtful {
            why: format!(
                "it answered {status} with {content_type} and no JSON: the url may be that of a \
                 web page"
            ),
        }
    }

    /// Whether it is JSON, as far as it was read.
    fn is_json(&self) -> bool {
        let is_cut = self.body.len() > BODY_LEN_MAX;
        match serde_json::from_slice::<IgnoredAny>(&self.body) {
            Ok(_) => true,
            Err(error) => is_cut && error.is_eof(),
        }
    }
}

/// The verdict of an exchange that brought no answer. Of the address only the host is told: a
/// path may hold a key.
fn verdict_of_error(mut error: reqwest::Error) -> Verdict {
    if let Some(url) = error.url_mut() {
        url.set_path("");
        url.set_query(None);
    }
    let why = causes(&error);
    match trust::refused_certificate(&error) {
        Some(_) => Verdict::Refused {
            why: format!(
                "{why}; if a proxy inspects TLS here, or the receiver has a CA of its own, name \
                 the CA's PEM file in agent.ca_file"
            ),
        },
        None => Verdict::Retry { after: None, why },
    }
}

/// The verdict of an answer that is no success.
async fn verdict_of_failure(answer: Response, manner: Manner) -> Verdict {
    let status = answer.status();
    let after = text(answer.headers(), &RETRY_AFTER)
        .and_then(|header| retry_after::parse(header, SystemTime::now()));
    let why = format!("it answered {status}{}", excerpt(answer).await);
    match status {
        StatusCode::TOO_MANY_REQUESTS => Verdict::Retry {
            after: Some(after.unwrap_or(manner.rate_limit_wait)),
            why,
        },
        StatusCode::REQUEST_TIMEOUT => Verdict::Retry { after, why },
        status if status.is_server_error() => Verdict::Retry { after, why },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Verdict::Unauthorized {
            why: format!(
                "{why}; check the sink's {} and what it is allowed to do",
                manner.credential
            ),
        },
        status if status.is_redirection() => Verdict::Refused {
            why: format!("{why}; redirects are not followed: set the sink's url to where it is"),
        },
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => {
            Verdict::Refused {
                why: format!("{why}; check the sink's {}", manner.address),
            }
        }
        StatusCode::PAYLOAD_TOO_LARGE => Verdict::TooLarge { why },
        _ => Verdict::Rejected { why },
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What a JSON error body says of itself. Nothing else of a body is ever shown: it may repeat
/// what was sent.
async fn excerpt(answer: Response) -> String {
    let body = body(answer).await.unwrap_or_default();
    let body = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    match told(&body).as_str() {
        "" => String::new(),
        told => format!(" ({told})"),
    }
}

/// What a server says went wrong: a text, or the `code`, `message` and `text` (Splunk's word for
/// it) of an object. On one line and not too long, whatever it sends.
pub(super) fn told(error: &Value) -> String {
    let parts = match error {
        Value::Object(error) => ["code", "message", "text"]
            .map(|key| error.get(key))
            .to_vec(),
        error => vec![Some(error)],
    };
    let parts = parts.into_iter().flatten().filter_map(|part| match part {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let told = parts.collect::<Vec<_>>().join(": ");
    let on_one_line = told.chars().map(|c| if c.is_control() { ' ' } else { c });
    on_one_line.take(TOLD_LEN_MAX).collect()
}
