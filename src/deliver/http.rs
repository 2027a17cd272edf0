//! HTTP as every sink speaks it: bounded in time, no redirects, answers turned into verdicts.

use std::time::{Duration, SystemTime};

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode, redirect};
use serde_json::Value;

use super::Verdict;
use super::retry_after;

/// How much of an answer is read.
const BODY_LEN_MAX: usize = 1024 * 1024;
/// How many characters of a server's own words are shown.
const TOLD_LEN_MAX: usize = 300;

/// How long the parts of an exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpTimeouts {
    /// Until the connection is made.
    pub connect: Duration,
    /// Between two pieces of the answer.
    pub read: Duration,
    /// From the first byte of the request to the last one of the answer.
    pub total: Duration,
}

impl Default for HttpTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            total: Duration::from_secs(60),
        }
    }
}

/// The HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot set up HTTPS: {}; install the system's CA certificates, or name them in SSL_CERT_FILE",
    causes(.0)
)]
pub struct HttpError(#[source] reqwest::Error);

/// A client for posts: a redirected post would hand the key and the users to somebody else.
pub(super) fn client(timeouts: HttpTimeouts) -> Result<Client, HttpError> {
    // An earlier client of this process has installed the same provider: nothing to do then.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .user_agent(concat!("rollcall/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.read)
        .timeout(timeouts.total)
        .build();
    client.map_err(HttpError)
}

/// The verdict of an exchange that brought no answer.
pub(super) fn verdict_of_error(error: &reqwest::Error) -> Verdict {
    Verdict::Retry {
        after: None,
        why: causes(error),
    }
}

/// An error with everything that caused it: the outermost alone says little.
pub(super) fn causes(error: &reqwest::Error) -> String {
    let mut why = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        why = format!("{why}: {inner}");
        cause = inner.source();
    }
    why
}

/// The body of `answer`, or as much of it as is ever of use.
pub(super) async fn body(mut answer: Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        body.extend_from_slice(&piece);
        if body.len() > BODY_LEN_MAX {
            break;
        }
    }
    Ok(body)
}

/// The verdict of an answer that is no success. `rate_limit_wait` applies to a 429 that does not
/// say how long.
pub(super) async fn verdict_of_failure(answer: Response, rate_limit_wait: Duration) -> Verdict {
    let status = answer.status();
    let header = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let after = header.and_then(|header| retry_after::parse(header, SystemTime::now()));
    let why = format!("it answered {status}{}", excerpt(answer).await);
    match status {
        StatusCode::TOO_MANY_REQUESTS => Verdict::Retry {
            after: Some(after.unwrap_or(rate_limit_wait)),
            why,
        },
        StatusCode::REQUEST_TIMEOUT => Verdict::Retry { after, why },
        status if status.is_server_error() => Verdict::Retry { after, why },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Verdict::Unauthorized {
            why: format!("{why}; check the sink's api_key and what it is allowed to do"),
        },
        status if status.is_redirection() => Verdict::Refused {
            why: format!("{why}; redirects are not followed: set the sink's url to where it is"),
        },
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => {
            Verdict::Refused {
                why: format!("{why}; check the sink's url and connector_uuid"),
            }
        }
        _ => Verdict::Rejected { why },
    }
}

/// The `code` and `message` of a JSON error body, where it has them. Nothing else of a body is
/// ever shown: it may repeat what was sent.
async fn excerpt(answer: Response) -> String {
    let body = body(answer).await.unwrap_or_default();
    let body = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    match told(&body).as_str() {
        "" => String::new(),
        told => format!(" ({told})"),
    }
}

/// What a server says went wrong: a text, or the `code` and `message` of an object. On one line
/// and not too long, whatever it sends.
pub(super) fn told(error: &Value) -> String {
    let parts = match error {
        Value::Object(error) => vec![error.get("code"), error.get("message")],
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
