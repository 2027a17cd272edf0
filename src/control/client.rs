//! Asking the daemon that holds the state.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::request::{ANSWER_LEN_MAX, Answer, AnswerLine, Request, RequestLine, VERSION};
use super::socket;
use crate::foreign::Shown;
use crate::run::ExitStatus;

/// How long the daemon may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why a daemon that holds the state gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// It could not be asked.
    #[error(
        "cannot ask the daemon at {socket}: {why}; ask again, as the user that the daemon runs as, \
         or stop the daemon first"
    )]
    Unanswered {
        /// The daemon's socket.
        socket: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// It said why there is no answer.
    #[error("{message}")]
    Refused {
        /// The daemon's words.
        message: Shown,
        /// The exit code that they stand for.
        status: ExitStatus,
    },
}

impl ControlError {
    /// The exit code.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Unanswered { .. } => ExitStatus::State,
            Self::Refused { status, .. } => *status,
        }
    }
}

/// The answer of the daemon that holds the state in `dir`; `None` if there is no such daemon.
pub async fn ask(dir: &Path, request: &Request) -> Result<Option<Answer>, ControlError> {
    let asked = async {
        match socket::connect(dir).await? {
            Some(stream) => exchange(stream, request).await.map(Some),
            None => Ok(None),
        }
    };
    let answered = tokio::time::timeout(TIMEOUT, asked).await;
    let answered = answered.unwrap_or_else(|_| {
        let why = format!("no answer within {} s", TIMEOUT.as_secs());
        Err(io::Error::new(io::ErrorKind::TimedOut, why))
    });
    let unanswered = |error: io::Error| ControlError::Unanswered {
        socket: socket::path(dir),
        why: error.to_string(),
    };
    let line = answered.map_err(unanswered)?;
    line.map(outcome).transpose()
}

/// A daemon that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundDaemon {
    /// Its process id, where that is known.
    pub pid: Option<u32>,
}

/// The daemon that listens in `dir`, if one does.
pub async fn find_daemon(dir: &Path) -> Option<FoundDaemon> {
    let stream = socket::connect(dir).await.ok()??;
    let pid = stream.peer_cred().ok().and_then(|peer| peer.pid());
    // That of a process in another namespace is 0.
    let pid = pid
        .and_then(|pid| u32::try_from(pid).ok())
        .filter(|pid| *pid > 0);
    Some(FoundDaemon { pid })
}

async fn exchange(mut stream: UnixStream, request: &Request) -> io::Result<AnswerLine> {
    let line = RequestLine {
        version: VERSION.to_owned(),
        request: serde_json::value::to_raw_value(request)?,
    };
    let mut line = serde_json::to_vec(&line)?;
    line.push(b'\n');
    // A daemon that refuses may close its end before it has read all.
    let sent = stream.write_all(&line).await;
    let mut answer = Vec::new();
    let mut limited = stream.take(ANSWER_LEN_MAX + 1);
    let read = limited.read_to_end(&mut answer).await;
    let read = read.map_err(|error| sent.err().unwrap_or(error))?;
    match read as u64 {
        0 => Err(io::Error::other("it ended before it answered")),
        len if len > ANSWER_LEN_MAX => Err(io::Error::other("its answer is too long")),
        _ => serde_json::from_slice(&answer)
            .map_err(|error| io::Error::other(format!("its answer cannot be read: {error}"))),
    }
}

fn outcome(line: AnswerLine) -> Result<Answer, ControlError> {
    match line.error {
        Some(message) => Err(ControlError::Refused {
            message,
            status: line.status,
        }),
        None => Ok(Answer {
            stdout: line.stdout,
            status: line.status,
        }),
    }
}
