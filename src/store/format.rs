//! Which format the state directory has, in a file of its own: a newer rollcall may use another
//! sled, or none, and this one must not take that for damage.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::private::io;
use super::quarantine::Damage;

/// The format of directory, trees, keys and records that this version writes.
const FORMAT: u32 = 1;
const TITLE: &str = "rollcall state, format ";

/// Checks the format before anything else is touched. Whether there is one: a new directory has
/// none.
pub(super) fn check(dir: &Path) -> Result<bool, Damage> {
    let found = match std::fs::read(file_of(dir)) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(Damage::None(io(dir, "read its format", source))),
    };
    let found = std::str::from_utf8(&found).ok();
    let found = found.and_then(|text| text.strip_prefix(TITLE)?.trim_end().parse().ok());
    match found {
        Some(FORMAT) => Ok(true),
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
