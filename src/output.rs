//! Standard output: results alone, written here alone.

use std::io::{self, Write};

use crate::table::Width;

/// Writes `bytes` to standard output and flushes it.
pub fn write(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// How wide text on standard output may be.
pub fn width() -> Width {
    Width::of(&io::stdout())
}
