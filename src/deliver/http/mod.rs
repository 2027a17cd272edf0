//! HTTP as every sink speaks it: bounded in time and in what is read, no redirects.

mod answer;
mod body;
mod message;
mod refusals;
mod remedy;
mod retry_after;
mod secrets;

use std::time::Duration;

use reqwest::header::CONTENT_LENGTH;
use reqwest::{Certificate, Client, RequestBuilder, Response, redirect};

use crate::proxy;
use crate::trust::{self, ExtraRoots};

pub(super) use answer::{Accepted, AnswerRules, RefusalOfNothing, exchange, probe};
pub(super) use body::{content_type, encode};
pub(super) use message::message_of;
pub(super) use secrets::Secrets;

/// How much of an answer is read.
const BODY_LEN_MAX: usize = 1024 * 1024;

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

/// Why a sink over HTTP could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The HTTP client could not be built.
    #[error(
        "cannot set up HTTPS: {}; install the system's CA certificates, or name them in \
         SSL_CERT_FILE or agent.ca_file",
        cause(.0)
    )]
    Client(#[source] reqwest::Error),
    /// What a header is to say cannot be sent.
    #[error("header {0} holds a character that no header has; correct it")]
    Header(String),
}

/// A client for posts: a redirected post would hand the key and the users to somebody else.
pub fn client(timeouts: HttpTimeouts, roots: &ExtraRoots) -> Result<Client, HttpError> {
    // An earlier client of this process has installed the same provider: nothing to do then.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut certificates = Vec::new();
    for pem in roots.pems() {
        certificates.extend(Certificate::from_pem_bundle(pem).map_err(HttpError::Client)?);
    }
    let mut client = Client::builder();
    if proxy::is_off() {
        client = client.no_proxy();
    }
    let client = client
        .tls_certs_merge(certificates)
        .user_agent(concat!("rollcall/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.read)
        .timeout(timeouts.total)
        .build();
    client.map_err(HttpError::Client)
}

/// A post of `body`, whose length is in a header even where that is nothing: some receivers refuse
/// a post that does not say how long it is.
pub(super) fn post(client: &Client, url: &str, body: Vec<u8>) -> RequestBuilder {
    let length = body.len();
    client.post(url).header(CONTENT_LENGTH, length).body(body)
}

/// Sends a request that carries no event, and reads a success to its end; else why, in words.
pub async fn exchanged(request: RequestBuilder) -> Result<Vec<u8>, String> {
    let answer = request.send().await.map_err(|error| cause(&error))?;
    match answer.status() {
        status if status.is_success() => body(answer).await.map_err(|error| cause(&error)),
        status => Err(format!("it answered {status}")),
    }
}

/// What an error comes from, alone: those around it say where in the client it was met.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let causes = trust::causes(error).map(ToString::to_string);
    let innermost = causes.filter(|text| !text.is_empty()).last();
    innermost.unwrap_or_else(|| error.to_string())
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
