//! Sekoia's event intake.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::Client;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::answer::{Manner, exchange};
use super::http::{self, HttpError, HttpTimeouts};
use super::scrub::Scrub;
use super::{Outgoing, Sink, Verdict};
use crate::config::SekoiaIntakeSettings;
use crate::trust::ExtraRoots;

/// Sekoia's own clients leave larger events out.
const EVENT_BYTES_MAX: usize = 250_000;
const KEY_HEADER: &str = "X-SEKOIAIO-INTAKE-KEY";
const MANNER: Manner = Manner {
    rate_limit_wait: Duration::from_secs(60),
    credential: "intake_key",
    address: "url",
};

/// Posts `{"intake_key": ..., "jsons": [...]}`, each event as a text.
#[derive(Debug)]
pub struct SekoiaIntake {
    client: Client,
    url: String,
    intake_key: SecretString,
    key_header: HeaderValue,
    scrub: Scrub,
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
        let mut key_header = HeaderValue::from_str(intake_key.expose_secret())
            .map_err(|_| HttpError::Header(KEY_HEADER.to_owned()))?;
        key_header.set_sensitive(true);
        let mut scrub = Scrub::default();
        scrub.hide("intake_key", &intake_key);
        Ok(Self {
            client: http::client(timeouts, roots)?,
            url: format!("{}/batch", settings.url),
            intake_key,
            key_header,
            scrub,
        })
    }

    async fn post(&self, batch: &[Outgoing<'_>]) -> Verdict {
        let Some(body) = self.body(batch) else {
            return Verdict::Rejected {
                why: "an event in the outbox is no text".to_owned(),
            };
        };
        let post = self
            .client
            .post(&self.url)
            .header(KEY_HEADER, self.key_header.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        match exchange(post, MANNER).await {
            Ok(accepted) => accepted.verdict(),
            Err(verdict) => verdict,
        }
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
        async { self.post(batch).await.map_why(|why| self.scrub.scrub(why)) }.boxed()
    }

    /// Posts no events.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        self.deliver(&[])
    }

    fn event_bytes_max(&self) -> Option<usize> {
        Some(EVENT_BYTES_MAX)
    }
}
