//! A question about the state, its answer, and how both cross the socket.

use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::cli::OutputFormat;
use crate::foreign::{Page, Shown};
use crate::run::ExitStatus;
use crate::table::Width;

/// The version of this rollcall, which both ends must share.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A request is a few hundred bytes; a list of event ids may be longer.
pub(super) const REQUEST_LEN_MAX: u64 = 64 * 1024;
/// Every dead letter of a large account.
pub(super) const ANSWER_LEN_MAX: u64 = 64 * 1024 * 1024;

/// A question, and how its answer is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The question.
    pub query: Query,
    /// How the answer is written, where there is a choice.
    pub output: OutputFormat,
    /// How wide it may be.
    pub width: Width,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Query {
    /// How accounts and sinks are doing.
    Status,
    /// Whether the daemon does its work.
    Ready,
    /// The passes, or what happened to one user.
    History {
        /// UserName, ARN or UserId.
        user: Option<String>,
        /// Only this account.
        account: Option<String>,
    },
    /// What changed between two passes.
    Diff {
        /// The earlier pass.
        from: Option<String>,
        /// The later pass.
        to: Option<String>,
        /// From the last complete pass before this long ago, in seconds.
        #[serde(default)]
        since_s: Option<u64>,
        /// Only this account.
        account: Option<String>,
    },
    /// How much a user can do, as JSON.
    Verdict {
        /// UserName, ARN or UserId.
        user: String,
        /// Only this account.
        account: Option<String>,
        /// Whether the answer has what is kept of the user as well.
        with_facts: bool,
    },
    /// The accounts that passes went over, as JSON.
    Accounts,
    /// A page of the users of an account as they are kept, as JSON.
    Users {
        /// The account's id.
        account: String,
        /// The UserId that the page begins after.
        after: Option<String>,
    },
    /// A page of the deleted users of an account that are remembered, as JSON.
    DeletedUsers {
        /// The account's id.
        account: String,
        /// The UserId that the page begins after.
        after: Option<String>,
    },
    /// Which events sinks rejected for good.
    ListLetters,
    /// One of these events, by the beginning of its id.
    ShowLetter(String),
    /// All of these events.
    ExportLetters,
    /// Put dead letters back into the outbox.
    RetryLetters(Letters),
    /// Forget dead letters.
    DropLetters(Letters),
    /// What the state directory holds.
    StateInfo,
    /// Whether every record is whole.
    VerifyState,
    /// Drop what is kept for a sink that is not configured any more.
    ForgetSink(String),
    /// Which sinks of these receivers had another destination before.
    ChangedDestinations(Vec<String>),
}

/// Which dead letters are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Letters {
    /// Every one.
    All,
    /// Those whose ids begin so.
    Ids(Vec<String>),
}

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What goes to standard output.
    pub stdout: Page,
    /// The exit code.
    pub status: ExitStatus,
}

impl Query {
    /// Whether the answer changes the state.
    pub fn is_write(&self) -> bool {
        matches!(
            self,
            Self::RetryLetters(_) | Self::DropLetters(_) | Self::ForgetSink(_)
        )
    }
}

/// A request as it crosses the socket: a line of JSON. The request itself is read only by a
/// rollcall of the same version.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RequestLine {
    pub(super) version: String,
    pub(super) request: Box<RawValue>,
}

/// An answer as it crosses the socket: a line of JSON, which every version reads.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AnswerLine {
    pub(super) version: String,
    pub(super) status: ExitStatus,
    /// Why there is no answer.
    pub(super) error: Option<Shown>,
    pub(super) stdout: Page,
}

/// Why an answer of so many bytes is not sent.
pub(super) fn too_long(len: usize) -> String {
    format!(
        "the answer has {len} bytes, and the daemon sends {ANSWER_LEN_MAX} at most; stop the daemon \
         and ask again"
    )
}

impl AnswerLine {
    pub(super) fn new(answer: Answer) -> Self {
        Self {
            version: VERSION.to_owned(),
            status: answer.status,
            error: None,
            stdout: answer.stdout,
        }
    }

    pub(super) fn refusing(error: impl Display, status: ExitStatus) -> Self {
        Self {
            version: VERSION.to_owned(),
            status,
            error: Some(Shown::of(error)),
            stdout: Page::default(),
        }
    }
}
