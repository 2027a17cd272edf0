//! Which format the state directory has, in a file of its own: a newer rollcall may use another
//! sled, or none, and this one must not take that for damage.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::damage::Damage;
use super::own_file;
use super::private::io;
use crate::store::StoreError;

/// The format of directory, trees, keys and records that this version writes.
pub(in crate::store) const FORMAT: u32 = 3;
/// Far more than any format has written.
const FILE_LEN_MAX: u64 = 4096;
const TITLE: &str = "rollcall state, format ";
/// Formats that were also written without a checksum.
const PLAIN_MAX: u32 = 2;

/// What a state directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Found {
    /// No store yet.
    Nothing,
    /// A store of this format.
    Current,
    /// A store of an earlier format that can be brought to this one.
    Older(u32),
}

/// Checks the format before anything else is touched.
pub(in crate::store) fn check(dir: &Path) -> Result<Found, Damage> {
    let found = match own_file::read(&file_of(dir), FILE_LEN_MAX) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(Damage::None(io(dir, "read its format", source))),
    };
    match std::str::from_utf8(&found).ok().and_then(number) {
        Some(FORMAT) => Ok(Found::Current),
        Some(older @ 1..FORMAT) => Ok(Found::Older(older)),
        Some(found) if found > FORMAT => Err(Damage::None(StoreError::NewerFormat {
            dir: dir.to_owned(),
            found,
            known: FORMAT,
        })),
        _ => Err(Damage::Found("its format is not readable".to_owned())),
    }
}

/// The format that `text` names, unless it is damaged.
fn number(text: &str) -> Option<u32> {
    let (number, _) = text.strip_prefix(TITLE)?.split_once([',', '\n'])?;
    let number = number.parse().ok()?;
    let is_plain = number <= PLAIN_MAX && text == format!("{TITLE}{number}\n");
    (is_plain || text == self::text(number)).then_some(number)
}

/// The file's text for format `number`. Without the checksum, one flipped bit would be a newer format,
/// which is never touched: no pass would run again.
pub(in crate::store) fn text(number: u32) -> String {
    let title = format!("{TITLE}{number}");
    let checksum = crc32fast::hash(title.as_bytes());
    format!("{title}, checksum {checksum:08x}\n")
}

/// The file that names the format.
pub(in crate::store) fn file_of(dir: &Path) -> PathBuf {
    dir.join("format")
}

/// Writes this format, once the store is in it. Never leaves half a file: that would count as
/// damage.
pub(in crate::store) fn write(dir: &Path) -> std::io::Result<()> {
    let new = dir.join("format.new");
    let mut file = own_file::create_new(&new)?;
    file.write_all(text(FORMAT).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, file_of(dir))?;
    File::open(dir)?.sync_all()
}
