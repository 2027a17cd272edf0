//! A damaged store is moved aside, never deleted and never trusted.

use std::io::ErrorKind;
use std::path::Path;

use time::OffsetDateTime;
use time::macros::format_description;

use super::open::db_dir;
use super::{StoreError, format};

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
            Damage::None(StoreError::of_sled(dir, what, source))
        }
        _ => Damage::Found(source.to_string()),
    }
}

/// Moves the store's files into `quarantine-<time>` beside them.
pub(super) fn set_aside(dir: &Path, why: &str) -> Result<(), StoreError> {
    let aside = dir.join(format!("quarantine-{}", now()));
    let moved = std::fs::create_dir(&aside)
        .and_then(|()| move_if_there(&db_dir(dir), &aside.join("store")))
        .and_then(|()| move_if_there(&format::file_of(dir), &aside.join("format")));
    moved.map_err(|source| StoreError::Damaged {
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

fn move_if_there(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn now() -> String {
    let time =
        format_description!("[year][month][day]T[hour][minute][second].[subsecond digits:3]Z");
    let now = OffsetDateTime::now_utc();
    now.format(time)
        .unwrap_or_else(|_| now.unix_timestamp().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_refuses_is_no_damage_and_what_ends_too_early_is() {
        let is_damage = |kind: ErrorKind| {
            let error = sled::Error::Io(kind.into());
            matches!(
                damage_of(Path::new("state"), "open", error),
                Damage::Found(_)
            )
        };
        let refusals = [
            ErrorKind::StorageFull,
            ErrorKind::FileTooLarge,
            ErrorKind::PermissionDenied,
            ErrorKind::Other,
        ];
        assert!(!refusals.into_iter().any(is_damage));
        assert!(is_damage(ErrorKind::UnexpectedEof) && is_damage(ErrorKind::InvalidData));
        let corrupt = sled::Error::Unsupported("this file".to_owned());
        assert!(matches!(
            damage_of(Path::new("state"), "open", corrupt),
            Damage::Found(_)
        ));
    }
}
