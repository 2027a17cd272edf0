//! What the answer to a post means for the batch.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;

use super::message::{complaint, message_of};
use super::{BODY_LEN_MAX, body, cause, refusals, remedy, retry_after};
use crate::deliver::{Outgoing, Verdict};
use crate::trust;

/// How the answers of one kind of sink are read.
#[derive(Debug, Clone, Copy)]
pub(in crate::deliver) struct AnswerRules {
    /// How long a 429 waits that does not say how long.
    pub(in crate::deliver) rate_limit_wait: Duration,
    /// What to check when it does not let us in.
    pub(in crate::deliver) credential: &'static str,
    /// What to check when nothing is there.
    pub(in crate::deliver) address: &'static str,
    /// Whether the receiver is known to answer JSON or nothing: anything else is another place.
    pub(in crate::deliver) is_json_api: bool,
}

/// A success, read to its end.
pub(in crate::deliver) struct Accepted {
    status: StatusCode,
    content_type: Option<String>,
    /// What came with it.
    pub(in crate::deliver) body: Vec<u8>,
}

/// Sends `request`, which carries `batch`; the verdict, where the answer is no success.
pub(in crate::deliver) async fn exchange(
    request: RequestBuilder,
    rules: AnswerRules,
    batch: &[Outgoing<'_>],
) -> Result<Accepted, Verdict> {
    match send(request).await? {
        Ok(accepted) => Ok(accepted),
        Err(failure) => Err(verdict_of_failure(failure, rules, batch)),
    }
}

/// What a refusal of a post without events is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::deliver) enum RefusalOfNothing {
    /// The lack of events alone, as the receiver says.
    IsOfTheLack,
    /// Perhaps that, and perhaps any post.
    MayBeOfTheLack,
    /// Whoever asks, or what is asked.
    IsOfAnyPost,
}

/// Sends `request`, which carries no event. What a failure is about `tells`, by its status and its
/// body.
pub(in crate::deliver) async fn probe(
    request: RequestBuilder,
    rules: AnswerRules,
    tells: impl Fn(StatusCode, &Value) -> RefusalOfNothing,
) -> Verdict {
    let failure = match send(request).await {
        Ok(Ok(accepted)) => return accepted.verdict(&[], rules),
        Ok(Err(failure)) => failure,
        Err(verdict) => return verdict,
    };
    match tells(failure.status, &failure.body) {
        RefusalOfNothing::IsOfTheLack => Verdict::Delivered,
        RefusalOfNothing::MayBeOfTheLack => Verdict::Doubtful {
            why: format!(
                "it refused a post without events with {}{}: whether it takes events cannot be told \
                 before some are sent",
                failure.status,
                excerpt(&failure.body)
            ),
        },
        RefusalOfNothing::IsOfAnyPost => verdict_of_failure(failure, rules, &[]),
    }
}

/// The answer to `request`, read to its end; the verdict, where there is none.
async fn send(request: RequestBuilder) -> Result<Result<Accepted, Failure>, Verdict> {
    let answer = request.send().await.map_err(verdict_of_error)?;
    if !answer.status().is_success() {
        return Ok(Err(Failure::read(answer).await));
    }
    Ok(Ok(Accepted {
        status: answer.status(),
        content_type: text(answer.headers(), &CONTENT_TYPE).map(str::to_owned),
        body: body(answer).await.map_err(verdict_of_error)?,
    }))
}

