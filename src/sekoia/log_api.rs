//! The platform's log API: what is logged on standard error, for those who see only the platform.
//! Where it takes nothing, the work goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tokio::sync::mpsc::{self, Receiver, error::TrySendError};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Level;

use super::Platform;
use super::waiting_lines::WaitingLines;
use crate::foreign::Shown;
use crate::observe::{LogLine, read_log};

/// The most lines that wait while a post is under way.
const QUEUE_LEN: usize = 1_000;
/// How long the last post may take.
const END_TIMEOUT: Duration = Duration::from_secs(3);
/// How the platform writes a time, which is in UTC.
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");

/// A line as the platform takes it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    date: String,
    level: &'static str,
    pub(super) message: String,
}

/// The log is sent until this is ended.
#[derive(Debug)]
pub struct SentLog {
    stop: CancellationToken,
    task: JoinHandle<WaitingLines>,
    platform: Arc<Platform>,
}

impl Platform {
    /// Sends what is logged from now on; `None` where nobody says where to.
    pub fn send_log(self) -> Option<SentLog> {
        self.logs.as_ref()?;
        let (platform, stop) = (Arc::new(self), CancellationToken::new());
        let (sender, receiver) = mpsc::channel(QUEUE_LEN);
        let lost = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&lost);
        read_log(module_path!(), move |line| {
            if let Err(TrySendError::Full(_)) = sender.try_send(line) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        let task = tokio::spawn(send(Arc::clone(&platform), receiver, lost, stop.clone()));
        Some(SentLog {
            stop,
            task,
            platform,
        })
    }
}

impl SentLog {
    /// Sends what waits and, if `failure` ends the process, that; if it can be done soon.
    pub async fn end(self, failure: Option<&str>) {
        self.stop.cancel();
        let last = async {
            let mut waiting = self.task.await.unwrap_or_default();
            if let Some(failure) = failure {
                let line = Line::now("critical", Shown::of(failure).as_str());
                waiting.add(line, Instant::now());
            }
            while waiting.due().is_some() {
                if self.platform.log(waiting.next()).await.is_err() {
                    return;
                }
                waiting.taken(Instant::now());
            }
        };
        if timeout(END_TIMEOUT, last).await.is_err() {
            tracing::debug!("the platform took the end of the log too slowly");
        }
    }
}

/// Sends lines until `stop`, and returns what waits then.
async fn send(
    platform: Arc<Platform>,
    mut receiver: Receiver<LogLine>,
    lost: Arc<AtomicU64>,
    stop: CancellationToken,
) -> WaitingLines {
    let mut waiting = WaitingLines::default();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = due(&waiting) => {
                let tried = tokio::select! {
                    tried = platform.log(waiting.next()) => tried,
                    () = stop.cancelled() => break,
                };
                match tried {
                    Ok(()) => waiting.taken(Instant::now()),
                    Err(error) => {
                        if waiting.refused(Instant::now()) {
                            tracing::warn!(%error, "the platform does not take the log, which is tried again");
                        }
                    }
                }
            }
            Some(line) = receiver.recv() => {
                waiting.lose(lost.swap(0, Ordering::Relaxed));
                waiting.add(Line::of(line), Instant::now());
            }
        }
    }
    receiver.close();
    while let Ok(line) = receiver.try_recv() {
        waiting.add(Line::of(line), Instant::now());
    }
    waiting
}

/// Until the next post is due, for ever if no line waits.
async fn due(waiting: &WaitingLines) {
    match waiting.due() {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Platform {
    async fn log(&self, lines: Vec<Line>) -> Result<(), super::PlatformError> {
        let Some(url) = &self.logs else {
            return Ok(());
        };
        let request = self.client.post(url);
        let request = request.header("Content-Type", "application/json");
        let request = request.body(json!({"logs": lines}).to_string());
        self.ask("the log for the platform", request)
            .await
            .map(drop)
    }
}

impl Line {
    fn of(line: LogLine) -> Self {
        let level = match line.level {
            Level::ERROR => "error",
            Level::WARN => "warning",
            Level::INFO => "info",
            _ => "debug",
        };
        Self::at(line.at, level, line.text.as_str())
    }

    pub(super) fn now(level: &'static str, message: &str) -> Self {
        Self::at(OffsetDateTime::now_utc(), level, message)
    }

    /// That so many lines are not there.
    pub(super) fn lost(lines: u64) -> Self {
        let message = format!("{lines} lines of the log are missing here");
        Self::now("warning", &message)
    }

    fn at(at: OffsetDateTime, level: &'static str, message: &str) -> Self {
        Self {
            date: at.format(TIME).unwrap_or_default(),
            level,
            message: message.to_owned(),
        }
    }

    /// Whether it is not to wait for others.
    pub(super) fn is_urgent(&self) -> bool {
        matches!(self.level, "error" | "critical")
    }

    /// What it has in common with its repeats.
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.level, self.message)
    }
}
