//! HTTP to what is near: the metadata service, the agent of a container. Never through a proxy.

use std::time::Duration;

use reqwest::{Certificate, Client, RequestBuilder, StatusCode, redirect};

use super::SourceError;
use crate::aws::AwsErrorClass;
use crate::trust::{ExtraRoots, causes};

/// Credentials and tokens have a few kilobytes.
const BYTES_MAX: usize = 256 << 10;

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    pub(super) connect: Duration,
    pub(super) total: Duration,
}

/// A client that trusts `roots` too.
pub(super) fn client(timeouts: Timeouts, roots: &ExtraRoots) -> Result<Client, SourceError> {
    // An earlier client of this process has installed the same provider: nothing to do then.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let of_pem = roots.pems().flat_map(Certificate::from_pem_bundle);
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .tls_certs_merge(of_pem.flatten())
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        .build();
    client.map_err(|error| {
        let why = causes(&error).last().map(ToString::to_string);
        SourceError::failed(AwsErrorClass::NoCredentials, why.unwrap_or_default())
    })
}

/// The status and body of the answer to `request`. `who` is asked.
pub(super) async fn answer(
    request: RequestBuilder,
    who: &str,
) -> Result<(StatusCode, Vec<u8>), SourceError> {
    let failed = |error: reqwest::Error| {
        let class = match (error.is_connect(), error.is_timeout()) {
            (true, _) => AwsErrorClass::Unreachable,
            (false, true) => AwsErrorClass::NoAnswer,
            (false, false) => AwsErrorClass::Server,
        };
        let why = causes(&error).last().map(ToString::to_string);
        SourceError::failed(class, format!("{who}: {}", why.unwrap_or_default()))
    };
    let mut answer = request.send().await.map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > BYTES_MAX {
            let what = format!("{who} answers more than {} KiB", BYTES_MAX >> 10);
            return Err(SourceError::failed(AwsErrorClass::Unreadable, what));
        }
    }
    Ok((answer.status(), body))
}

/// The error of `who` that answered with `status`.
pub(super) fn refused(who: &str, status: StatusCode) -> SourceError {
    let class = match status {
        StatusCode::TOO_MANY_REQUESTS => AwsErrorClass::Throttled,
        status if status.is_server_error() => AwsErrorClass::Server,
        _ => AwsErrorClass::NoCredentials,
    };
    SourceError::failed(class, format!("{who} answers HTTP {}", status.as_u16()))
}
