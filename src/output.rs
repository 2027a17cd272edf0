//! Standard output: results alone, written here alone.

use std::io::{self, Write};

use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};

use crate::table::Width;

/// Writes `bytes` to standard output and flushes it.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
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
