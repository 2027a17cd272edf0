//! Options of the commands about files: `map` and `validate`.

use std::path::PathBuf;

use clap::Args;

use super::OutputFormat;
use crate::map::Dialect;
use crate::validate::Version;

/// Options of `map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// Saved output of `aws iam get-account-authorization-details`, `list-users`,
    /// `list-virtual-mfa-devices`, `list-mfa-devices` or `get-credential-report`, in any number; or
    /// records of CloudTrail, as `audit --from` takes them
    #[arg(required_unless_present = "explain_fields", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print the table of the mapping instead: each fact, where events have it, what tells it
    #[arg(long, conflicts_with = "files")]
    pub explain_fields: bool,
    /// How that table is written
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        conflicts_with = "files"
    )]
    pub output: OutputFormat,
    /// Print a case for the mapping's snapshots instead, made from this user (name, ARN or UserId):
    /// its names, ids and tags are replaced by made-up ones of the same form
    #[arg(long, value_name = "USER")]
    pub as_case: Option<String>,
    /// The shape of events
    #[arg(long, default_value = "ocsf")]
    pub dialect: Dialect,
}

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Events, one a line, or one JSON document; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The version of OCSF [default: that of each event's own metadata.version]
    #[arg(long, value_name = "VERSION")]
    pub version: Option<Version>,
    /// The shape of events
    #[arg(long, default_value = "ocsf")]
    pub dialect: Dialect,
    /// How problems are written: a line each (table), or a JSON object a line
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}
