//! A file of lines: whole ones, synced, and rotated by size.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::config::{NdjsonFile, Rotation};

/// Appends all of `lines` or nothing: half a line would spoil the one after it. A new file is
/// private, as the state is.
pub(super) fn append(file: &NdjsonFile, lines: &[u8]) -> io::Result<()> {
    let path = behind_links(&file.path);
    let path = path.as_path();
    if let Some(rotation) = file.rotation {
        make_room(path, rotation, lines.len())?;
    }
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        // Of a pipe or a device, nothing can be taken back or synced.
        return file.write_all(lines);
    }
    let before_len = metadata.len();
    let written = end_torn_line(path, before_len)
        .and_then(|end| file.write_all(end))
        .and_then(|()| file.write_all(lines))
        .and_then(|()| file.sync_data())
        .and_then(|()| match before_len {
            // Perhaps just made: lines in a file without a name would be lost.
            0 => sync_directory(path),
            _ => Ok(()),
        });
    if written.is_err() {
        file.set_len(before_len)?;
    }
    written
}

/// Whether `append` could write to `path`.
pub(super) fn probe(path: &Path) -> io::Result<()> {
    match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            tempfile::tempfile_in(directory(path)).map(drop)
        }
        opened => opened.map(drop),
    }
}

/// Where `path` leads to: a file is rotated where it is, and the link to it stays.
fn behind_links(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    // A link to what is not there yet, such as after a rotation.
    match fs::read_link(path) {
        Ok(target) => directory(path).join(target),
        Err(_) => path.to_owned(),
    }
}

/// Opens `path` for appending, and makes it where it is missing.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).open(path)
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

/// Rotates `path` away where it would grow too large by `more` bytes.
fn make_room(path: &Path, rotation: Rotation, more: usize) -> io::Result<()> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    let len = metadata.len();
    if metadata.is_file() && len > 0 && len.saturating_add(more as u64) > rotation.bytes {
        rotate(path, rotation.keep_files)?;
    }
    Ok(())
}

/// `path` becomes `path.1`, that one `path.2`, and so on up to the first number that is free: a
/// rotation that was interrupted leaves one. Only where all `keep_files` are there, the last one
/// is written over. Each step is a rename, so that every line is in some file at any time.
fn rotate(path: &Path, keep_files: u32) -> io::Result<()> {
    let mut last = 1;
    while last < keep_files && numbered(path, last).symlink_metadata().is_ok() {
        last += 1;
    }
    for number in (1..last).rev() {
        fs::rename(numbered(path, number), numbered(path, number + 1))?;
    }
    fs::rename(path, numbered(path, 1))?;
    sync_directory(path)
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    name.into()
}

fn sync_directory(of: &Path) -> io::Result<()> {
    File::open(directory(of))?.sync_all()
}

fn directory(of: &Path) -> &Path {
    match of.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    }
}
