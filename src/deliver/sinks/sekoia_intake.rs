//! Sekoia's event intake.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::read_off_thread;
use crate::config::SekoiaIntakeSettings;
use crate::deliver::http::{self, AnswerRules, HttpError, HttpTimeouts, Secrets, exchange};
use crate::deliver::{Outgoing, Sink, Verdict};
use crate::trust::ExtraRoots;

/// Sekoia's own clients leave larger events out.
const EVENT_BYTES_MAX: usize = 250_000;
const KEY_HEADER: &str = "X-SEKOIAIO-INTAKE-KEY";
const RULES: AnswerRules = AnswerRules {
    rate_limit_wait: Duration::from_secs(60),
    credential: "intake_key",
    address: "url",
    is_json_api: true,
};

/// Posts `{"intake_key": ..., "jsons": [...]}`, each event as a text.
#[derive(Debug)]
pub struct SekoiaIntake {
    client: Client,
    settings: SekoiaIntakeSettings,
    url: String,
    intake_key: SecretString,
    key_header: HeaderValue,
    secrets: Secrets,
}

impl SekoiaIntake {
    /// A sink by `settings`, with the key they refer to, that trusts `roots` too.
    pub fn new(
        settings: &SekoiaIntakeSettings,
        intake_key: SecretString,
        roots: &ExtraRoots,
    ) -> Result<Self, HttpError> {
        Self::with_timeouts(settings, intake_key, roots, HttpTimeouts::default())
    }

    /// As [`SekoiaIntake::new`], more or less patient.
    pub fn with_timeouts(
        settings: &SekoiaIntakeSettings,
        intake_key: SecretString,
        roots: &ExtraRoots,
        timeouts: HttpTimeouts,
    ) -> Result<Self, HttpError> {
        Ok(Self {
            client: http::client(timeouts, roots)?,
            settings: settings.clone(),
            url: format!("{}/batch", settings.url),
            key_header: key_header(&intake_key)?,
            secrets: Secrets::new(vec![("intake_key".to_owned(), intake_key.clone())]),
            intake_key,
        })
    }

    async fn post(&self, batch: &[Outgoing<'_>]) -> Verdict {
        let Some(body) = self.body(batch) else {
            return Verdict::Rejected {
                why: "an event in the outbox is no text".to_owned(),
            };
        };
        let post = http::post(&self.client, &self.url, body)
            .header(KEY_HEADER, self.key_header.clone())
            .header(CONTENT_TYPE, "application/json");
        match exchange(post, RULES, batch).await {
            Ok(accepted) => accepted.verdict(batch, RULES),
            Err(verdict) => verdict,
        }
    }

    async fn read_key(&mut self) -> Result<bool, String> {
        let settings = self.settings.clone();
        let (name, key) = read_off_thread(move || settings.secret()).await?;
        self.key_header = key_header(&key).map_err(|error| error.to_string())?;
        self.intake_key = key.clone();
        Ok(self.secrets.replace(vec![(name, key)]))
    }

    /// The request's body; `None` if an event is no text, which the store's checksum rules out.
    fn body(&self, batch: &[Outgoing<'_>]) -> Option<Vec<u8>> {
        #[derive(Serialize)]
        struct Body<'a> {
            intake_key: &'a str,
            jsons: Vec<&'a str>,
        }
        let jsons: Result<Vec<_>, _> = batch
            .iter()
            .map(|event| std::str::from_utf8(event.json))
            .collect();
        serde_json::to_vec(&Body {
            intake_key: self.intake_key.expose_secret(),
            jsons: jsons.ok()?,
        })
        .ok()
    }
}

impl Sink for SekoiaIntake {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let deliver = async {
            let verdict = self.post(batch).await;
            verdict.shown()
        };
        deliver.boxed()
    }

    /// Posts no events.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        self.deliver(&[])
    }

    fn renew<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, String>> {
        self.read_key().boxed()
    }

    fn event_bytes_max(&self) -> Option<usize> {
        Some(EVENT_BYTES_MAX)
    }
}

fn key_header(key: &SecretString) -> Result<HeaderValue, HttpError> {
    let mut header = HeaderValue::from_str(key.expose_secret())
        .map_err(|_| HttpError::Header(KEY_HEADER.to_owned()))?;
    header.set_sensitive(true);
    Ok(header)
}
