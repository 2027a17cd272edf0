//! One event a line, to standard output or a file.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Outgoing, Sink, Verdict};
use crate::config::NdjsonTarget;
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
        write_off_thread(self.target.clone(), lines).boxed()
    }
}

async fn write_off_thread(target: NdjsonTarget, lines: Vec<u8>) -> Verdict {
    let place = match &target {
        NdjsonTarget::Stdout => "standard output".to_owned(),
        NdjsonTarget::File(path) => path.display().to_string(),
    };
    let written = tokio::task::spawn_blocking(move || match target {
        NdjsonTarget::Stdout => output::write(&lines),
        NdjsonTarget::File(path) => append(path, &lines),
    });
    match written
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
    {
        Ok(()) => Verdict::Delivered,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Verdict::Rejected {
            why: format!("nobody reads {place} any more"),
        },
        Err(error) => Verdict::Retry {
            after: None,
            why: format!("cannot write {place}: {error}"),
        },
    }
}

/// Appends all of `lines` or nothing: half a line would spoil the one after it.
fn append(path: PathBuf, lines: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let before_len = file.metadata()?.len();
    let written = file.write_all(lines).and_then(|()| file.sync_data());
    if written.is_err() {
        file.set_len(before_len)?;
    }
    written
}
