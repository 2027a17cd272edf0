//! Any receiver of posts: a URL, headers, and a shape of bodies.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Client;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue,
};
use secrecy::{ExposeSecret, SecretString};

use super::answer::{Manner, exchange};
use super::http::{self, HttpError, HttpTimeouts};
use super::http_body;
use super::scrub::Scrub;
use super::{Outgoing, Sink, Verdict};
use crate::config::{Compression, HeaderText, HttpSettings, HttpShape};
use crate::trust::ExtraRoots;

const MANNER: Manner = Manner {
    rate_limit_wait: Duration::from_secs(60),
    credential: "credentials",
    address: "url",
};

/// Posts batches to a URL; any success acknowledges them.
#[derive(Debug)]
pub struct HttpSink {
    client: Client,
    url: SecretString,
    headers: HeaderMap,
    shape: HttpShape,
    compression: Compression,
    scrub: Scrub,
}

impl HttpSink {
    /// A sink by `settings`; `secrets` are the headers that they refer to, by name;
    /// it trusts `roots` too.
    pub fn new(
        settings: &HttpSettings,
        secrets: &[(String, SecretString)],
        roots: &ExtraRoots,
    ) -> Result<Self, HttpError> {
        Self::with_timeouts(settings, secrets, roots, HttpTimeouts::default())
    }

    /// As [`HttpSink::new`], more or less patient.
    pub fn with_timeouts(
        settings: &HttpSettings,
        secrets: &[(String, SecretString)],
        roots: &ExtraRoots,
        timeouts: HttpTimeouts,
    ) -> Result<Self, HttpError> {
        let mut scrub = Scrub::default();
        for (name, secret) in secrets {
            scrub.hide(name, secret);
        }
        Ok(Self {
            client: http::client(timeouts, roots)?,
            url: settings.url.clone().into(),
            headers: headers(settings, secrets)?,
            shape: settings.shape.clone(),
            compression: settings.compression,
            scrub,
        })
    }

    async fn post(&self, batch: &[Outgoing<'_>]) -> Verdict {
        let body = match http_body::body(batch, &self.shape, self.compression) {
            Ok(body) => body,
            Err(error) => {
                return Verdict::Rejected {
                    why: format!("an event in the outbox is no JSON: {error}"),
                };
            }
        };
        let post = self
            .client
            .post(self.url.expose_secret())
            .headers(self.headers.clone())
            .body(body);
        match exchange(post, MANNER).await {
            Ok(accepted) => accepted.verdict(),
            Err(verdict) => verdict,
        }
    }
}

impl Sink for HttpSink {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        async { self.post(batch).await.map_why(|why| self.scrub.scrub(why)) }.boxed()
    }

    /// Posts nothing. A receiver that calls that bad has let us in before it said so, as Splunk
    /// does with its "No data".
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        let probe = async {
            match self.post(&[]).await {
                Verdict::Rejected { .. } => Verdict::Delivered,
                verdict => verdict.map_why(|why| self.scrub.scrub(why)),
            }
        };
        probe.boxed()
    }
}

/// The headers of every post: what the body needs, then what was configured.
fn headers(
    settings: &HttpSettings,
    secrets: &[(String, SecretString)],
) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    let content_type = http_body::content_type(&settings.shape);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if settings.compression == Compression::Gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    for (name, text) in &settings.headers {
        if let HeaderText::Plain(text) = text {
            insert(&mut headers, name, HeaderValue::from_str(text))?;
        }
    }
    for (name, secret) in secrets {
        let value = HeaderValue::from_str(secret.expose_secret()).map(|mut value| {
            value.set_sensitive(true);
            value
        });
        insert(&mut headers, name, value)?;
    }
    Ok(headers)
}

fn insert(
    headers: &mut HeaderMap,
    name: &str,
    value: Result<HeaderValue, InvalidHeaderValue>,
) -> Result<(), HttpError> {
    let malformed = || HttpError::Header(name.to_owned());
    let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?;
    headers.insert(known, value.map_err(|_| malformed())?);
    Ok(())
}
