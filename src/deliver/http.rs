//! HTTP as every sink speaks it: bounded in time, no redirects, answers turned into verdicts.

use std::time::{Duration, SystemTime};

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, Response, StatusCode, redirect};

use super::Verdict;
use super::retry_after;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);
/// How much of an error's body is read and shown.
const EXCERPT_LEN_MAX: usize = 300;

/// The HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up HTTPS: {0}")]
pub struct HttpError(#[from] reqwest::Error);

/// A client for posts: a redirected post would hand the key and the users to somebody else.
pub(super) fn client() -> Result<Client, HttpError> {
    // An earlier client of this process has installed the same provider: nothing to do then.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .user_agent(concat!("rollcall/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .build()?;
    Ok(client)
}

/// The verdict of an exchange that brought no answer.
pub(super) fn verdict_of_error(error: &reqwest::Error) -> Verdict {
    let mut why = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        why = format!("{why}: {inner}");
        cause = inner.source();
    }
    Verdict::Retry { after: None, why }
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
        _ => Verdict::Rejected { why },
    }
}

/// The `code` and `message` of a JSON error body, where it has them. Nothing else of a body is
/// ever shown: it may repeat what was sent.
async fn excerpt(answer: Response) -> String {
    let Ok(body) = answer.bytes().await else {
        return String::new();
    };
    let Ok(body) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return String::new();
    };
    let told = ["code", "message"]
        .iter()
        .filter_map(|&key| body.get(key)?.as_str());
    let told = told.collect::<Vec<_>>().join(": ");
    match told.as_str() {
        "" => String::new(),
        told => format!(
            " ({})",
            told.chars().take(EXCERPT_LEN_MAX).collect::<String>()
        ),
    }
}
