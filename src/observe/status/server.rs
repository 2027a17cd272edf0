//! The status page of a daemon: `GET /status`, and `GET /health` for whoever only wants to know
//! that it does its work. Bounded in connections, in time, and in how often the state is read.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::cached::CachedReport;
use super::{StatusReport, origin};
use crate::foreign::Page;
use crate::store::StoreError;

/// How long a client may take to ask.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection may last, to the last byte of the answer.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);
/// Further ones wait to be taken.
const CONNECTIONS_MAX: usize = 32;
/// The wait after a connection could not be taken: the process may be out of files.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("status.listen: cannot listen on {address}: {source}; choose another address")]
pub struct StatusError {
    address: SocketAddr,
    source: std::io::Error,
}

/// A bound status address.
#[derive(Debug)]
pub struct StatusServer {
    listener: TcpListener,
}

impl StatusServer {
    /// Binds `address`.
    pub async fn bind(address: SocketAddr) -> Result<Self, StatusError> {
        match TcpListener::bind(address).await {
            Ok(listener) => {
                let bound = listener.local_addr().unwrap_or(address);
                tracing::info!(address = %bound, "serving the status");
                Ok(Self { listener })
            }
            Err(source) => Err(StatusError { address, source }),
        }
    }

    /// Answers with what `report` returns, for ever.
    pub async fn serve<F, R>(self, report: F)
    where
        F: Fn() -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Result<StatusReport, StoreError>> + Send + 'static,
    {
        let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let report = CachedReport::new(report);
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            // The semaphore is never closed.
            let Ok(permit) = Arc::clone(&free).acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let report = report.clone();
                    connections.spawn(async move {
                        let served = timeout(CONNECTION_TIMEOUT, serve_one(stream, report));
                        if served.await.is_err() {
                            tracing::debug!("a request for the status took too long");
                        }
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a request for the status was not taken");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn serve_one<F, R>(stream: TcpStream, report: CachedReport<F>)
where
    F: Fn() -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<StatusReport, StoreError>> + Send + 'static,
{
    let answer = service_fn(move |request: Request<Incoming>| {
        let report = report.clone();
        async move { Ok::<_, Infallible>(answer(&request, &report).await) }
    });
    let ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = ended.await {
        tracing::debug!(%error, "a request for the status ended early");
    }
}

async fn answer<F, R>(
    request: &Request<Incoming>,
    report: &CachedReport<F>,
) -> Response<Full<Bytes>>
where
    F: Fn() -> R,
    R: Future<Output = Result<StatusReport, StoreError>>,
{
    if let Some((status, why)) = origin::refusal(request) {
        return plain(status, Page::of(why));
    }
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/health") => health(report.get().await),
        (&Method::GET, "/status") => match report.get().await {
            Ok(report) => json(&report),
            Err(error) => {
                let page = Page::of(&format!("{error}\n"));
                plain(StatusCode::INTERNAL_SERVER_ERROR, page)
            }
        },
        (&Method::GET, _) => plain(
            StatusCode::NOT_FOUND,
            Page::of("there are /status and /health\n"),
        ),
        _ => plain(StatusCode::METHOD_NOT_ALLOWED, Page::of("only GET\n")),
    }
}

/// Whether the daemon does its work; what else needs attention is said either way.
fn health(report: Result<Arc<StatusReport>, StoreError>) -> Response<Full<Bytes>> {
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

fn json(report: &StatusReport) -> Response<Full<Bytes>> {
    let page = Page::json(&serde_json::to_string(report).unwrap_or_default());
    let mut response = plain(StatusCode::OK, page);
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn plain(status: StatusCode, page: Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(page.to_string().into()));
    *response.status_mut() = status;
    response
}
