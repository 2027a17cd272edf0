//! Options of `status`.

use clap::Args;

use super::OutputFormat;

/// Options of `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
    /// Only ask whether a daemon runs and is ready, as /readyz does: exit code 0 if so, else 7
    #[arg(long, conflicts_with = "output")]
    pub check: bool,
}
