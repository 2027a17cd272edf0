//! What can go wrong with the state directory.

use std::path::{Path, PathBuf};

use super::record::RecordError;

/// Why the store cannot be used. Every one of them is exit code 6.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it.
    #[error(
        "state directory {0} is in use by another rollcall; stop it, or give this one its own \
         agent.state_dir"
    )]
    Locked(PathBuf),
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
    #[error("state directory {dir}: cannot {what}: {source}; what was acknowledged is safe")]
    Sled {
        /// The state directory.
        dir: PathBuf,
        /// What was attempted.
        what: &'static str,
        /// Why it failed.
        source: sled::Error,
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
    /// sled could not do `what` in `dir`. What the system said is shown in its own words.
    pub(super) fn of_sled(dir: &Path, what: &'static str, source: sled::Error) -> Self {
        let dir = dir.to_owned();
        match source {
            sled::Error::Io(source) => Self::Io { dir, what, source },
            source => Self::Sled { dir, what, source },
        }
    }
}
