//! Any receiver of posts: a URL, headers, and a shape of bodies.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue,
};
use reqwest::{Client, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::read_off_thread;
use crate::config::{Compression, HeaderText, HttpSettings, HttpShape};
use crate::deliver::http::{
    self, AnswerRules, HttpError, HttpTimeouts, RefusalOfNothing, Secrets, exchange,
};
use crate::deliver::{Outgoing, Sink, Verdict};
use crate::foreign;
use crate::trust::ExtraRoots;

const RULES: AnswerRules = AnswerRules {
    rate_limit_wait: Duration::from_secs(60),
    credential: "credentials",
    address: "url",
    is_json_api: false,
};

/// The code of Splunk's "No data".
const SPLUNK_NO_DATA: u64 = 5;

/// Posts batches to a URL; a success acknowledges them, but for what its body says was refused.
pub struct HttpSink {
    client: Client,
    /// The url in it may hold a key.
    settings: HttpSettings,
    headers: HeaderMap,
    secrets: Secrets,
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
        foreign::hide_url("url", &settings.url);
        Ok(Self {
            client: http::client(timeouts, roots)?,
            headers: headers(settings, secrets)?,
            settings: settings.clone(),
            secrets: Secrets::new(secrets.to_vec()),
        })
    }

    async fn post(&self, batch: &[Outgoing<'_>]) -> Verdict {
        let request = match self.request(batch) {
            Ok(request) => request,
            Err(verdict) => return verdict,
        };
        match exchange(request, RULES, batch).await {
            Ok(accepted) => accepted.verdict(batch, RULES),
            Err(verdict) => verdict,
        }
    }

    /// The post of `batch`.
    fn request(&self, batch: &[Outgoing<'_>]) -> Result<RequestBuilder, Verdict> {
        let settings = &self.settings;
        let body = http::encode(batch, &settings.shape, settings.compression);
        let body = body.map_err(|error| Verdict::Rejected {
            why: format!("an event in the outbox is no JSON: {error}"),
        })?;
        let post = http::post(&self.client, &settings.url, body);
        Ok(post.headers(self.headers.clone()))
    }

    /// What a refusal of a post without events is about. What Splunk says of anything but the
    /// lack of them, such as a token that waits for acknowledgements, it says of events as well.
    fn tell(&self, status: StatusCode, body: &Value) -> RefusalOfNothing {
        use RefusalOfNothing::{IsOfAnyPost, IsOfTheLack, MayBeOfTheLack};
        match (&self.settings.shape, status) {
            (HttpShape::SplunkHec(_), StatusCode::BAD_REQUEST)
                if body["code"] == SPLUNK_NO_DATA =>
            {
                IsOfTheLack
            }
            (HttpShape::SplunkHec(_), _) => IsOfAnyPost,
            (_, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => MayBeOfTheLack,
            _ => IsOfAnyPost,
        }
    }

    async fn read_secrets(&mut self) -> Result<bool, String> {
        let settings = self.settings.clone();
        let read = read_off_thread(move || settings.secrets()).await?;
        let headers = headers(&self.settings, &read).map_err(|error| error.to_string())?;
        let is_other = self.secrets.replace(read);
        self.headers = headers;
        Ok(is_other)
    }
}

impl Sink for HttpSink {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let deliver = async {
            let verdict = self.post(batch).await;
            verdict.shown()
        };
        deliver.boxed()
    }

    /// Posts nothing. Splunk says "No data" to those alone that it lets in; of any other receiver
    /// that calls this bad, nothing is known.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        let probe = async {
            let tells = |status, body: &Value| self.tell(status, body);
            let verdict = match self.request(&[]) {
                Ok(request) => http::probe(request, RULES, tells).await,
                Err(verdict) => verdict,
            };
            verdict.shown()
        };
        probe.boxed()
    }

    fn renew<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, String>> {
        self.read_secrets().boxed()
    }
}

/// The headers of every post: what the body needs, then what was configured.
fn headers(
    settings: &HttpSettings,
    secrets: &[(String, SecretString)],
) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    let content_type = http::content_type(&settings.shape);
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