impl Accepted {
    /// What a success means for `batch`: its body may say that events were refused. Every intake
    /// that we know answers JSON or nothing, and what answers otherwise may be the web page of a
    /// product that is to be reached elsewhere.
    pub(in crate::deliver) fn verdict(
        &self,
        batch: &[Outgoing<'_>],
        rules: AnswerRules,
    ) -> Verdict {
        if self.body.trim_ascii().is_empty() {
            return match rules.is_json_api && self.is_web_page() {
                true => self.verdict_of_no_json(rules),
                false => Verdict::Delivered,
            };
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(body) => refusals::verdict(&body, batch).unwrap_or(Verdict::Delivered),
            Err(error) if error.is_eof() && self.body.len() > BODY_LEN_MAX => Verdict::Delivered,
            Err(_) => self.verdict_of_no_json(rules),
        }
    }

    fn is_web_page(&self) -> bool {
        let content_type = self.content_type.as_deref().unwrap_or_default();
        content_type.to_ascii_lowercase().contains("html")
    }

    fn verdict_of_no_json(&self, rules: AnswerRules) -> Verdict {
        let content_type = match &self.content_type {
            Some(name) => format!("content type {}", message_of(&Value::String(name.clone()))),
            None => "no content type".to_owned(),
        };
        let status = self.status;
        let why = format!("it answered {status} with {content_type} and no JSON");
        if rules.is_json_api {
            let why = format!(
                "{why}, as a web page or a proxy does; check the sink's {}",
                rules.address
            );
            return Verdict::Refused { why };
        }
        let why = format!("{why}: the url may be that of a web page");
        Verdict::Doubtful { why }
    }
}

/// The verdict of an exchange that brought no answer. Of the address only the host is shown: a
/// path may hold a key.
fn verdict_of_error(error: reqwest::Error) -> Verdict {
    let url = error.url().cloned();
    let error = error.without_url();
    let why = match remedy::of_error(&error, url.as_ref()) {
        Some(remedy) => format!("{}; {remedy}", cause(&error)),
        None => format!("no whole answer came: {}", cause(&error)),
    };
    match trust::refused_certificate(&error) {
        Some(_) => Verdict::Refused { why },
        None => Verdict::Retry { after: None, why },
    }
}

/// An answer that is no success.
struct Failure {
    status: StatusCode,
    url: Url,
    /// How long it asks to wait.
    after: Option<Duration>,
    /// Its JSON, if it has any.
    body: Value,
}

impl Failure {
    async fn read(answer: Response) -> Self {
        let after = text(answer.headers(), &RETRY_AFTER);
        Self {
            status: answer.status(),
            url: answer.url().clone(),
            after: after.and_then(|header| retry_after::parse(header, SystemTime::now())),
            body: serde_json::from_slice(&body(answer).await.unwrap_or_default())
                .unwrap_or_default(),
        }
    }
}

/// The verdict of an answer that is no success.
fn verdict_of_failure(failure: Failure, rules: AnswerRules, batch: &[Outgoing<'_>]) -> Verdict {
    let Failure {
        status,
        url,
        after,
        body,
    } = failure;
    let why = format!("it answered {status}{}", excerpt(&body));
    match status {
        StatusCode::TOO_MANY_REQUESTS => Verdict::Retry {
            after: Some(after.unwrap_or(rules.rate_limit_wait)),
            why,
        },
        StatusCode::REQUEST_TIMEOUT => Verdict::Retry { after, why },
        status if status.is_server_error() => Verdict::Retry { after, why },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Verdict::Unauthorized {
            why: format!(
                "{why}; check the sink's {} and what it is allowed to do",
                rules.credential
            ),
        },
        status if status.is_redirection() => Verdict::Refused {
            why: format!("{why}; redirects are not followed: set the sink's url to where it is"),
        },
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => {
            Verdict::Refused {
                why: format!("{why}; check the sink's {}", rules.address),
            }
        }
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Verdict::Refused {
            why: format!("{why}; {}", remedy::of_proxy_credentials(&url)),
        },
        // Whatever the events are: they are not asked about one by one.
        StatusCode::PAYMENT_REQUIRED | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => {
            Verdict::Refused {
                why: format!("{why}; ask whoever runs it why it takes nothing"),
            }
        }
        StatusCode::NOT_ACCEPTABLE
        | StatusCode::LENGTH_REQUIRED
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UPGRADE_REQUIRED
        | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Verdict::Refused {
            why: format!(
                "{why}; it takes no posts of this form: check the sink's {}, and its format, \
                 headers and compression where it has them",
                rules.address
            ),
        },
        StatusCode::PAYLOAD_TOO_LARGE => Verdict::TooLarge { why },
        _ => refusals::first_invalid(&body, batch, &why).unwrap_or(Verdict::Rejected { why }),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What a JSON error body says of itself. Nothing else of a body is ever shown: it may repeat
/// what was sent.
fn excerpt(body: &Value) -> String {
    match complaint(body).as_str() {
        "" => String::new(),
        message => format!(" ({message})"),
    }
}
