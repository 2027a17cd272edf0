//! The state directory itself: private, ours alone, locked, and with room to write.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::own_file;
use super::sled_files::{SEGMENT_SIZE, db_dir};
use crate::store::StoreError;

/// How long the directory may be in use by somebody else before that is an error.
const PATIENCE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(20);

/// What may be in a state directory; `quarantine-...` beside it.
const OURS: [&str; 11] = [
    "control.sock",
    "format",
    "format.new",
    "lifecycle",
    "lock",
    "lost+found",
    "probe",
    "store",
    "store.new",
    "store.old",
    "writes",
];

/// Takes `dir` for this process, made as needed and with mode 0700. It is ours while the file
/// lives.
pub(in crate::store) fn take(dir: &Path) -> std::result::Result<File, StoreError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|source| io(dir, "make it", source))?;
    refuse_foreign(dir)?;
    make_private(dir).map_err(|source| io(dir, "make it private", source))?;
    let lock = lock_patiently(dir)?;
    refuse_odd_files(dir)?;
    probe_space(dir).map_err(|source| io(dir, "write to it", source))?;
    Ok(lock)
}

/// Takes `dir`, which is there, for this process, without writing to it.
pub(in crate::store) fn take_existing(dir: &Path) -> std::result::Result<File, StoreError> {
    match own_file::open(&lock_file(dir)) {
        // Whoever works with the directory makes the file first: nobody has.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            File::open(dir).map_err(|source| io(dir, "look at it", source))
        }
        opened => {
            let lock = lock(dir, opened)?;
            refuse_odd_files(dir)?;
            Ok(lock)
        }
    }
}

/// sled follows links, and waits for a pipe without end.
fn refuse_odd_files(dir: &Path) -> std::result::Result<(), StoreError> {
    for name in ["conf", "db"] {
        match own_file::open(&db_dir(dir).join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(io(dir, "open its store", error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The user id that `dir` belongs to.
pub(in crate::store) fn owner_of(dir: &Path) -> std::result::Result<u32, StoreError> {
    let metadata = std::fs::metadata(dir);
    metadata
        .map(|metadata| metadata.uid())
        .map_err(|source| io(dir, "look at it", source))
}

/// The user id of this process.
pub(in crate::store) fn own_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Who owns a directory can put anything in it, and can read what is put there.
fn refuse_foreign(dir: &Path) -> std::result::Result<(), StoreError> {
    let (owner, own) = (owner_of(dir)?, own_id());
    match owner == own {
        true => Ok(()),
        false => Err(StoreError::ForeignOwner {
            dir: dir.to_owned(),
            owner,
            own,
        }),
    }
}

/// Narrows the mode of an existing directory, but not that of one which serves others as well:
/// `state_dir = "/tmp"` must not close /tmp.
fn make_private(dir: &Path) -> Result<()> {
    let mut permissions = std::fs::metadata(dir)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        refuse_shared(dir)?;
        permissions.set_mode(0o700);
        std::fs::set_permissions(dir, permissions)?;
    }
    Ok(())
}

fn refuse_shared(dir: &Path) -> Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if !OURS.contains(&name.as_ref()) && !name.starts_with("quarantine-") {
            return Err(Error::other(format!(
                "others may enter it and it holds {name:?}, which is not rollcall's; give \
                 rollcall a directory of its own"
            )));
        }
    }
    Ok(())
}

/// A command that only looks has the directory for a moment: nobody need fail for that.
fn lock_patiently(dir: &Path) -> std::result::Result<File, StoreError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match lock(dir, own_file::create(&lock_file(dir))) {
            Err(StoreError::Locked(_)) if Instant::now() < deadline => sleep(POLL),
            taken => return taken,
        }
    }
}

fn lock_file(dir: &Path) -> PathBuf {
    dir.join("lock")
}

fn lock(dir: &Path, opened: Result<File>) -> std::result::Result<File, StoreError> {
    let file = opened.map_err(|source| io(dir, "lock it", source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(dir, "lock it", source)),
    }
}

/// Takes up one segment's worth and gives it back: on a full disk sled may fail in ways that look
/// like damage, and a store must never be set aside for lack of space.
fn probe_space(dir: &Path) -> Result<()> {
    let probe = dir.join("probe");
    let taken = own_file::create_new(&probe).and_then(|mut file| {
        match fallocate(&file, FallocateFlags::empty(), 0, SEGMENT_SIZE as u64) {
            // Not every file system can reserve space without writing.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => file.write_all(&vec![0; SEGMENT_SIZE]),
            taken => Ok(taken?),
        }
    });
    let removed = std::fs::remove_file(&probe);
    taken.and(removed)
}

/// `what` failed in `dir`.
pub(in crate::store) fn io(dir: &Path, what: &'static str, source: Error) -> StoreError {
    StoreError::Io {
        dir: dir.to_owned(),
        what,
        source,
    }
}
