//! What is about to be done, kept before it is: after a crash, the next run knows what to finish.
//!
//! One small file a user, in `lifecycle/<account>/` of the state directory. No secret is in it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::file;
use crate::lifecycle::UserRef;
use crate::lifecycle::name::encoded;

/// An intent names a few devices and keys.
const LEN_MAX: u64 = 64 * 1024;

/// What is about to be done to one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The user.
    pub user: UserRef,
    /// When it was begun.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// What.
    pub what: Intended,
}

/// What is about to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intended {
    /// The user is deleted, with what outlives it.
    Delete {
        /// Serial numbers of its virtual MFA devices.
        devices: Vec<String>,
    },
    /// An access key is created, and its secret stored.
    CreateKey {
        /// AccessKeyIds of the keys before.
        known: Vec<String>,
        /// The version of the parameter before, and at least that of a placeholder.
        version: i64,
        /// AccessKeyId of the new key, once AWS told it.
        created: Option<String>,
    },
}

/// The intents of one account, for this process alone.
#[derive(Debug)]
pub struct Intents {
    dir: PathBuf,
    /// Held as long as this lives.
    _lock: File,
}

/// The state directory does not keep intents.
#[derive(Debug, thiserror::Error)]
pub enum IntentError {
    /// Reading or writing failed.
    #[error(
        "cannot {verb} what is about to be done in {path}: {error}; nothing further was changed in \
         AWS: make the place writable, or set agent.state_dir to another"
    )]
    Io {
        /// What failed.
        verb: &'static str,
        /// Where.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// The event of what was done was not kept.
    #[error(
        "what was done in AWS is no event yet: it cannot be written to {path}: {error}; nothing \
         further was changed: make room, or make the place writable"
    )]
    Unrecorded {
        /// Where.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Another process is at it.
    #[error(
        "another rollcall changes users of this account, as {0} says: wait until it has ended, and \
         run again"
    )]
    Locked(String),
}

impl Intents {
    /// The intents of `account_id` in `state_dir`, which is made where it is missing.
    pub fn open(state_dir: &Path, account_id: &str) -> Result<Self, IntentError> {
        let dir = Self::dir_of(state_dir, account_id);
        let lock_path = dir.join("lock");
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&dir);
        let lock = made.and_then(|()| private().truncate(false).open(&lock_path));
        let lock = lock.map_err(|error| failed("keep", &dir, error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(IntentError::Locked(lock_path.display().to_string()))
            }
            Err(TryLockError::Error(error)) => Err(failed("lock", &lock_path, error)),
        }
    }

    pub(super) fn dir_of(state_dir: &Path, account_id: &str) -> PathBuf {
        state_dir.join("lifecycle").join(encoded(account_id))
    }

    /// All that was begun in `account_id` and has not ended, without taking it for this process.
    pub fn look(state_dir: &Path, account_id: &str) -> Result<Vec<Intent>, IntentError> {
        let dir = Self::dir_of(state_dir, account_id);
        match dir.exists() {
            true => all(&dir),
            false => Ok(Vec::new()),
        }
    }

    /// What was begun for the user with this id and has not ended.
    pub fn of(&self, user_id: &str) -> Result<Option<Intent>, IntentError> {
        read(&self.path(user_id))
    }

    /// All that was begun and has not ended.
    pub fn all(&self) -> Result<Vec<Intent>, IntentError> {
        all(&self.dir)
    }

    /// Keeps `intent`, durably, in the place of an earlier one of the same user.
    pub fn keep(&self, intent: &Intent) -> Result<(), IntentError> {
        let path = self.path(&intent.user.id);
        let written = path.with_extension("new");
        let write = || -> io::Result<()> {
            let mut file = private().truncate(true).open(&written)?;
            file.write_all(&serde_json::to_vec(intent)?)?;
            file.sync_all()?;
            fs::rename(&written, &path)?;
            File::open(&self.dir)?.sync_all()
        };
        write().map_err(|error| failed("keep", &path, error))
    }

    /// Forgets what was begun for the user with this id: it has ended.
    pub fn clear(&self, user_id: &str) -> Result<(), IntentError> {
        let path = self.path(user_id);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed("forget", &path, error))
            }
            _ => Ok(()),
        }
    }

    /// Where they are.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, user_id: &str) -> PathBuf {
        self.dir.join(format!("{}.json", encoded(user_id)))
    }
}

fn all(dir: &Path) -> Result<Vec<Intent>, IntentError> {
    let list = || -> io::Result<Vec<PathBuf>> {
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
    };
    let mut paths = list().map_err(|error| failed("list", dir, error))?;
    paths.retain(|path| path.extension().is_some_and(|it| it == "json"));
    paths.sort();
    let read = paths.iter().filter_map(|path| read(path).transpose());
    read.collect()
}

fn read(path: &Path) -> Result<Option<Intent>, IntentError> {
    let text = match file::read_text(path, LEN_MAX) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path, error)),
    };
    let intent = serde_json::from_str(&text);
    intent
        .map(Some)
        .map_err(|error| failed("read", path, error.into()))
}

pub(super) fn failed(verb: &'static str, path: &Path, error: io::Error) -> IntentError {
    let path = path.display().to_string();
    IntentError::Io { verb, path, error }
}

/// Files for nobody else.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn intent(id: &str) -> Intent {
        Intent {
            user: UserRef {
                id: id.to_owned(),
                name: "anna".to_owned(),
            },
            since: OffsetDateTime::UNIX_EPOCH,
            what: Intended::Delete {
                devices: vec!["arn:aws:iam::1:mfa/anna".to_owned()],
            },
        }
    }

    #[test]
    fn what_was_begun_is_there_until_it_ended_and_is_open_to_nobody_else() {
        let home = tempfile::tempdir().unwrap();
        let intents = Intents::open(home.path(), "111122223333").unwrap();
        let (one, two) = (intent("AIDAONE"), intent("../TWO"));
        intents.keep(&two).unwrap();
        intents.keep(&one).unwrap();
        assert_eq!(intents.of("AIDAONE").unwrap(), Some(one.clone()));
        assert_eq!(intents.all().unwrap().len(), 2);
        let mode = fs::metadata(intents.path("AIDAONE"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        intents.clear("AIDAONE").unwrap();
        intents.clear("AIDAONE").unwrap();
        assert_eq!(intents.all().unwrap(), [two]);
    }

    #[test]
    fn two_processes_never_change_users_of_one_account_at_the_same_time() {
        let home = tempfile::tempdir().unwrap();
        let held = Intents::open(home.path(), "111122223333").unwrap();
        let second = Intents::open(home.path(), "111122223333");
        assert!(matches!(second, Err(IntentError::Locked(_))));
        Intents::open(home.path(), "444455556666").unwrap();
        drop(held);
        Intents::open(home.path(), "111122223333").unwrap();
    }

    #[test]
    fn an_intent_that_cannot_be_read_is_an_error_and_never_none() {
        let home = tempfile::tempdir().unwrap();
        let intents = Intents::open(home.path(), "1").unwrap();
        fs::write(intents.path("AIDAONE"), "{").unwrap();
        assert!(intents.of("AIDAONE").is_err() && intents.all().is_err());
    }
}
