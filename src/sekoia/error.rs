//! Why the platform's configuration cannot be used.

use std::io;
use std::path::PathBuf;

/// Why the platform's configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// A file of the platform cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A value is neither in a file nor in the environment.
    #[error("{name} is missing: no file of that name in {}, and no variable {}", dir.display(), name.to_uppercase())]
    Missing {
        /// The value.
        name: String,
        /// The directory that was looked into.
        dir: PathBuf,
    },
    /// A value is not what it has to be. What it is is not repeated: it may be a key.
    #[error("{name}: {why}")]
    Value {
        /// The value.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The platform does not give the secrets, or does not take a report.
    #[error("{what}: {why}")]
    Exchange {
        /// What was asked for.
        what: &'static str,
        /// Why it failed.
        why: String,
    },
    /// The container is meant for another way of running.
    #[error(
        "SYMPHONY_RUNTIME is fission, where requests bring the configuration: unset it, and give files"
    )]
    Fission,
}
