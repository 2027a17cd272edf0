//! Damage, distinguished from errors that have nothing to do with the content of files.

use std::io::ErrorKind;
use std::path::Path;

use crate::store::StoreError;
use crate::store::error::in_words;

/// Why a store could not be opened.
#[derive(Debug)]
pub(in crate::store) enum Damage {
    /// Its files are damaged, for this reason.
    Found(String),
    /// They are not, or that is unknown: leave them alone.
    None(StoreError),
}

impl Damage {
    /// The error of a store that is damaged although it was just made.
    pub(in crate::store) fn into_error(self, dir: &Path) -> StoreError {
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

/// Distinguishes damage from an error that has nothing to do with the files' content.
pub(in crate::store) fn damage_of(dir: &Path, what: &'static str, source: sled::Error) -> Damage {
    match &source {
        sled::Error::Io(error)
            if !matches!(
                error.kind(),
                ErrorKind::UnexpectedEof | ErrorKind::InvalidData
            ) =>
        {
            Damage::None(StoreError::of_sled(dir, what, source))
        }
        _ => Damage::Found(in_words(&source)),
    }
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
