//! One event a line, to standard output or a file.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

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
        NdjsonTarget::File(path) => append(&path, &lines),
    });
    match written
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
    {
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
    use ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem};
    matches!(
        kind,
        IsADirectory | NotADirectory | NotFound | PermissionDenied | ReadOnlyFilesystem
    )
}

/// Appends all of `lines` or nothing: half a line would spoil the one after it. A new file is
/// private, as the state is.
fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.create(true).append(true).mode(0o600).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        // Of a pipe or a device, nothing can be taken back or synced.
        return file.write_all(lines);
    }
    let before_len = metadata.len();
    let written = end_torn_line(path, before_len)
        .and_then(|end| file.write_all(end))
        .and_then(|()| file.write_all(lines))
        .and_then(|()| file.sync_data());
    if written.is_err() {
        file.set_len(before_len)?;
    }
    written
}

/// What a process that was killed while it wrote still owes: the end of its last line.
fn end_torn_line(path: &Path, len: u64) -> io::Result<&'static [u8]> {
    let Some(last) = len.checked_sub(1) else {
        return Ok(b"");
    };
    let mut byte = [0];
    File::open(path)?.read_exact_at(&mut byte, last)?;
    Ok(if byte == *b"\n" { b"" } else { b"\n" })
}
