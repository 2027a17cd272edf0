//! Answers from the open store, a file a question.

mod dead_letters;
mod diff;
mod history;
mod named_user;
mod nothing_yet;
mod queried;
mod ready;
mod receivers;
mod sink;
mod state;
mod status;
mod timeline;
mod verdict;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::request::{ANSWER_LEN_MAX, too_long};
use super::{Answer, Query, Request};
use crate::foreign::Page;
use crate::observe::DaemonStatus;
use crate::run::{ExitStatus, Receiver, SinkTrouble};
use crate::store::{Store, StoreError};

pub use nothing_yet::without_state;
pub use ready::readiness;
pub use state::size;
pub use status::status as status_page;

/// What answers are made from.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The open state.
    pub store: Store,
    /// The receivers of the configuration: sinks with their destinations.
    pub receivers: Vec<Receiver>,
    /// The daemon that holds the state, if one does.
    pub daemon: Option<LiveDaemon>,
}

/// A running daemon, as far as answers need it.
#[derive(Clone)]
pub struct LiveDaemon {
    /// Returns who it is, and what it collected.
    pub status: Arc<dyn Fn() -> DaemonStatus + Send + Sync>,
    /// Returns why it is not ready, if it is not.
    pub why_not_ready: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    /// Returns why sinks take nothing at the moment, by their names.
    pub troubles: Arc<dyn Fn() -> BTreeMap<String, SinkTrouble> + Send + Sync>,
    /// Makes the forwarders look at their outboxes.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The question does not fit what there is.
    #[error("{0}")]
    Usage(String),
    /// What was asked for is not there.
    #[error("{0}")]
    NotFound(String),
    /// A daemon sends no answer of so many bytes.
    #[error("{}", too_long(*.0))]
    TooLong(usize),
    /// The state cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal {
    /// The exit code.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Usage(_) => ExitStatus::Usage,
            Self::NotFound(_) => ExitStatus::No,
            Self::TooLong(_) | Self::Store(_) => ExitStatus::State,
        }
    }
}

impl fmt::Debug for LiveDaemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LiveDaemon").field(&(self.status)()).finish()
    }
}

const DAY_S: u64 = 24 * 60 * 60;

/// The moment that long ago; the first one that there is where it was before that.
fn ago(seconds: u64) -> OffsetDateTime {
    let ago = i64::try_from(seconds).ok().map(Duration::seconds);
    ago.and_then(|ago| OffsetDateTime::now_utc().checked_sub(ago))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

impl Answers {
    /// What changed in the last day. Blocks.
    pub fn changes(&self) -> Result<serde_json::Value, StoreError> {
        diff::changes(&self.store, ago(DAY_S))
    }

    /// Answers `request`. Blocks.
    pub fn answer(&self, request: &Request) -> Result<Answer, Refusal> {
        let store = &self.store;
        let text = match &request.query {
            Query::Status => {
                return Ok(Answer {
                    stdout: status::status(&self.status()?, request),
                    status: ExitStatus::Done,
                });
            }
            Query::Ready => return Ok(self.readiness()),
            Query::History { user, account } => {
                history::history(store, user.as_deref(), account.as_deref(), request)?
            }
            Query::Diff {
                from,
                to,
                since_s,
                account,
            } => {
                let which = diff::Which {
                    from: from.as_deref(),
                    to: to.as_deref(),
                    since: since_s.map(ago),
                };
                diff::diff(store, &which, account.as_deref(), request)?
            }
            Query::Verdict {
                user,
                account,
                with_facts,
            } => verdict::verdicts(store, user, account.as_deref(), *with_facts)?,
            Query::Accounts => queried::accounts(store)?,
            Query::Users { account, after } => queried::users(store, account, after.as_deref())?,
            Query::DeletedUsers { account, after } => {
                queried::deleted_users(store, account, after.as_deref())?
            }
            Query::ListLetters => dead_letters::list(store, request)?,
            Query::ShowLetter(id) => dead_letters::show(store, id)?,
            Query::ExportLetters => dead_letters::export(store)?,
            Query::RetryLetters(letters) => self.retry(letters)?,
            Query::DropLetters(letters) => self.drop_letters(letters)?,
            Query::StateInfo => self.state_info(request)?,
            Query::VerifyState => return Ok(state::verify(store)?),
            Query::ForgetSink(name) => self.forget_sink(name)?,
            Query::ChangedDestinations(receivers) => self.changed_destinations(receivers)?,
        };
        // Before it is made fit to show, which takes as much again.
        if self.daemon.is_some() && text.len() as u64 >= ANSWER_LEN_MAX {
            return Err(Refusal::TooLong(text.len()));
        }
        let stdout = match &request.query {
            Query::ShowLetter(_) | Query::ExportLetters => Page::events(&text),
            _ => request.output.page(&text),
        };
        Ok(Answer {
            stdout,
            status: ExitStatus::Done,
        })
    }

    fn wake(&self) {
        if let Some(daemon) = &self.daemon {
            (daemon.wake)();
        }
    }
}
