//! The role of an EC2 instance, from its metadata service (IMDSv2).

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use reqwest::{Client, StatusCode};

use super::local_http::{self, Timeouts, answer, refused};
use super::retry::retried;
use super::{Found, SourceError};
use crate::aws::AwsErrorClass;
use crate::config::aws_variable;
use crate::trust::ExtraRoots;

const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
const TIMEOUT: &str = "AWS_METADATA_SERVICE_TIMEOUT";
const ATTEMPTS: &str = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
const ROLES: &str = "latest/meta-data/iam/security-credentials/";
const ATTEMPTS_DEFAULT: u32 = 4;
/// Where there is no such service, nobody answers at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// A service that is disturbed gives sessions that are over: AWS takes them for a while yet.
const EXTENSION: Duration = Duration::from_secs(10 * 60);

/// The credentials of the instance's role.
pub(super) async fn look() -> Result<Found, SourceError> {
    if aws_variable(DISABLED).is_some_and(|it| it.eq_ignore_ascii_case("true")) {
        return Ok(Found::Nothing(format!("switched off by {DISABLED}")));
    }
    let timeout = number(TIMEOUT)?.map(|seconds| Duration::from_secs(seconds.into()));
    let timeouts = Timeouts {
        connect: timeout.unwrap_or(CONNECT_TIMEOUT),
        total: timeout.unwrap_or(ANSWER_TIMEOUT),
    };
    let client = local_http::client(timeouts, &ExtraRoots::default())?;
    let url = match (aws_variable(ENDPOINT), aws_variable(MODE)) {
        (Some(url), _) => url,
        (None, Some(mode)) if mode.eq_ignore_ascii_case("ipv6") => "http://[fd00:ec2::254]".into(),
        (None, _) => "http://169.254.169.254".into(),
    };
    let url = url.trim_end_matches('/');
    let attempts = number(ATTEMPTS)?.unwrap_or(ATTEMPTS_DEFAULT);
    match retried(attempts, || ask(&client, url)).await {
        Err(SourceError { class, message, .. }) if class == AwsErrorClass::Unreachable => {
            Ok(Found::Nothing(message))
        }
        answer => answer,
    }
}

async fn ask(client: &Client, url: &str) -> Result<Found, SourceError> {
    let who = format!("the metadata service {url}");
    let request = client.put(format!("{url}/latest/api/token"));
    let request = request.header("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    let (status, token) = answer(request, &who).await?;
    if !status.is_success() {
        return Err(refused(&who, status));
    }
    let get = async |path: &str| {
        let request = client.get(format!("{url}/{path}"));
        let request = request.header("x-aws-ec2-metadata-token", token.as_slice());
        answer(request, &who).await
    };
    let (status, role) = get(ROLES).await?;
    if status == StatusCode::NOT_FOUND {
        return Ok(Found::Nothing("the instance has no role".to_owned()));
    }
    let role = String::from_utf8_lossy(&role).trim().to_owned();
    let is_name = |it: char| it.is_ascii_alphanumeric() || "+=,.@_-".contains(it);
    if !status.is_success() || role.is_empty() || !role.chars().all(is_name) {
        return Err(refused(&who, status));
    }
    let (status, body) = get(&format!("{ROLES}{role}")).await?;
    if !status.is_success() {
        return Err(refused(&who, status));
    }
    match super::answer::credentials(&body, "instance") {
        Ok(credentials) => Ok(Found::Credentials(extended(credentials))),
        Err(why) => Err(SourceError::failed(
            AwsErrorClass::Malformed,
            format!("{who}: {why}"),
        )),
    }
}

fn extended(mut credentials: Credentials) -> Credentials {
    let now = SystemTime::now();
    if let Some(expiry) = credentials.expiry_mut()
        && *expiry <= now
    {
        *expiry = now + EXTENSION;
    }
    credentials
}

/// The whole number above 0 that a variable sets.
fn number(name: &str) -> Result<Option<u32>, SourceError> {
    let Some(text) = aws_variable(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(number @ 1..=600) => Ok(Some(number)),
        _ => Err(SourceError::wrong(
            format!("{name} is no whole number from 1 to 600"),
            "correct or unset it",
        )),
    }
}
