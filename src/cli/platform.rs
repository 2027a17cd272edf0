//! Options of `run`, of the commands of Sekoia's container, and of those about the command line.

use std::path::PathBuf;

use clap::Args;

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Take the configuration that Sekoia's platform writes for its connector of AWS users, from
    /// this directory, instead of a file
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub sekoia_config: Option<PathBuf>,
}

/// Options of the commands of Sekoia's container.
#[derive(Debug, Args)]
pub struct PlatformArgs {
    /// Where the platform puts its files
    #[arg(long = "sekoia-config", value_name = "DIR", default_value = crate::sekoia::DEFAULT_DIR)]
    pub dir: PathBuf,
}

/// Options of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Whose completions
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write a page for each command here, instead of printing the first
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
