//! Sekoia's asset-connector endpoint.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use reqwest::{Client, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::read_off_thread;
use super::sekoia_task::{Task, TaskWait};
use crate::config::SekoiaAssetSettings;
use crate::deliver::http::{
    self, Accepted, AnswerRules, HttpError, HttpTimeouts, Secrets, exchange,
};
use crate::deliver::{Outgoing, Sink, Verdict};
use crate::model::EventId;
use crate::trust::ExtraRoots;

/// Posts `{"version": 1, "items": [...]}` and, where the answer names a task, waits for its end.
#[derive(Debug)]
pub struct SekoiaAsset {
    client: Client,
    settings: SekoiaAssetSettings,
    url: String,
    api_key: SecretString,
    secrets: Secrets,
    rules: AnswerRules,
    task_wait: TaskWait,
    /// A batch that was posted, and of whose task the end is not known.
    posted: Option<Posted>,
}

/// A batch that was accepted, and is being ingested.
#[derive(Debug)]
struct Posted {
    batch: Vec<EventId>,
    task: Task,
    /// What the answer to the post said of the batch, if its task ends well.
    verdict: Verdict,
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
        let (base, uuid) = (&settings.url, settings.connector_uuid);
        Ok(Self {
            client: http::client(timeouts, roots)?,
            settings: settings.clone(),
            url: format!("{base}/api/v2/asset-management/asset-connector/{uuid}"),
            secrets: Secrets::new(vec![("api_key".to_owned(), api_key.clone())]),
            api_key,
            rules: AnswerRules {
                rate_limit_wait: settings.rate_limit_wait,
                credential: "api_key",
                address: "url and connector_uuid",
                is_json_api: true,
            },
            task_wait: TaskWait {
                first: settings.task_poll_interval,
                total: settings.task_poll_timeout,
                look: timeouts.connect,
            },
            posted: None,
        })
    }

    /// Posts `batch`, unless it was posted before and its task still runs; then waits for that.
    async fn post(&mut self, batch: &[Outgoing<'_>]) -> Verdict {
        let ids: Vec<EventId> = batch.iter().map(|event| event.id).collect();
        let posted = match self.posted.take().filter(|posted| posted.batch == ids) {
            Some(posted) => posted,
            None => match self.begin(batch, ids).await {
                Ok(posted) => posted,
                Err(verdict) => return verdict,
            },
        };
        // Kept beyond the wait, which may be given up at any time.
        let posted = self.posted.insert(posted);
        let verdict = self
            .task_wait
            .wait(&self.client, &self.api_key, &posted.task)
            .await;
        match verdict {
            Verdict::Pending { .. } | Verdict::Unauthorized { .. } => verdict,
            Verdict::Delivered => self.posted.take().map_or(verdict, |posted| posted.verdict),
            verdict => {
                self.posted = None;
                verdict
            }
        }
    }

    /// Posts `batch`; its task, or the verdict where there is none to wait for.
    async fn begin(&self, batch: &[Outgoing<'_>], ids: Vec<EventId>) -> Result<Posted, Verdict> {
        let accepted = self.exchange(batch).await?;
        let verdict = accepted.verdict(batch, self.rules);
        let Some(id) = task_id(&accepted.body) else {
            return Err(verdict);
        };
        let url = format!("{}/api/v1/tasks/{}", self.settings.url, segment(&id));
        let since = Instant::now();
        Ok(Posted {
            batch: ids,
            task: Task { id, url, since },
            verdict,
        })
    }

    /// Posts `batch`; the verdict, if it was not accepted.
    async fn exchange(&self, batch: &[Outgoing<'_>]) -> Result<Accepted, Verdict> {
        let body = body(batch).ok_or_else(|| Verdict::Rejected {
            why: "an event in the outbox is no JSON".to_owned(),
        })?;
        let post = http::post(&self.client, &self.url, body)
            .bearer_auth(self.api_key.expose_secret())
            .header(header::CONTENT_TYPE, "application/json");
        exchange(post, self.rules, batch).await
    }

    async fn read_key(&mut self) -> Result<bool, String> {
        let settings = self.settings.clone();
        let (name, key) = read_off_thread(move || settings.secret()).await?;
        self.api_key = key.clone();
        Ok(self.secrets.replace(vec![(name, key)]))
    }
}

impl Sink for SekoiaAsset {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let deliver = async {
            let verdict = self.post(batch).await;
            verdict.shown()
        };
        deliver.boxed()
    }

    /// Posts an empty list. What becomes of the task that may follow is of no interest.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        let probe = async {
            let verdict = match self.exchange(&[]).await {
                Ok(accepted) => accepted.verdict(&[], self.rules),
                Err(verdict) => verdict,
            };
            verdict.shown()
        };
        probe.boxed()
    }

    fn renew<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, String>> {
        self.read_key().boxed()
    }
}

/// The task that an answer names, if it names one. Documented as a text; a number would name a
/// task all the same.
fn task_id(body: &[u8]) -> Option<String> {
    match serde_json::from_slice::<Value>(body).ok()?.get("task_id")? {
        // A path with one of these for a segment is another path.
        Value::String(id) if !matches!(id.as_str(), "" | "." | "..") => Some(id.clone()),
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
