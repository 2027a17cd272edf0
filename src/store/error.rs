//! What can go wrong with the state directory.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tokio::task::JoinError;

use super::record::RecordError;

/// Why the store cannot be used. Every one of them is exit code 6.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it.
    #[error(
        "state directory {0} is in use by another rollcall: wait until that has ended; if it is a \
         daemon, stop it (kill and its process id, or systemctl stop UNIT if systemd runs it); or \
         give this one its own agent.state_dir"
    )]
    Locked(PathBuf),
    /// It belongs to another user, who could read or replace everything in it.
    #[error(
        "state directory {dir} belongs to user id {owner}, and this runs as {own}; run rollcall \
         as its owner, or give this one its own agent.state_dir"
    )]
    ForeignOwner {
        /// The state directory.
        dir: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who this process is.
        own: u32,
    },
    /// The directory or a file in it cannot be made, read or written.
    #[error("state directory {dir}: cannot {what}: {source}; check its owner, mode and free space")]
    Io {
        /// The state directory.
        dir: PathBuf,
        /// What was attempted.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Written by a newer rollcall.
    #[error(
        "state directory {dir} has format {found}, and this rollcall knows up to {known}; run the \
         newer version, or move the directory away to send everything again"
    )]
    NewerFormat {
        /// The state directory.
        dir: PathBuf,
        /// The format it was written in.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// Written by an older rollcall, and only looked at.
    #[error(
        "state directory {dir} has format {found}, of an older rollcall; run rollcall collect or \
         run once, which brings it to the present format"
    )]
    OlderFormat {
        /// The state directory.
        dir: PathBuf,
        /// The format it was written in.
        found: u32,
    },
    /// A record cannot be written.
    #[error("a record cannot be written: {0}; please report this")]
    Record(String),
    /// Damaged, and could not be moved aside either.
    #[error("state directory {dir} is damaged ({why}) and cannot be moved aside: {source}")]
    Damaged {
        /// The state directory.
        dir: PathBuf,
        /// What is wrong with it.
        why: String,
        /// Why it could not be moved.
        source: std::io::Error,
    },
    /// A read or write failed.
    #[error("state directory {dir}: cannot {what}: {why}; what was acknowledged is safe")]
    Sled {
        /// The state directory.
        dir: PathBuf,
        /// What was attempted.
        what: &'static str,
        /// Why it failed.
        why: String,
    },
    /// An earlier write could not be made durable; nothing is trusted until a restart.
    #[error("nothing is written any more until a restart, since an earlier write failed: {0}")]
    Poisoned(String),
    /// Damaged, and only looked at.
    #[error(
        "state directory {dir} is damaged ({why}); rollcall collect or run will set it aside and \
         send everything again"
    )]
    FoundDamaged {
        /// The state directory.
        dir: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The operation itself failed in a way that is our bug.
    #[error("the store's worker failed: {0}")]
    Worker(String),
}

impl From<RecordError> for StoreError {
    fn from(error: RecordError) -> Self {
        Self::Record(error.to_string())
    }
}

impl StoreError {
    /// A task that worked on the store ended with `error`. The words of a panic are for whoever
    /// works on the code, and in the log.
    pub fn of_task(error: &JoinError) -> Self {
        let why = match error.is_panic() {
            true => "it ended in a panic; restart rollcall, which sets aside what is damaged",
            false => "it was ended",
        };
        Self::Worker(why.to_owned())
    }

    /// sled could not do `what` in `dir`. What the system said is shown in its own words.
    pub(super) fn of_sled(dir: &Path, what: &'static str, source: sled::Error) -> Self {
        let dir = dir.to_owned();
        match source {
            sled::Error::Io(source) => Self::Io {
                dir,
                what,
                source: plain(source),
            },
            source => Self::Sled {
                dir,
                what,
                why: in_words(&source),
            },
        }
    }
}

/// What an error of sled means; its own words are for whoever works on sled.
pub(super) fn in_words(error: &sled::Error) -> String {
    match error {
        sled::Error::Io(error) => match error.kind() {
            ErrorKind::UnexpectedEof => "a file in it ends too early".to_owned(),
            ErrorKind::InvalidData => "a file in it is damaged".to_owned(),
            _ => error.to_string(),
        },
        sled::Error::Corruption { .. } => "a file in it is damaged".to_owned(),
        sled::Error::CollectionNotFound(_) => "a part of it is missing".to_owned(),
        sled::Error::Unsupported(_) => {
            "it holds something that this rollcall cannot work with".to_owned()
        }
        sled::Error::ReportableBug(_) => "the storage library contradicts itself".to_owned(),
    }
}

/// An error in the system's words: a copy that sled makes of one has the words of Rust's `Debug`.
fn plain(error: std::io::Error) -> std::io::Error {
    let text = error.to_string();
    let code = text.strip_prefix("Os { code: ");
    let code = code.and_then(|rest| rest.split_once(',')?.0.parse().ok());
    let is_debug = ["Custom {", "Kind("].iter().any(|it| text.starts_with(it));
    match code {
        Some(code) => std::io::Error::from_raw_os_error(code),
        None if is_debug => error.kind().into(),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_sled_are_in_plain_words() {
        let corruption = sled::Error::Corruption { at: None, bt: () };
        let copied = sled::Error::Io(ErrorKind::StorageFull.into()).clone();
        let full = sled::Error::Io(std::io::Error::from_raw_os_error(28)).clone();
        let text = StoreError::of_sled(Path::new("state"), "write to it", full).to_string();
        assert!(
            text.contains("No space left on device (os error 28)"),
            "{text}"
        );
        let bug = sled::Error::ReportableBug("see https://github.com/x at Inline(7)".to_owned());
        for error in [corruption, copied, bug] {
            let text = StoreError::of_sled(Path::new("state"), "read", error).to_string();
            let is_internal = |part: &&str| text.contains(part);
            let internals = [
                "offset",
                "None",
                "backtrace",
                "Inline",
                "Kind",
                "github",
                "{",
            ];
            assert_eq!(internals.iter().find(|it| is_internal(it)), None, "{text}");
        }
    }

    #[tokio::test]
    async fn a_panic_of_sled_is_not_told_in_its_own_words() {
        let task = tokio::spawn(async { panic!("called unwrap on Corruption at offset None") });
        let error = StoreError::of_task(&task.await.unwrap_err()).to_string();
        assert!(
            error.contains("panic") && !error.contains("offset"),
            "{error}"
        );
        assert!(error.contains("restart rollcall"), "{error}");
    }
}
