//! Sekoia's asset-connector endpoint.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::{Client, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::http::{self, HttpError, verdict_of_error, verdict_of_failure};
use super::sekoia_task::{TaskEnd, TaskWait};
use super::{Outgoing, Sink, Verdict};
use crate::config::SekoiaAssetSettings;

/// Posts `{"version": 1, "items": [...]}` and, where the answer names a task, waits for its end.
#[derive(Debug)]
pub struct SekoiaAsset {
    client: Client,
    url: String,
    base: String,
    api_key: SecretString,
    rate_limit_wait: Duration,
    task: TaskWait,
}

#[derive(Debug, Default, Deserialize)]
struct Accepted {
    task_id: Option<String>,
}

impl SekoiaAsset {
    /// A sink by `settings`, with the key they refer to.
    pub fn new(settings: &SekoiaAssetSettings, api_key: SecretString) -> Result<Self, HttpError> {
        let base = settings.url.clone();
        let uuid = settings.connector_uuid;
        Ok(Self {
            client: http::client()?,
            url: format!("{base}/api/v2/asset-management/asset-connector/{uuid}"),
            base,
            api_key,
            rate_limit_wait: settings.rate_limit_wait,
            task: TaskWait {
                first: settings.task_poll_interval,
                total: settings.task_poll_timeout,
            },
        })
    }

    async fn post(&self, batch: &[Outgoing<'_>]) -> Verdict {
        let Some(body) = body(batch) else {
            return Verdict::Rejected {
                why: "an event in the outbox is no JSON".to_owned(),
            };
        };
        let post = self
            .client
            .post(&self.url)
            .bearer_auth(self.api_key.expose_secret())
            .header(header::CONTENT_TYPE, "application/json")
            .body(body);
        let answer = match post.send().await {
            Ok(answer) if answer.status().is_success() => answer,
            Ok(answer) => return verdict_of_failure(answer, self.rate_limit_wait).await,
            Err(error) => return verdict_of_error(&error),
        };
        let accepted = match answer.bytes().await {
            Ok(body) => serde_json::from_slice::<Accepted>(&body).unwrap_or_default(),
            Err(error) => return verdict_of_error(&error),
        };
        match accepted.task_id {
            None => Verdict::Delivered,
            Some(task_id) => self.wait_for(&task_id).await,
        }
    }

    async fn wait_for(&self, task_id: &str) -> Verdict {
        match self
            .task
            .wait(&self.client, &self.base, &self.api_key, task_id)
            .await
        {
            TaskEnd::Finished => Verdict::Delivered,
            TaskEnd::Failed(why) => Verdict::Retry {
                after: None,
                why: format!("ingestion task {task_id} {why}"),
            },
        }
    }
}

impl Sink for SekoiaAsset {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        async {
            let verdict = self.post(batch).await;
            verdict.without(self.api_key.expose_secret())
        }
        .boxed()
    }
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
