//! Files that somebody else wrote, such as secrets: bounded, and never waited for.

use std::fs::OpenOptions;
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Reads the regular file at `path`, which has `len_max` bytes at most. A pipe or a device, which
/// may never end, is refused, and so is what is longer.
pub(crate) fn read(path: &Path, len_max: u64) -> Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    // A pipe that nobody writes to is opened without waiting.
    options
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits() as i32);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(Error::other(
            "it is a pipe or a device, and not a regular file",
        ));
    }
    let mut content = Vec::new();
    file.take(len_max + 1).read_to_end(&mut content)?;
    match content.len() as u64 > len_max {
        true => Err(Error::other(format!("it is longer than {len_max} bytes"))),
        false => Ok(content),
    }
}

/// The same of a text.
pub(crate) fn read_text(path: &Path, len_max: u64) -> Result<String> {
    let content = read(path, len_max)?;
    String::from_utf8(content)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// What others may do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenTo {
    /// Nothing that is known.
    Nobody,
    /// Read it.
    Readers,
    /// Write it.
    Writers,
}

/// What others than its owner and our own group may do with the file at `path`.
pub(crate) fn open_to(path: &Path) -> OpenTo {
    let Ok(metadata) = std::fs::metadata(path) else {
        return OpenTo::Nobody;
    };
    let is_of_our_group = metadata.gid() == rustix::process::getegid().as_raw();
    let others = if is_of_our_group { 0o007 } else { 0o077 };
    let mode = metadata.mode() & others;
    match (mode & 0o022 != 0, mode & 0o044 != 0) {
        (true, _) => OpenTo::Writers,
        (false, true) => OpenTo::Readers,
        (false, false) => OpenTo::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_pipe_without_a_writer_and_a_device_without_an_end_are_refused_at_once() {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        for path in [pipe.as_path(), Path::new("/dev/zero")] {
            let error = read(path, 10).unwrap_err().to_string();
            assert!(error.contains("pipe or a device"), "{error}");
        }
        let error = read(home.path(), 10).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
    }

    #[test]
    fn a_file_is_read_up_to_its_bound_and_refused_beyond() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("secret");
        std::fs::write(&path, "0123456789").unwrap();
        assert_eq!(read(&path, 10).unwrap(), b"0123456789");
        let error = read(&path, 9).unwrap_err().to_string();
        assert_eq!(error, "it is longer than 9 bytes");
        // A link is how secrets are mounted.
        let link = home.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(read_text(&link, 10).unwrap(), "0123456789");
    }

    #[test]
    fn what_others_may_do_follows_from_the_mode() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("secret");
        std::fs::write(&path, "").unwrap();
        for (mode, expected) in [
            (0o600, OpenTo::Nobody),
            (0o660, OpenTo::Nobody),
            (0o604, OpenTo::Readers),
            (0o602, OpenTo::Writers),
            (0o666, OpenTo::Writers),
        ] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(open_to(&path), expected, "{mode:o}");
        }
        assert_eq!(open_to(&home.path().join("gone")), OpenTo::Nobody);
    }
}
