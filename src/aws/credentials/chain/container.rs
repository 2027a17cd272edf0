//! The agent of a container: that of ECS, or EKS Pod Identity.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Client, Url};

use super::answer::Writer;
use super::local_http::{self, Timeouts, answer, refused};
use super::retry::retried;
use super::{Found, SourceError};
use crate::aws::AwsErrorClass;
use crate::config::aws_variable;
use crate::file;
use crate::foreign;
use crate::trust::ExtraRoots;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// The agent of ECS.
const HOST: &str = "http://169.254.170.2";
/// The agents of ECS and of EKS, which are asked without TLS.
const HOSTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
const ATTEMPTS: u32 = 6;
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(2),
    total: Duration::from_secs(5),
};
const TOKEN_BYTES_MAX: u64 = 64 << 10;

/// The credentials that the container's agent has.
pub(super) async fn look(roots: &ExtraRoots) -> Result<Found, SourceError> {
    let Some(url) = url()? else {
        return Ok(Found::Nothing(format!("{RELATIVE} and {FULL} are not set")));
    };
    let client = local_http::client(TIMEOUTS, roots)?;
    let found = retried(ATTEMPTS, || ask(&client, &url)).await?;
    Ok(found)
}

async fn ask(client: &Client, url: &Url) -> Result<Found, SourceError> {
    let who = format!(
        "the container's agent {}",
        url.host_str().unwrap_or_default()
    );
    let mut request = client.get(url.clone()).header(ACCEPT, "application/json");
    if let Some(token) = token()? {
        request = request.header(AUTHORIZATION, token);
    }
    let (status, body) = answer(request, &who).await?;
    if !status.is_success() {
        return Err(refused(&who, status));
    }
    match super::answer::credentials(&body, Writer::Container) {
        Ok(credentials) => Ok(Found::Credentials(credentials)),
        Err(why) => Err(SourceError::failed(
            AwsErrorClass::Malformed,
            format!("{who}: {why}"),
        )),
    }
}

/// Where the agent is. A secret is sent there: in the clear only to this machine or to an agent.
fn url() -> Result<Option<Url>, SourceError> {
    let (name, text) = match (aws_variable(RELATIVE), aws_variable(FULL)) {
        (Some(path), _) => (RELATIVE, format!("{HOST}{path}")),
        (None, Some(url)) => (FULL, url),
        (None, None) => return Ok(None),
    };
    let wrong = |what: &str| SourceError::wrong(format!("{name} {what}"), "correct or unset it");
    let url = Url::parse(&text).map_err(|_| wrong("is no URL"))?;
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host.parse().is_ok_and(|it: IpAddr| it.is_loopback());
    let is_near = is_loopback || host == "localhost" || HOSTS.contains(&host);
    match url.scheme() {
        "https" => Ok(Some(url)),
        "http" if is_near => Ok(Some(url)),
        "http" => Err(wrong(
            "leads to another machine without TLS, which would give the token away",
        )),
        _ => Err(wrong("does not begin with https:// or http://")),
    }
}

/// What the agent knows the container by. The file is read each time: its content is renewed.
fn token() -> Result<Option<HeaderValue>, SourceError> {
    let (name, text) = match (aws_variable(TOKEN_FILE), aws_variable(TOKEN)) {
        (Some(path), _) => {
            let text = file::read_text(Path::new(&path), TOKEN_BYTES_MAX);
            let text = text.map_err(|error| {
                let message =
                    format!("the token file {path} ({TOKEN_FILE}) cannot be read: {error}");
                SourceError::wrong(message, "mount it, or correct the variable")
            })?;
            (TOKEN_FILE, text.trim().to_owned())
        }
        (None, Some(token)) => (TOKEN, token),
        (None, None) => return Ok(None),
    };
    foreign::hide("container token", &text.as_str().into());
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        let message = format!("the token of {name} has a character that no header has");
        SourceError::wrong(message, "correct it")
    })?;
    value.set_sensitive(true);
    Ok(Some(value))
}
