//! Asking a running daemon for its status.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;

use super::StatusReport;
use crate::foreign::Shown;

/// How long the daemon may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Far more than a status of a thousand accounts.
const BODY_LEN_MAX: usize = 16 * 1024 * 1024;

/// A daemon did not answer with its status.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot ask {address} for the status: {why}; is status.listen what the daemon was started with?"
)]
pub struct AskError {
    /// Where it was asked.
    pub address: SocketAddr,
    /// Why there is no status.
    pub why: Shown,
    /// Whether nobody listens there.
    pub is_nobody: bool,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl StatusReport {
    /// The status of the daemon at `address`, which may want `token`.
    pub async fn ask(address: SocketAddr, token: Option<&SecretString>) -> Result<Self, AskError> {
        let (status, body) = asked(address, "/status", token).await?;
        let report = match status {
            StatusCode::OK => serde_json::from_slice(&body)
                .map_err(|error| format!("its answer is no status of this version: {error}")),
            status => Err(format!("it answers {status}")),
        };
        report.map_err(|why| AskError {
            address,
            is_nobody: false,
            why: Shown::of(why),
        })
    }
}

/// Why the daemon at `address` is not ready, if it is not.
pub async fn ask_readiness(address: SocketAddr) -> Result<Option<String>, AskError> {
    let (status, body) = asked(address, "/readyz", None).await?;
    let text = String::from_utf8_lossy(&body);
    Ok(match status {
        StatusCode::OK => None,
        StatusCode::SERVICE_UNAVAILABLE => {
            let why = text.trim().trim_start_matches("not ready: ");
            Some(why.to_owned())
        }
        status => Some(format!("{address} answers {status}")),
    })
}

async fn asked(
    address: SocketAddr,
    path: &str,
    token: Option<&SecretString>,
) -> Result<(StatusCode, Bytes), AskError> {
    let answer = tokio::time::timeout(PATIENCE, exchange(address, path, token)).await;
    let answer = answer.unwrap_or_else(|_| Err("it does not answer".into()));
    answer.map_err(|why| {
        let refused = |error: &std::io::Error| error.kind() == ErrorKind::ConnectionRefused;
        AskError {
            address,
            is_nobody: why.downcast_ref().is_some_and(refused),
            why: Shown::of(why),
        }
    })
}

async fn exchange(
    address: SocketAddr,
    path: &str,
    token: Option<&SecretString>,
) -> Result<(StatusCode, Bytes), Failure> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = Request::get(path).header(HOST, address.to_string());
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose_secret()));
    }
    let answer = sender
        .send_request(request.body(Empty::<Bytes>::new())?)
        .await?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), BODY_LEN_MAX)
        .collect()
        .await?;
    connection.abort();
    Ok((status, body.to_bytes()))
}
