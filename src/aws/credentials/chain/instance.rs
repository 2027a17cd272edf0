//! The role of an EC2 instance and its region, from its metadata service (IMDSv2).

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use reqwest::{Client, StatusCode};

use super::answer::Writer;
use super::local_http::{self, Timeouts, answer, refused};
use super::retry::retried;
use super::{Found, SourceError};
use crate::aws::AwsErrorClass;
use crate::config::{aws_variable, is_region};
use crate::trust::ExtraRoots;

const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";
const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
const TIMEOUT: &str = "AWS_METADATA_SERVICE_TIMEOUT";
const ATTEMPTS: &str = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";
const ROLES: &str = "latest/meta-data/iam/security-credentials/";
const REGION: &str = "latest/meta-data/placement/region";
const ATTEMPTS_DEFAULT: u32 = 4;
/// Where there is no such service, nobody answers at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// A service that is disturbed gives sessions that are over: AWS takes them for a while yet.
const EXTENSION: Duration = Duration::from_secs(10 * 60);

/// The metadata service.
struct Metadata {
    client: Client,
    url: String,
    attempts: u32,
}

/// The credentials of the instance's role.
pub(super) async fn look() -> Result<Found, SourceError> {
    let Some(metadata) = Metadata::of_environment()? else {
        return Ok(Found::Nothing(format!("switched off by {DISABLED}")));
    };
    match retried(metadata.attempts, || metadata.session()).await {
        Err(SourceError {
            class: AwsErrorClass::Unreachable,
            message,
            ..
        }) => Ok(Found::Nothing(message.into())),
        answer => answer,
    }
}

/// The region that the instance is in, if this is one.
pub(in crate::aws) async fn region() -> Option<String> {
    let metadata = Metadata::of_environment().ok().flatten()?;
    let (status, region) = retried(metadata.attempts, || metadata.get(REGION))
        .await
        .ok()?;
    let region = String::from_utf8(region).ok()?.trim().to_owned();
    (status.is_success() && is_region(&region)).then_some(region)
}

impl Metadata {
    /// The service where variables say it is; `None` if they switch it off.
    fn of_environment() -> Result<Option<Self>, SourceError> {
        if aws_variable(DISABLED).is_some_and(|it| it.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let timeout = number(TIMEOUT)?.map(|seconds| Duration::from_secs(seconds.into()));
        let timeouts = Timeouts {
            connect: timeout.unwrap_or(CONNECT_TIMEOUT),
            total: timeout.unwrap_or(ANSWER_TIMEOUT),
        };
        let is_ipv6 = |mode: String| mode.eq_ignore_ascii_case("ipv6");
        let url = match (
            aws_variable(ENDPOINT),
            aws_variable(MODE).is_some_and(is_ipv6),
        ) {
            (Some(url), _) => url,
            (None, true) => "http://[fd00:ec2::254]".to_owned(),
            (None, false) => "http://169.254.169.254".to_owned(),
        };
        Ok(Some(Self {
            client: local_http::client(timeouts, &ExtraRoots::default())?,
            url: url.trim_end_matches('/').to_owned(),
            attempts: number(ATTEMPTS)?.unwrap_or(ATTEMPTS_DEFAULT),
        }))
    }

    fn who(&self) -> String {
        format!("the metadata service {}", self.url)
    }

    /// The status and body of what is at `path`.
    async fn get(&self, path: &str) -> Result<(StatusCode, Vec<u8>), SourceError> {
        let (who, url) = (self.who(), &self.url);
        let request = self.client.put(format!("{url}/latest/api/token"));
        let request = request.header("x-aws-ec2-metadata-token-ttl-seconds", "60");
        let (status, token) = answer(request, &who).await?;
        if !status.is_success() {
            return Err(refused(&who, status));
        }
        let request = self.client.get(format!("{url}/{path}"));
        let request = request.header("x-aws-ec2-metadata-token", token);
        answer(request, &who).await
    }

    async fn session(&self) -> Result<Found, SourceError> {
        let who = self.who();
        let (status, role) = self.get(ROLES).await?;
        let role = String::from_utf8_lossy(&role).trim().to_owned();
        if status == StatusCode::NOT_FOUND || (status.is_success() && role.is_empty()) {
            let why = "the instance has no role: attach an instance profile to it";
            return Ok(Found::Nothing(why.to_owned()));
        }
        if !status.is_success() {
            return Err(refused(&who, status));
        }
        let is_name = |it: char| it.is_ascii_alphanumeric() || "+=,.@_-".contains(it);
        if !role.chars().all(is_name) {
            let message = format!("{who} answers something else than the name of a role");
            return Err(SourceError::wrong(
                message,
                format!("correct or unset {ENDPOINT}"),
            ));
        }
        let (status, body) = self.get(&format!("{ROLES}{role}")).await?;
        if !status.is_success() {
            return Err(refused(&who, status));
        }
        match super::answer::credentials(&body, Writer::Instance) {
            Ok(credentials) => Ok(Found::Credentials(extended(credentials))),
            Err(why) => Err(SourceError::failed(
                AwsErrorClass::Malformed,
                format!("{who}: {why}"),
            )),
        }
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
