//! The daemon's end of the socket: bounded in size, time and number, and for one user alone.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::Answers;
use super::request::{
    ANSWER_LEN_MAX, AnswerLine, REQUEST_LEN_MAX, Request, RequestLine, VERSION, too_long,
};
use super::socket::{self, SocketFile};
use crate::run::ExitStatus;

/// How long a request may take to arrive, and its answer to be taken.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Further ones wait.
const CONNECTIONS_MAX: usize = 8;
/// The wait after a connection could not be taken: the process may be out of files.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The socket of a daemon, bound.
#[derive(Debug)]
pub struct ControlServer {
    listener: UnixListener,
    socket: SocketFile,
}

/// Requests are answered while this lives; the socket is removed when it is dropped.
#[derive(Debug)]
pub struct Serving {
    _task: AbortOnDropHandle<()>,
    _socket: SocketFile,
}

impl ControlServer {
    /// Listens in the state directory `dir`, whose lock the caller holds.
    pub fn bind(dir: &Path) -> io::Result<Self> {
        let (listener, socket) = socket::listen(dir)?;
        Ok(Self { listener, socket })
    }

    /// Answers each request from what `answers` returns then.
    pub fn serve(self, answers: impl Fn() -> Answers + Send + 'static) -> Serving {
        let task = tokio::spawn(accept(self.listener, answers));
        Serving {
            _task: AbortOnDropHandle::new(task),
            _socket: self.socket,
        }
    }
}

async fn accept(listener: UnixListener, answers: impl Fn() -> Answers) {
    let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    // The semaphore is never closed.
    while let Ok(permit) = Arc::clone(&free).acquire_owned().await {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let answers = answers();
                connections.spawn(async move {
                    if let Err(error) = serve_one(stream, answers).await {
                        tracing::debug!(%error, "a request on the control socket ended early");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a request on the control socket was not taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve_one(mut stream: UnixStream, answers: Answers) -> io::Result<()> {
    let answer = match read(&mut stream).await? {
        Ok(request) => answer(answers, request).await,
        Err(refusal) => refusal,
    };
    let mut line = serde_json::to_vec(&answer)?;
    if line.len() as u64 >= ANSWER_LEN_MAX {
        let why = too_long(line.len());
        line = serde_json::to_vec(&AnswerLine::refusing(why, ExitStatus::State))?;
    }
    line.push(b'\n');
    timeout(TIMEOUT, stream.write_all(&line)).await?
}

/// The request, or why it is not answered.
async fn read(stream: &mut UnixStream) -> io::Result<Result<Request, AnswerLine>> {
    let refuse = |why: String| Ok(Err(AnswerLine::refusing(why, ExitStatus::State)));
    let (own, peer) = (
        rustix::process::geteuid().as_raw(),
        stream.peer_cred()?.uid(),
    );
    if own != peer {
        return refuse(format!(
            "the daemon answers the user that it runs as alone: run this command as user id {own}, \
             not {peer}"
        ));
    }
    let mut line = Vec::new();
    let mut limited = BufReader::new(stream).take(REQUEST_LEN_MAX + 1);
    timeout(TIMEOUT, limited.read_until(b'\n', &mut line)).await??;
    if line.len() as u64 > REQUEST_LEN_MAX {
        return refuse(format!(
            "the request is longer than {REQUEST_LEN_MAX} bytes; give fewer ids at once"
        ));
    }
    let Ok(RequestLine { version, request }) = serde_json::from_slice(&line) else {
        return refuse("the request is no line of JSON that a rollcall sends".to_owned());
    };
    if version != VERSION {
        return refuse(format!(
            "the daemon is rollcall {VERSION}, and this command is rollcall {version}: restart the \
             daemon, or use the command of its version"
        ));
    }
    match serde_json::from_str(request.get()) {
        Ok(request) => Ok(Ok(request)),
        Err(error) => refuse(format!("the daemon cannot read the request: {error}")),
    }
}

async fn answer(answers: Answers, request: Request) -> AnswerLine {
    let answered = tokio::task::spawn_blocking(move || answers.answer(&request)).await;
    match answered {
        Ok(Ok(answer)) => AnswerLine::new(answer),
        Ok(Err(refusal)) => AnswerLine::refusing(&refusal, refusal.status()),
        Err(error) => {
            let why = format!("the daemon could not answer, which is a bug: {error}");
            AnswerLine::refusing(why, ExitStatus::Bug)
        }
    }
}
