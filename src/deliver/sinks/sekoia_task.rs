//! Acceptance is not ingestion: an accepted batch is safe when its task is finished.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::Instant;

use crate::deliver::Verdict;
use crate::deliver::http::{body, cause, message_of};

/// How patiently to wait for a task.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaskWait {
    /// Before the first look; later looks are further apart, up to [`INTERVAL_MAX`].
    pub(super) first: Duration,
    /// How long one offer waits for the end of the task.
    pub(super) total: Duration,
    /// The most that one look takes.
    pub(super) look: Duration,
}

/// A task, and where it is looked at.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) url: String,
    /// When the batch was posted.
    pub(super) since: Instant,
}

const INTERVAL_MAX: Duration = Duration::from_secs(5);
/// A task that runs for so long is lost: its batch is posted again, which does no harm. Nothing
/// else is sent to the sink meanwhile.
const LOST_AFTER: Duration = Duration::from_secs(5 * 60);

/// What a look showed.
enum Seen {
    /// It ended, and this is what that means for the batch.
    End(Verdict),
    /// It has not ended.
    Running(String),
    /// Nothing that decides. A look that fails is no verdict: the next one may succeed.
    Nothing(String),
}

impl TaskWait {
    /// Looks at `task` until it ended or the time is over; one last look is taken then. A task
    /// that still runs then is pending. One of which nothing could be learnt is no fault of the
    /// batch: it is sent again, which does no harm.
    pub(super) async fn wait(
        &self,
        client: &Client,
        api_key: &SecretString,
        task: &Task,
    ) -> Verdict {
        let deadline = Instant::now() + self.total;
        let mut interval = self.first;
        loop {
            tokio::time::sleep_until((Instant::now() + interval).min(deadline)).await;
            let is_over = Instant::now() >= deadline;
            match self.look(client, api_key, task).await {
                Seen::End(verdict) => return verdict,
                Seen::Running(status) if is_over => return still_running(task, &status),
                Seen::Nothing(last_seen) if is_over => {
                    let waited = humantime::format_duration(self.total);
                    let why = about(task, &format!("did not end in {waited} ({last_seen})"));
                    return Verdict::Retry { after: None, why };
                }
                Seen::Running(_) | Seen::Nothing(_) => {}
            }
            interval = (interval * 2).min(INTERVAL_MAX.max(self.first));
        }
    }

    async fn look(&self, client: &Client, api_key: &SecretString, task: &Task) -> Seen {
        let get = client.get(&task.url).timeout(self.look);
        let answer = match get.bearer_auth(api_key.expose_secret()).send().await {
            Ok(answer) => answer,
            Err(error) => return Seen::Nothing(cause(&error.without_url())),
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
            Err(error) => Seen::Nothing(cause(&error.without_url())),
        }
    }
}

fn seen(task: &Task, body: &[u8]) -> Seen {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(status) = answer.get("status").and_then(Value::as_str) else {
        return Seen::Nothing("the task endpoint's answer names no status".to_owned());
    };
    match status {
        "PENDING" | "RUNNING" => Seen::Running(status.to_owned()),
        "FINISHED" => Seen::End(Verdict::Delivered),
        _ => {
            let status = message_of(&Value::String(status.to_owned()));
            let error = message_of(answer.get("error").unwrap_or(&Value::Null));
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

/// A task that is merely slow says nothing of its batch.
fn still_running(task: &Task, status: &str) -> Verdict {
    let running = task.since.elapsed();
    if running < LOST_AFTER {
        let why = about(task, &format!("has not ended yet ({status})"));
        return Verdict::Pending { why };
    }
    let running = humantime::format_duration(Duration::from_secs(running.as_secs()));
    let why = format!("did not end in {running} ({status}); its batch is sent again");
    Verdict::Retry {
        after: None,
        why: about(task, &why),
    }
}

fn about(task: &Task, how: &str) -> String {
    let id = message_of(&Value::String(task.id.clone()));
    format!("ingestion task {id} {how}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_batch_whose_task_hangs_is_posted_again_after_five_minutes() {
        let task = Task {
            id: "t".to_owned(),
            url: "http://localhost/t".to_owned(),
            since: Instant::now(),
        };
        tokio::time::advance(Duration::from_secs(299)).await;
        let verdict = still_running(&task, "RUNNING");
        assert!(matches!(verdict, Verdict::Pending { .. }), "{verdict:?}");
        tokio::time::advance(Duration::from_secs(1)).await;
        let verdict = still_running(&task, "RUNNING");
        assert!(matches!(verdict, Verdict::Retry { .. }), "{verdict:?}");
    }
}
