//! Standard output and standard error: written here and by the log alone.
#![expect(
    clippy::disallowed_methods,
    reason = "all that is written here is a page, or events"
)]

use std::io::{self, IsTerminal, Write};

use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};

use crate::foreign::Page;
use crate::table::Width;

/// Writes a result to standard output and flushes it.
pub fn write(page: &Page) -> io::Result<()> {
    write_events(page.as_str().as_bytes())
}

/// Writes lines of events, which are data, to standard output and flushes it. An error names it.
pub fn write_events(lines: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(lines).and_then(|()| stdout.flush());
    written.map_err(|error| {
        let why = format!("cannot write to standard output: {error}");
        io::Error::new(error.kind(), why)
    })
}

/// Says on standard error why the process ends, where the log is not the place.
pub fn say_last(page: &Page) {
    let _ = writeln!(io::stderr(), "{}", page.as_str());
}

/// What becomes of what is written to standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Somebody may read it.
    Any,
    /// It is `/dev/null`, opened for reading and writing. Some parents give that to a child on
    /// purpose, and it stands in for a standard output that was closed when the process began:
    /// nothing tells one from the other.
    NobodyPerhaps,
    /// It cannot be written to.
    None,
}

/// What becomes of what is written to standard output.
pub fn reader() -> Reader {
    let stdout = io::stdout();
    let Ok(flags) = fcntl_getfl(&stdout) else {
        return Reader::None;
    };
    match flags & OFlags::RWMODE {
        OFlags::RDONLY => Reader::None,
        OFlags::RDWR if is_null_device(&stdout) => Reader::NobodyPerhaps,
        _ => Reader::Any,
    }
}

fn is_null_device(stdout: &io::Stdout) -> bool {
    let (Ok(found), Ok(null)) = (fstat(stdout), stat("/dev/null")) else {
        return false;
    };
    found.st_rdev == null.st_rdev && found.st_mode == null.st_mode
}

/// How wide text on standard output may be.
pub fn width() -> Width {
    Width::of(&io::stdout())
}

/// Whether a person sees standard output.
pub fn is_seen() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person sees standard error.
pub fn is_seen_beside() -> bool {
    io::stderr().is_terminal()
}

/// The columns that a line on standard error has.
pub fn columns_beside() -> usize {
    width_beside().columns().into()
}

/// How wide text on standard error may be.
pub fn width_beside() -> Width {
    Width::of(&io::stderr())
}
