//! Options of `review`.

use std::path::PathBuf;

use clap::Args;

use super::OutputFormat;

/// Options of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// The earlier events, as rollcall map and rollcall collect --dry-run write them: one a line, or
    /// as JSON documents; - is standard input
    pub old: PathBuf,
    /// The later events
    pub new: PathBuf,
    /// Also write the review to this file, as a page for a browser
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Saved AWS CLI output, as for rollcall map, whose facts the page shows beside events; may be
    /// given several times
    #[arg(long = "source", value_name = "FILE", requires = "html")]
    pub sources: Vec<PathBuf>,
    /// Also compare stamps: event ids, times of the pass, our version, last uses, what changed before,
    /// which facts are stale, why facts are unknown, and how many tags had no room
    #[arg(long)]
    pub stamps: bool,
    /// Exit with code 7 if anything differs
    #[arg(long)]
    pub exit_code: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}
