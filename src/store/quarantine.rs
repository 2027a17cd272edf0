//! A damaged store is moved aside, never deleted and never trusted.

use std::io::ErrorKind;
use std::path::Path;

use time::OffsetDateTime;
use time::macros::format_description;

use super::StoreError;
use super::open::db_dir;

/// Why a store could not be opened.
#[derive(Debug)]
pub(super) enum Damage {
    /// Its files are damaged, for this reason.
    Found(String),
    /// They are not, or that cannot be told: leave them alone.
    None(StoreError),
}

impl Damage {
    /// The error of a store that is damaged although it was just made.
    pub(super) fn into_error(self, dir: &Path) -> StoreError {
        match self {
            Self::None(error) => error,
            Self::Found(why) => StoreError::Damaged {
                dir: dir.to_owned(),
                why,
                source: ErrorKind::InvalidData.into(),
            },
        }
    }
}

/// Tells damage from an error that has nothing to do with the files' content.
pub(super) fn damage_of(dir: &Path, what: &'static str, source: sled::Error) -> Damage {
    match &source {
        sled::Error::Io(error)
            if !matches!(
                error.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::InvalidData
            ) =>
        {
            Damage::None(StoreError::Sled {
                dir: dir.to_owned(),
                what,
                source,
            })
        }
        _ => Damage::Found(source.to_string()),
    }
}

/// Moves the store's files to `quarantine-<time>` beside them.
pub(super) fn set_aside(dir: &Path, why: &str) -> Result<(), StoreError> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let now = OffsetDateTime::now_utc();
    let time = now
        .format(format)
        .unwrap_or_else(|_| now.unix_timestamp().to_string());
    let aside = dir.join(format!("quarantine-{time}"));
    std::fs::rename(db_dir(dir), &aside).map_err(|source| StoreError::Damaged {
        dir: dir.to_owned(),
        why: why.to_owned(),
        source,
    })?;
    tracing::error!(
        state_dir = %dir.display(), quarantine = %aside.display(), why,
        "the state was damaged and has been set aside; a fresh one begins, and every user is \
         sent again"
    );
    Ok(())
}
