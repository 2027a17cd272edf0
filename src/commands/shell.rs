//! `completions` and `man`: what a shell and `man` know of the command line.

use std::fs;
use std::io;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

use super::setup::UsageError;
use crate::cli::{Cli, ManArgs};
use crate::output;
use crate::run::ExitStatus;

const NAME: &str = "rollcall";

/// Prints the completions of `shell`.
pub(super) fn completions(shell: Shell) -> anyhow::Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    output::write_events(&script)?;
    Ok(ExitStatus::Done)
}

/// Prints the manual page, or writes those of all commands into a directory.
pub(super) fn man(args: &ManArgs) -> anyhow::Result<ExitStatus> {
    let command = Cli::command().name(NAME);
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        output::write_events(&page)?;
        return Ok(ExitStatus::Done);
    };
    let written = fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(command, dir));
    let cannot = |error: io::Error| {
        UsageError(format!(
            "cannot write manual pages to {}: {error}",
            dir.display()
        ))
    };
    written.map_err(cannot)?;
    Ok(ExitStatus::Done)
}
