//! One event a line, to standard output or a file.

use std::io::{self, ErrorKind};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::line_file;
use crate::config::NdjsonTarget;
use crate::deliver::{Outgoing, Sink, Verdict};
use crate::output;

/// Writes events as lines. A file is synced before the batch counts as delivered.
#[derive(Debug)]
pub struct Ndjson {
    target: NdjsonTarget,
}

impl Ndjson {
    /// A sink that writes to `target`.
    pub fn new(target: NdjsonTarget) -> Self {
        Self { target }
    }
}

impl Sink for Ndjson {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let mut lines = Vec::new();
        for event in batch {
            lines.extend_from_slice(event.json);
            lines.push(b'\n');
        }
        let write = move |target: NdjsonTarget| match target {
            NdjsonTarget::Stdout => refuse_closed().and_then(|()| output::write_events(&lines)),
            NdjsonTarget::File(file) => line_file::append(&file, &lines),
        };
        off_thread(self.target.clone(), write).boxed()
    }

    /// Opens the file, or makes one beside it where it is missing, and leaves no trace.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        let probe = |target: NdjsonTarget| match target {
            NdjsonTarget::Stdout => refuse_closed(),
            NdjsonTarget::File(file) => line_file::probe(&file.path),
        };
        off_thread(self.target.clone(), probe).boxed()
    }
}

/// What goes nowhere is not delivered.
fn refuse_closed() -> io::Result<()> {
    match output::is_closed() {
        true => Err(io::Error::new(
            ErrorKind::NotConnected,
            "it is closed; give the sink a `path`, or redirect with >",
        )),
        false => Ok(()),
    }
}

async fn off_thread(
    target: NdjsonTarget,
    work: impl FnOnce(NdjsonTarget) -> io::Result<()> + Send + 'static,
) -> Verdict {
    let place = match &target {
        NdjsonTarget::Stdout => "standard output".to_owned(),
        NdjsonTarget::File(file) => file.path.display().to_string(),
    };
    let done = tokio::task::spawn_blocking(move || work(target)).await;
    match done.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(()) => Verdict::Delivered,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Verdict::Refused {
            why: format!("nobody reads {place} any more"),
        },
        Err(error) if needs_somebody(error.kind()) => Verdict::Refused {
            why: format!("cannot write {place}: {error}"),
        },
        Err(error) => Verdict::Retry {
            after: None,
            why: format!("cannot write {place}: {error}"),
        },
    }
}

/// Whether trying again is of no use until somebody has made the place, or opened it to us.
fn needs_somebody(kind: ErrorKind) -> bool {
    use ErrorKind::{
        IsADirectory, NotADirectory, NotConnected, NotFound, PermissionDenied, ReadOnlyFilesystem,
    };
    matches!(
        kind,
        IsADirectory
            | NotADirectory
            | NotConnected
            | NotFound
            | PermissionDenied
            | ReadOnlyFilesystem
    )
}
