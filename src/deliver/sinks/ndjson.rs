//! One event a line, to standard output or a file.

use std::io::{self, ErrorKind};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::line_file;
use crate::config::NdjsonTarget;
use crate::deliver::{Outgoing, Sink, Verdict};
use crate::output::{self, Reader};

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
            NdjsonTarget::Stdout => {
                let verdict = verdict_by_reader()?;
                output::write_events(&lines).map(|()| verdict)
            }
            NdjsonTarget::File(file) => {
                line_file::append(&file, &lines).map(|()| Verdict::Delivered)
            }
        };
        off_thread(self.target.clone(), write).boxed()
    }

    /// Opens the file, or makes one beside it where it is missing, and leaves no trace.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        let probe = |target: NdjsonTarget| match target {
            NdjsonTarget::Stdout => verdict_by_reader(),
            NdjsonTarget::File(file) => line_file::probe(&file.path).map(|()| Verdict::Delivered),
        };
        off_thread(self.target.clone(), probe).boxed()
    }
}

/// What goes nowhere is not delivered, unless that is perhaps what is meant.
fn verdict_by_reader() -> io::Result<Verdict> {
    match output::reader() {
        Reader::Any => Ok(Verdict::Delivered),
        Reader::NobodyPerhaps => Ok(Verdict::Doubtful {
            why: "standard output is /dev/null, or was closed when rollcall began: nobody reads \
                  what is written there; if that is not meant, give the sink a `path`, or redirect \
                  with >"
                .to_owned(),
        }),
        Reader::None => Err(io::Error::new(
            ErrorKind::NotConnected,
            "it is closed; give the sink a `path`, or redirect with >",
        )),
    }
}

async fn off_thread(
    target: NdjsonTarget,
    work: impl FnOnce(NdjsonTarget) -> io::Result<Verdict> + Send + 'static,
) -> Verdict {
    let place = match &target {
        NdjsonTarget::Stdout => "standard output".to_owned(),
        NdjsonTarget::File(file) => file.path.display().to_string(),
    };
    let done = tokio::task::spawn_blocking(move || work(target)).await;
    match done.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(verdict) => verdict,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Verdict::Refused {
            why: format!("nobody reads {place} any more"),
        },
        Err(error) => {
            let why = match error.to_string() {
                // It is named already.
                text if text.contains(&place) => text,
                text => format!("cannot write {place}: {text}"),
            };
            match needs_somebody(error.kind()) {
                true => Verdict::Refused { why },
                false => Verdict::Retry { after: None, why },
            }
        }
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
