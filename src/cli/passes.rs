//! Options of `diff`.

use std::time::Duration;

use clap::Args;

use super::OutputFormat;

/// Options of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier pass, by its id or how that begins [default: the last complete one but one]
    #[arg(long, value_name = "PASS")]
    pub from: Option<String>,
    /// What changed since this long ago, as 24h: from the last complete pass before
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    #[arg(conflicts_with_all = ["from", "to"])]
    pub since: Option<Duration>,
    /// The later pass [default: the last complete one]
    #[arg(long, value_name = "PASS")]
    pub to: Option<String>,
    /// Only this account
    #[arg(long, value_name = "ID")]
    pub account: Option<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}
