//! The exit codes.

use serde::{Deserialize, Serialize};

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitStatus {
    /// Everything was collected and delivered.
    Done = 0,
    /// A bug of ours.
    Bug = 1,
    /// Usage or configuration.
    Usage = 2,
    /// AWS refused: credentials or permissions.
    AwsRefused = 3,
    /// Collected only in part.
    Partial = 4,
    /// A sink refused or did not take everything; the rest is in the outbox.
    Undelivered = 5,
    /// The state directory is unusable or locked.
    State = 6,
    /// The answer is no: what was asked for is not there.
    No = 7,
    /// Interrupted by a signal.
    Interrupted = 130,
}
