//! The status page of a daemon: `GET /status`, and `GET /health` for whoever only wants to know
//! that it does its work.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use super::StatusReport;
use crate::store::StoreError;

/// How long a client may take to ask.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
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
        F: Fn() -> R + Clone + Send + 'static,
        R: Future<Output = Result<StatusReport, StoreError>> + Send + 'static,
    {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(serve_one(stream, report.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a request for the status was not taken");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn serve_one<F, R>(stream: TcpStream, report: F)
where
    F: Fn() -> R + Send,
    R: Future<Output = Result<StatusReport, StoreError>> + Send,
{
    let answer = service_fn(move |request: Request<Incoming>| {
        let report = report();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        async move { Ok::<_, Infallible>(answer(&method, &path, report).await) }
    });
    let ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = ended.await {
        tracing::debug!(%error, "a request for the status ended early");
    }
}

async fn answer(
    method: &Method,
    path: &str,
    report: impl Future<Output = Result<StatusReport, StoreError>>,
) -> Response<Full<Bytes>> {
    match (method, path) {
        (&Method::GET, "/health") => health(report.await),
        (&Method::GET, "/status") => match report.await {
            Ok(report) => json(&report),
            Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error}\n")),
        },
        (&Method::GET, _) => plain(StatusCode::NOT_FOUND, "there are /status and /health\n"),
        _ => plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n"),
    }
}

/// Whether the daemon does its work; what else needs attention is said either way.
fn health(report: Result<StatusReport, StoreError>) -> Response<Full<Bytes>> {
    let (status, mut text, problems) = match report {
        Err(error) => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("not ok: {error}"),
            Vec::new(),
        ),
        Ok(report) => match report.why_unhealthy() {
            Some(why) => (
                StatusCode::SERVICE_UNAVAILABLE,
                format!("not ok: {why}"),
                report.problems,
            ),
            None => (StatusCode::OK, "ok".to_owned(), report.problems),
        },
    };
    for problem in problems {
        text = format!("{text}\n{problem}");
    }
    plain(status, &format!("{text}\n"))
}

fn json(report: &StatusReport) -> Response<Full<Bytes>> {
    let body = serde_json::to_vec(report).unwrap_or_default();
    let mut response = Response::new(Full::new(body.into()));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.to_owned().into()));
    *response.status_mut() = status;
    response
}
