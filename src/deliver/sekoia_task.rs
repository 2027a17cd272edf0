//! Acceptance is not ingestion: an accepted batch is safe when its task is finished.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::Instant;

use super::Verdict;
use super::answer::told;
use super::http::{body, causes};

/// How patiently to wait for a task.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskWait {
    /// Before the first look; later looks are further apart, up to [`INTERVAL_MAX`].
    pub(super) first: Duration,
    /// Until the task counts as failed.
    pub(super) total: Duration,
    /// The most that one look takes.
    pub(super) look: Duration,
}

/// A task, and where it is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) id: &'a str,
    pub(super) url: &'a str,
}

const INTERVAL_MAX: Duration = Duration::from_secs(5);

/// What a look told.
enum Seen {
    /// It ended, and this is what that means for the batch.
    End(Verdict),
    /// Nothing that decides. A look that fails is no verdict: the next one may succeed.
    Nothing(String),
}

impl TaskWait {
    /// Looks at `task` until it ended or the time is over; one last look is taken then. A task
    /// of which nothing could be learnt is no fault of the batch: it is sent again, which does no
    /// harm.
    pub(super) async fn wait(
        &self,
        client: &Client,
        api_key: &SecretString,
        task: Task<'_>,
    ) -> Verdict {
        let deadline = Instant::now() + self.total;
        let mut interval = self.first;
        loop {
            tokio::time::sleep_until((Instant::now() + interval).min(deadline)).await;
            match self.look(client, api_key, task).await {
                Seen::End(verdict) => return verdict,
                Seen::Nothing(last_seen) if Instant::now() >= deadline => {
                    let waited = humantime::format_duration(self.total);
                    let why = about(task, &format!("did not end in {waited} ({last_seen})"));
                    return match last_seen.as_str() {
                        "PENDING" | "RUNNING" => Verdict::NotIngested { why },
                        _ => Verdict::Retry { after: None, why },
                    };
                }
                Seen::Nothing(_) => {}
            }
            interval = (interval * 2).min(INTERVAL_MAX.max(self.first));
        }
    }

    async fn look(&self, client: &Client, api_key: &SecretString, task: Task<'_>) -> Seen {
        let get = client.get(task.url).timeout(self.look);
        let answer = match get.bearer_auth(api_key.expose_secret()).send().await {
            Ok(answer) => answer,
            Err(error) => return Seen::Nothing(causes(&error.without_url())),
        };
        let status = answer.status();
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Seen::End(Verdict::Unauthorized {
                    why: format!(
                        "it took the batch, and answered {status} to the question what became of \
                         it; allow the sink's api_key to read tasks"
                    ),
                });
            }
            status => return Seen::Nothing(format!("the task endpoint answered {status}")),
        }
        match body(answer).await {
            Ok(body) => seen(task, &body),
            Err(error) => Seen::Nothing(causes(&error.without_url())),
        }
    }
}

fn seen(task: Task<'_>, body: &[u8]) -> Seen {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(status) = answer.get("status").and_then(Value::as_str) else {
        return Seen::Nothing("the task endpoint's answer names no status".to_owned());
    };
    match status {
        "PENDING" | "RUNNING" => Seen::Nothing(status.to_owned()),
        "FINISHED" => Seen::End(Verdict::Delivered),
        _ => {
            let status = told(&Value::String(status.to_owned()));
            let error = told(answer.get("error").unwrap_or(&Value::Null));
            let reason = if error.is_empty() {
                error
            } else {
                format!(": {error}")
            };
            Seen::End(Verdict::NotIngested {
                why: about(task, &format!("ended as {status}{reason}")),
            })
        }
    }
}

fn about(task: Task<'_>, how: &str) -> String {
    let id = told(&Value::String(task.id.to_owned()));
    format!("ingestion task {id} {how}")
}
