//! Sekoia's asset-connector endpoint.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use reqwest::{Client, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use serde_json::value::RawValue;

use super::answer::{Accepted, Manner, exchange};
use super::http::{self, HttpError, HttpTimeouts};
use super::scrub::Scrub;
use super::sekoia_task::{Task, TaskWait};
use super::{Outgoing, Sink, Verdict};
use crate::config::SekoiaAssetSettings;
use crate::trust::ExtraRoots;

/// Posts `{"version": 1, "items": [...]}` and, where the answer names a task, waits for its end.
#[derive(Debug)]
pub struct SekoiaAsset {
    client: Client,
    url: String,
    base: String,
    api_key: SecretString,
    scrub: Scrub,
    manner: Manner,
    task: TaskWait,
}

impl SekoiaAsset {
    /// A sink by `settings`, with the key they refer to, that trusts `roots` too.
    pub fn new(
        settings: &SekoiaAssetSettings,
        api_key: SecretString,
        roots: &ExtraRoots,
    ) -> Result<Self, HttpError> {
        Self::with_timeouts(settings, api_key, roots, HttpTimeouts::default())
    }

    /// As [`SekoiaAsset::new`], more or less patient.
    pub fn with_timeouts(
        settings: &SekoiaAssetSettings,
        api_key: SecretString,
        roots: &ExtraRoots,
        timeouts: HttpTimeouts,
    ) -> Result<Self, HttpError> {
        let base = settings.url.clone();
        let uuid = settings.connector_uuid;
        let mut scrub = Scrub::default();
        scrub.hide("api_key", &api_key);
        Ok(Self {
            client: http::client(timeouts, roots)?,
            url: format!("{base}/api/v2/asset-management/asset-connector/{uuid}"),
            base,
            api_key,
            scrub,
            manner: Manner {
                rate_limit_wait: settings.rate_limit_wait,
                credential: "api_key",
                address: "url and connector_uuid",
            },
            task: TaskWait {
                first: settings.task_poll_interval,
                total: settings.task_poll_timeout,
                look: timeouts.connect,
            },
        })
    }

    async fn post(&self, batch: &[Outgoing<'_>]) -> Verdict {
        let accepted = match self.exchange(batch).await {
            Ok(accepted) => accepted,
            Err(verdict) => return verdict,
        };
        let Some(task_id) = task_id(&accepted.body) else {
            return accepted.verdict();
        };
        let url = format!("{}/api/v1/tasks/{}", self.base, segment(&task_id));
        let task = Task {
            id: &task_id,
            url: &url,
        };
        self.task.wait(&self.client, &self.api_key, task).await
    }

    /// Posts `batch`; the verdict, if it was not accepted.
    async fn exchange(&self, batch: &[Outgoing<'_>]) -> Result<Accepted, Verdict> {
        let body = body(batch).ok_or_else(|| Verdict::Rejected {
            why: "an event in the outbox is no JSON".to_owned(),
        })?;
        let post = self
            .client
            .post(&self.url)
            .bearer_auth(self.api_key.expose_secret())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        exchange(post, self.manner).await
    }
}

impl Sink for SekoiaAsset {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        async { self.post(batch).await.map_why(|why| self.scrub.scrub(why)) }.boxed()
    }

    /// Posts an empty list. What becomes of the task that may follow is of no interest.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        let probe = async {
            let verdict = match self.exchange(&[]).await {
                Ok(accepted) => accepted.verdict(),
                Err(verdict) => verdict,
            };
            verdict.map_why(|why| self.scrub.scrub(why))
        };
        probe.boxed()
    }
}

/// The task that an answer names, if it names one. Documented as a text; a number would name a
/// task all the same.
fn task_id(body: &[u8]) -> Option<String> {
    match serde_json::from_slice::<Value>(body).ok()?.get("task_id")? {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// `task_id` as one segment of a path: what a server sends must not take the key elsewhere.
fn segment(task_id: &str) -> PercentEncode<'_> {
    const OTHERS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(task_id, OTHERS)
}

/// The request's body; `None` if an event is no JSON, which the store's checksum rules out.
fn body(batch: &[Outgoing<'_>]) -> Option<Vec<u8>> {
    #[derive(serde::Serialize)]
    struct Body<'a> {
        version: u8,
        items: Vec<&'a RawValue>,
    }
    let items: Result<Vec<_>, _> = batch
        .iter()
        .map(|event| serde_json::from_slice(event.json))
        .collect();
    serde_json::to_vec(&Body {
        version: 1,
        items: items.ok()?,
    })
    .ok()
}
