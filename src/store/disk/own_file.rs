//! Files of the state directory, opened as what they are: no link is followed, and nothing else
//! than a regular file is waited for or written to.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use rustix::io::Errno;

/// Opens `path` to read it.
pub(super) fn open(path: &Path) -> Result<File> {
    regular(path, OpenOptions::new().read(true))
}

/// Opens `path`, made private where it is missing; what it holds stays.
pub(super) fn create(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    regular(
        path,
        options.read(true).write(true).create(true).mode(0o600),
    )
}

/// Makes a new file at `path`, in the place of what is there.
pub(super) fn create_new(path: &Path) -> Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    regular(path, options.write(true).create_new(true).mode(0o600))
}

/// What `path` holds, of which nothing beyond `len_max` bytes is read.
pub(super) fn read(path: &Path, len_max: u64) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path)?.take(len_max).read_to_end(&mut content)?;
    Ok(content)
}

fn regular(path: &Path, options: &mut OpenOptions) -> Result<File> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // A pipe that nobody writes to is opened without waiting.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = options.custom_flags(flags.bits() as i32).open(path);
    let file = file.map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::LOOP) => Error::other(format!("{name} is a link, which is not followed")),
        _ => error,
    })?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(Error::other(format!("{name} is no regular file"))),
    }
}
