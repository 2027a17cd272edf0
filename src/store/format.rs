//! Which format the state directory has, in a file of its own: a newer rollcall may use another
//! sled, or none, and this one must not take that for damage.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::private::io;
use super::quarantine::Damage;

/// The format of directory, trees, keys and records that this version writes.
pub(super) const FORMAT: u32 = 2;
const TITLE: &str = "rollcall state, format ";

/// What a state directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No store yet.
    Nothing,
    /// A store of this format.
    Current,
    /// A store without times in its outbox, and without history.
    Format1,
}

/// Checks the format before anything else is touched.
pub(super) fn check(dir: &Path) -> Result<Found, Damage> {
    let found = match std::fs::read(file_of(dir)) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(Damage::None(io(dir, "read its format", source))),
    };
    let found = std::str::from_utf8(&found).ok();
    let found = found.and_then(|text| text.strip_prefix(TITLE)?.trim_end().parse().ok());
    match found {
        Some(FORMAT) => Ok(Found::Current),
        Some(1) => Ok(Found::Format1),
        Some(found) if found > FORMAT => Err(Damage::None(StoreError::NewerFormat {
            dir: dir.to_owned(),
            found,
            known: FORMAT,
        })),
        _ => Err(Damage::Found("its format is not readable".to_owned())),
    }
}

/// Where the format is told.
pub(super) fn file_of(dir: &Path) -> PathBuf {
    dir.join("format")
}

/// Tells the format of a new store, once that is there. Never leaves half a file: that would
/// count as damage.
pub(super) fn write(dir: &Path) -> std::io::Result<()> {
    let new = dir.join("format.new");
    let mut file = File::create(&new)?;
    writeln!(file, "{TITLE}{FORMAT}")?;
    file.sync_all()?;
    std::fs::rename(new, file_of(dir))?;
    File::open(dir)?.sync_all()
}
