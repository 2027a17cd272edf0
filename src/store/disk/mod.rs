//! The state directory: private, locked, of a known format, and synced.

mod copy;
mod damage;
mod format;
mod mark;
mod own_file;
mod private;
mod quarantine;
mod sled_files;
mod sync;

pub(super) use copy::Looked;
pub(super) use damage::{Damage, damage_of};
#[cfg(test)]
pub(super) use format::text as format_text;
pub(super) use format::{FORMAT, Found, check as check_format, write as write_format};
pub(super) use mark::{Mark, forget as forget_mark, read as read_mark};
pub(super) use private::{io, take, take_existing};
pub(super) use quarantine::{quarantines, set_aside};
pub(super) use sled_files::{db_dir, make_sled, open_sled, remove_dir, size_of, sync_new};
pub(super) use sync::DbFile;
