//! What is answered to whom: `/status`, `/health`, `/metrics`, and the probes `/livez` and `/readyz`.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};

use super::cached::CachedReport;
use super::token::Token;
use super::{StatusReport, origin};
use crate::foreign::Page;
use crate::metrics::{CONTENT_TYPE as METRICS, MetricsError};
use crate::store::{StoreError, on_store_thread};

/// What there is, for who asks for something else.
const THERE_ARE: &str = "there are /status, /health, /metrics, /livez and /readyz\n";
/// What is said to who has no token, or not the one.
const UNKNOWN: &str =
    "give the token of status.token: as Authorization: Bearer, or as a password\n";
/// What makes a browser ask for it.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"rollcall\"");

/// What answers are made from.
pub trait StatusSource: Send + Sync + 'static {
    /// How accounts and sinks are doing. Blocks.
    fn report(&self) -> Result<StatusReport, StoreError>;
    /// Why the daemon has to be started again, if it must.
    fn why_not_live(&self) -> Option<String>;
    /// Why it does not do its work, if it does not. Blocks for a moment.
    fn why_not_ready(&self) -> Option<String>;
    /// The same for a monitoring system, in Prometheus's text format. Blocks for a moment.
    fn metrics(&self) -> Result<String, MetricsError>;
}

/// Answers requests. Clones share what they answer.
#[derive(Clone)]
pub(super) struct Routes {
    source: Arc<dyn StatusSource>,
    report: CachedReport,
    token: Option<Token>,
}

type Answer = Response<Full<Bytes>>;

impl Routes {
    pub(super) fn new(source: Arc<dyn StatusSource>, token: Option<Token>) -> Self {
        Self {
            source,
            token,
            report: CachedReport::default(),
        }
    }

    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Answer {
        if let Some((status, why)) = origin::refusal(request) {
            return plain(status, Page::of(why));
        }
        let (method, path) = (request.method(), request.uri().path());
        // Whoever probes has no token, and learns no name.
        match (method, path) {
            (&Method::GET, "/livez") => return probed("live", self.source.why_not_live()),
            (&Method::GET, "/readyz") => return self.ready().await,
            _ => {}
        }
        if self.token.as_ref().is_some_and(|it| !it.is_given(request)) {
            let mut refusal = plain(StatusCode::UNAUTHORIZED, Page::of(UNKNOWN));
            refusal.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
            return refusal;
        }
        match (method, path) {
            (&Method::GET, "/health") => health(self.report().await),
            (&Method::GET, "/metrics") => self.metrics().await,
            (&Method::GET, "/status") => match self.report().await {
                Ok(report) => {
                    let page = Page::json(&serde_json::to_string(&*report).unwrap_or_default());
                    typed("application/json", page)
                }
                Err(error) => failed(&error),
            },
            (&Method::GET, _) => plain(StatusCode::NOT_FOUND, Page::of(THERE_ARE)),
            _ => plain(StatusCode::METHOD_NOT_ALLOWED, Page::of("only GET\n")),
        }
    }

    async fn report(&self) -> Result<Arc<StatusReport>, StoreError> {
        let source = Arc::clone(&self.source);
        let read = || on_store_thread(move || source.report());
        self.report.get(read).await
    }

    async fn ready(&self) -> Answer {
        let source = Arc::clone(&self.source);
        match tokio::task::spawn_blocking(move || source.why_not_ready()).await {
            Ok(why_not) => probed("ready", why_not),
            Err(error) => failed(&error),
        }
    }

    async fn metrics(&self) -> Answer {
        let source = Arc::clone(&self.source);
        // Not on the store's threads, which may have much to write.
        match tokio::task::spawn_blocking(move || source.metrics()).await {
            Ok(Ok(text)) => typed(METRICS, Page::samples(text)),
            Ok(Err(error)) => failed(&error),
            Err(error) => failed(&error),
        }
    }
}

/// Whether the daemon does its work; what else needs attention is said either way.
fn health(report: Result<Arc<StatusReport>, StoreError>) -> Answer {
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            let page = Page::of(&format!("not ok: {error}\n"));
            return plain(StatusCode::SERVICE_UNAVAILABLE, page);
        }
    };
    let (status, mut text) = match report.why_unhealthy() {
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ok: {why}\n")),
        None => (StatusCode::OK, "ok\n".to_owned()),
    };
    for problem in &report.problems {
        text = format!("{text}{problem}\n");
    }
    plain(status, Page::of(&text))
}

/// That the daemon is in `state`, or why it is not.
fn probed(state: &str, why_not: Option<String>) -> Answer {
    match why_not {
        None => plain(StatusCode::OK, Page::of(&format!("{state}\n"))),
        Some(why) => plain(
            StatusCode::SERVICE_UNAVAILABLE,
            Page::of(&format!("not {state}: {why}\n")),
        ),
    }
}

fn failed(error: &impl std::fmt::Display) -> Answer {
    let page = Page::of(&format!("{error}\n"));
    plain(StatusCode::INTERNAL_SERVER_ERROR, page)
}

fn typed(content_type: &'static str, page: Page) -> Answer {
    let mut response = plain(StatusCode::OK, page);
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

fn plain(status: StatusCode, page: Page) -> Answer {
    let mut response = Response::new(Full::new(page.to_string().into()));
    *response.status_mut() = status;
    response
}
