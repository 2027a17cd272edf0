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

/// Writes lines of events, which are data, to standard output and flushes it.
pub fn write_events(lines: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(lines)?;
    stdout.flush()
}

/// Whether what is written is read by nobody, for lack of a standard output. One that was closed
/// when the process began is `/dev/null` by now, opened for reading and writing, which a shell
/// never does for `>/dev/null`.
pub fn is_closed() -> bool {
    let stdout = io::stdout();
    let Ok(flags) = fcntl_getfl(&stdout) else {
        return true;
    };
    match flags & OFlags::RWMODE {
        OFlags::RDONLY => true,
        OFlags::RDWR => is_null_device(&stdout),
        _ => false,
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

/// How wide text on standard error may be.
pub fn width_beside() -> Width {
    Width::of(&io::stderr())
}
