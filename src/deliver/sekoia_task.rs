//! Acceptance is not ingestion: an accepted batch is safe when its task is finished.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

/// How patiently to wait for a task.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskWait {
    /// Before the first look; later looks are further apart, up to [`INTERVAL_MAX`].
    pub(super) first: Duration,
    /// Until the task counts as failed.
    pub(super) total: Duration,
}

const INTERVAL_MAX: Duration = Duration::from_secs(5);

/// How a task ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TaskEnd {
    /// Everything was ingested.
    Finished,
    /// It was not, or that cannot be known.
    Failed(String),
}

#[derive(Debug, Deserialize)]
struct Task {
    status: String,
    error: Option<serde_json::Value>,
}

impl TaskWait {
    /// Looks at the task until it ended or the time is over. A look that fails is no verdict:
    /// the next one may succeed.
    pub(super) async fn wait(
        &self,
        client: &Client,
        base: &str,
        api_key: &SecretString,
        task_id: &str,
    ) -> TaskEnd {
        let deadline = Instant::now() + self.total;
        let mut interval = self.first;
        loop {
            tokio::time::sleep_until((Instant::now() + interval).min(deadline)).await;
            let last_seen = match look(client, base, api_key, task_id).await {
                Ok(task) => match task.status.as_str() {
                    "PENDING" | "RUNNING" => task.status,
                    "FINISHED" => return TaskEnd::Finished,
                    status => return TaskEnd::Failed(failure(status, task.error)),
                },
                Err(why) => why,
            };
            if Instant::now() >= deadline {
                let waited_s = self.total.as_secs();
                return TaskEnd::Failed(format!("did not end in {waited_s} s ({last_seen})"));
            }
            interval = (interval * 2).min(INTERVAL_MAX);
        }
    }
}

async fn look(
    client: &Client,
    base: &str,
    api_key: &SecretString,
    task_id: &str,
) -> Result<Task, String> {
    let url = reqwest::Url::parse(&format!("{base}/api/v1/tasks/"))
        .and_then(|url| url.join(task_id))
        .map_err(|error| error.to_string())?;
    let answer = client
        .get(url)
        .bearer_auth(api_key.expose_secret())
        .send()
        .await;
    let answer = answer.map_err(|error| error.without_url().to_string())?;
    match answer.status() {
        StatusCode::OK => answer
            .json()
            .await
            .map_err(|error| error.without_url().to_string()),
        status => Err(format!("the task endpoint answered {status}")),
    }
}

fn failure(status: &str, error: Option<serde_json::Value>) -> String {
    let reason = match error {
        Some(serde_json::Value::String(text)) if !text.is_empty() => format!(": {text}"),
        _ => String::new(),
    };
    format!("ended as {status}{reason}")
}
