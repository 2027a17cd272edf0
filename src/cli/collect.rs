//! Options of `collect`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::OutputFormat;

/// Options of `collect`.
#[derive(Debug, Args)]
pub struct CollectArgs {
    /// Only this account; may be given several times
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Send every user again, changed or not
    #[arg(long)]
    pub full: bool,
    /// Write events to standard output; store nothing and send nothing
    #[arg(long, conflicts_with = "full")]
    pub dry_run: bool,
    /// Report users as deleted however many are gone
    #[arg(long, conflicts_with = "dry_run")]
    pub accept_deletions: bool,
    /// Check each event against its schema before it is staged; an invalid one is logged, and sent
    #[arg(long)]
    pub verify: bool,
    /// How long to wait for the sinks after the collection; the rest is sent next time
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration)]
    pub drain_timeout: Duration,
    /// Write metrics to this file at the end, for node_exporter's textfile collector, which reads
    /// files whose names end with .prom
    #[arg(long, value_name = "PATH", conflicts_with = "dry_run")]
    pub metrics_file: Option<PathBuf>,
    /// How the result is written: a summary on standard error, or a JSON object on standard output
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        conflicts_with = "dry_run"
    )]
    pub output: OutputFormat,
}
