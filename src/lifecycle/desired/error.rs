//! Why there is no desired state.

use crate::aws::AwsError;
use crate::foreign::Shown;

/// Why the desired state cannot be used. Nothing is done to anybody then.
#[derive(Debug, thiserror::Error)]
pub enum DesiredError {
    /// The file cannot be read.
    #[error("the desired users in {file} cannot be read: {why}")]
    Unread {
        /// The file.
        file: Shown,
        /// Why.
        why: Shown,
    },
    /// What stands there is no desired state.
    #[error("the desired users are not usable, and nothing was done: {place}: {at}: {why}")]
    Unusable {
        /// The file or the table.
        place: Shown,
        /// The line, the entry or the item.
        at: Shown,
        /// What is wrong, and what to do.
        why: Shown,
    },
    /// AWS did not answer for the table.
    #[error("the desired users in table {table} cannot be read, and nothing was done: {error}")]
    Aws {
        /// The table.
        table: Shown,
        /// Why.
        error: AwsError,
    },
}

impl DesiredError {
    pub(super) fn unusable(place: &str, at: impl Into<Shown>, why: impl Into<Shown>) -> Self {
        Self::Unusable {
            place: place.into(),
            at: at.into(),
            why: why.into(),
        }
    }
}
