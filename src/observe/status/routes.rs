//! What is answered to whom: the page, `/status`, `/changes`, `/health`, `/metrics`, and the probes
//! `/livez` and `/readyz`.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::cached::Cached;
use super::token::Token;
use super::{StatusReport, origin};
use crate::foreign::Page;
use crate::metrics::{CONTENT_TYPE as METRICS, MetricsError};
use crate::store::{StoreError, on_store_thread};

/// What there is, for who asks for something else.
const THERE_ARE: &str = "there are /, /status, /changes, /health, /metrics, /livez and /readyz\n";
/// What is said to who has no token, or not the one.
const UNKNOWN: &str =
    "give the token of status.token: as Authorization: Bearer, or as a password\n";
/// What makes a browser ask for it.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"rollcall\"");

/// The page takes what is here, and is in no frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// What answers are made from.
pub trait StatusSource: Send + Sync + 'static {
    /// How accounts and sinks are doing. Blocks.
    fn report(&self) -> Result<StatusReport, StoreError>;
    /// What changed in the last day, a list of accounts with their users. Blocks.
    fn changes(&self) -> Result<Value, StoreError>;
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
    report: Cached<StatusReport>,
    changes: Cached<Value>,
    access: Access,
}

/// Who is answered, and what is left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Access {
    /// What all but probes must know.
    pub(super) token: Option<Token>,
    /// Whether no user is named.
    pub(super) hides_names: bool,
}

/// How old what is answered may be.
const REPORT_AGE_MAX: Duration = Duration::from_secs(1);
const CHANGES_AGE_MAX: Duration = Duration::from_secs(20);

pub(super) type Answer = Response<Full<Bytes>>;

impl Routes {
    pub(super) fn new(source: Arc<dyn StatusSource>, access: Access) -> Self {
        Self {
            source,
            access,
            report: Cached::new(REPORT_AGE_MAX),
            changes: Cached::new(CHANGES_AGE_MAX),
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
        if self
            .access
            .token
            .as_ref()
            .is_some_and(|it| !it.is_given(request))
        {
            let mut refusal = plain(StatusCode::UNAUTHORIZED, Page::of(UNKNOWN));
            refusal.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
            return refusal;
        }
        match (method, path) {
            (&Method::GET, "/health") => health(self.report().await),
            (&Method::GET, "/metrics") => metrics(&self.source).await,
            (&Method::GET, "/status") => match self.report().await {
                Ok(report) => {
                    let page = Page::json(&serde_json::to_string(&*report).unwrap_or_default());
                    typed("application/json", page)
                }
                Err(error) => failed(&error),
            },
            (&Method::GET, "/changes") => match self.changes().await {
                Ok(changes) => typed("application/json", Page::json(&changes.to_string())),
                Err(error) => failed(&error),
            },
            (&Method::GET, path) if let Some(asset) = asset(path) => asset,
            (&Method::GET, _) => plain(StatusCode::NOT_FOUND, Page::of(THERE_ARE)),
            _ => plain(StatusCode::METHOD_NOT_ALLOWED, Page::of("only GET\n")),
        }
    }

    async fn report(&self) -> Result<Arc<StatusReport>, StoreError> {
        let source = Arc::clone(&self.source);
        let read = || on_store_thread(move || source.report());
        self.report.get(read).await
    }

    async fn changes(&self) -> Result<Arc<Value>, StoreError> {
        let (source, hides_names) = (Arc::clone(&self.source), self.access.hides_names);
        let read = || {
            on_store_thread(move || {
                let changes = source.changes()?;
                Ok(if hides_names {
                    nameless(&changes)
                } else {
                    changes
                })
            })
        };
        self.changes.get(read).await
    }

    async fn ready(&self) -> Answer {
        let source = Arc::clone(&self.source);
        match tokio::task::spawn_blocking(move || source.why_not_ready()).await {
            Ok(why_not) => probed("ready", why_not),
            Err(error) => failed(&error),
        }
    }
}

/// What `source` tells a monitoring system.
pub(super) async fn metrics(source: &Arc<dyn StatusSource>) -> Answer {
    let source = Arc::clone(source);
    // Not on the store's threads, which may have much to write.
    match tokio::task::spawn_blocking(move || source.metrics()).await {
        Ok(Ok(text)) => typed(METRICS, Page::samples(text)),
        Ok(Err(error)) => failed(&error),
        Err(error) => failed(&error),
    }
}

/// `changes` with what nobody is known by: of each user the kind of change, and in which fields.
fn nameless(changes: &Value) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let field = |change: Value| {
        // How much a user can do tells of nobody.
        let is_of_power = change["field"] == "privilege.tier";
        let mut field = json!({"field": change["field"], "meaning": change["meaning"]});
        if is_of_power {
            field["before"] = change["before"].clone();
            field["after"] = change["after"].clone();
        }
        field
    };
    let user = |user: Value| {
        let changes: Vec<Value> = list(&user["changes"]).into_iter().map(field).collect();
        json!({"kind": user["kind"], "changes": changes})
    };
    let accounts = list(changes).into_iter().map(|account| {
        let users: Vec<Value> = list(&account["users"]).into_iter().map(user).collect();
        json!({"account": account["account"], "users": users})
    });
    accounts.collect()
}

/// A part of the page, which takes nothing from elsewhere.
fn asset(path: &str) -> Option<Answer> {
    let (content_type, text) = match path {
        "/" => ("text/html; charset=utf-8", include_str!("page/page.html")),
        "/page.css" => ("text/css; charset=utf-8", include_str!("page/page.css")),
        "/page.js" => (
            "text/javascript; charset=utf-8",
            include_str!("page/page.js"),
        ),
        _ => return None,
    };
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Some(response)
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

pub(super) fn typed(content_type: &'static str, page: Page) -> Answer {
    let mut response = plain(StatusCode::OK, page);
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

pub(super) fn plain(status: StatusCode, page: Page) -> Answer {
    let mut response = Response::new(Full::new(page.to_string().into()));
    *response.status_mut() = status;
    response
}
