//! `rollcall validate`.

mod count;
mod report;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::PathBuf;

use super::is_closed_pipe;
use super::setup::UsageError;
use crate::cli::{GlobalArgs, OutputFormat, ValidateArgs};
use crate::foreign::{Page, Shown};
use crate::lines::next_step;
use crate::map::Dialect;
use crate::observe;
use crate::run::ExitStatus;
use crate::validate::{self, Place, Problem, Rules};
use count::Count;
use report::Report;

/// A file is read in pieces of so many bytes.
const BYTES_AT_ONCE: usize = 64 * 1024;

/// Says what is wrong with the events of files, on standard output.
pub(super) async fn validate(
    global: &GlobalArgs,
    args: &ValidateArgs,
) -> anyhow::Result<ExitStatus> {
    let rules = match (args.dialect, args.version) {
        (Dialect::Sekoia, Some(_)) => {
            let why = "--version is of OCSF: the dialect sekoia has none; leave it out";
            return Err(UsageError(why.to_owned()).into());
        }
        (Dialect::Ocsf, Some(version)) => Rules::Version(version),
        (dialect, None) => Rules::of(dialect),
    };
    let is_input = |file: &&PathBuf| file.as_os_str() == "-";
    if args.files.iter().filter(is_input).count() > 1 {
        let why = "- is standard input, which can be read once; give it once";
        return Err(UsageError(why.to_owned()).into());
    }
    let (files, output) = (args.files.clone(), args.output);
    let (count, ended) = tokio::task::spawn_blocking(move || {
        let mut count = Count::default();
        let ended = check(&files, rules, output, &mut count);
        (count, ended)
    })
    .await?;
    match ended {
        // Whoever reads has seen enough, and what it has seen was wrong.
        Err(error) if is_closed_pipe(&error) && count.invalid > 0 => return Ok(ExitStatus::No),
        ended => ended?,
    }
    if !global.quiet {
        observe::print_beside(&Page::of(&count.says(args.dialect)));
    }
    match (count.events, count.invalid) {
        (0, _) => Err(UsageError("no events: nothing was checked".to_owned()).into()),
        (_, 0) => Ok(ExitStatus::Done),
        _ => Ok(ExitStatus::No),
    }
}

fn check(
    files: &[PathBuf],
    rules: Rules,
    output: OutputFormat,
    count: &mut Count,
) -> anyhow::Result<()> {
    for path in files {
        let mut report = Report::new(path, output);
        let before = count.events;
        let each = |place: Place, problems: Vec<Problem>| {
            count.add(&problems);
            problems.iter().try_for_each(|it| report.add(place, it))
        };
        let read = match path.as_os_str() == "-" {
            true => validate::read(io::stdin().lock(), rules, each),
            false => File::open(path).and_then(|file| {
                validate::read(BufReader::with_capacity(BYTES_AT_ONCE, file), rules, each)
            }),
        };
        match read {
            Ok(()) if count.events == before => {
                report.flush()?;
                let file = path.display();
                tracing::warn!(%file, "the file holds no event: was it written to its end?");
            }
            Ok(()) => report.flush()?,
            Err(error) if report.is_refused => return Err(error.into()),
            Err(error) => {
                report.flush()?;
                let (path, next) = (Shown::of(path.display()), next_step(&error));
                let why = format!("cannot read {path}: {error}; {next}");
                return Err(UsageError(why).into());
            }
        }
    }
    Ok(())
}
