//! What is answered to whom: `/status`, `/health` and `/metrics`.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::cached::CachedReport;
use super::{StatusReport, origin};
use crate::foreign::Page;
use crate::metrics::{CONTENT_TYPE as METRICS, MetricsError};
use crate::store::{StoreError, on_store_thread};

/// What there is, for who asks for something else.
const THERE_ARE: &str = "there are /status, /health and /metrics\n";

/// What answers are made from.
pub trait StatusSource: Send + Sync + 'static {
    /// How accounts and sinks are doing. Blocks.
    fn report(&self) -> Result<StatusReport, StoreError>;
    /// The same for a monitoring system, in Prometheus's text format. Blocks for a moment.
    fn metrics(&self) -> Result<String, MetricsError>;
}

/// Answers requests. Clones share what they answer.
#[derive(Clone)]
pub(super) struct Routes {
    source: Arc<dyn StatusSource>,
    report: CachedReport,
}

type Answer = Response<Full<Bytes>>;

impl Routes {
    pub(super) fn new(source: Arc<dyn StatusSource>) -> Self {
        Self {
            source,
            report: CachedReport::default(),
        }
    }

    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Answer {
        if let Some((status, why)) = origin::refusal(request) {
            return plain(status, Page::of(why));
        }
        match (request.method(), request.uri().path()) {
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
