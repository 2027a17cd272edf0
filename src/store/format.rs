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
/// Formats that were also told without a checksum.
const PLAIN_MAX: u32 = 2;

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
    match std::str::from_utf8(&found).ok().and_then(number) {
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

/// The format that `text` tells, unless it is damaged.
fn number(text: &str) -> Option<u32> {
    let (number, _) = text.strip_prefix(TITLE)?.split_once([',', '\n'])?;
    let number = number.parse().ok()?;
    let is_plain = number <= PLAIN_MAX && text == format!("{TITLE}{number}\n");
    (is_plain || text == self::text(number)).then_some(number)
}

/// How format `number` is told. Without the checksum, one flipped bit would be a newer format,
/// which is never touched: no pass would run again.
pub(super) fn text(number: u32) -> String {
    let told = format!("{TITLE}{number}");
    let checksum = crc32fast::hash(told.as_bytes());
    format!("{told}, checksum {checksum:08x}\n")
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
    file.write_all(text(FORMAT).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, file_of(dir))?;
    File::open(dir)?.sync_all()
}
