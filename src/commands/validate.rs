//! `rollcall validate`.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::is_closed_pipe;
use super::setup::UsageError;
use crate::cli::{GlobalArgs, OutputFormat, ValidateArgs};
use crate::foreign::{Page, Shown};
use crate::map::Dialect;
use crate::observe;
use crate::output;
use crate::run::ExitStatus;
use crate::validate::{self, Place, Problem, Rules, Severity};

/// Lines wait until there are so many bytes of them.
const BYTES_AT_ONCE: usize = 64 * 1024;

/// What was found in every file.
#[derive(Debug, Default)]
struct Count {
    events: u64,
    invalid: u64,
    with_warnings: u64,
}

/// One problem, for machines.
#[derive(Serialize)]
struct Entry<'a> {
    file: &'a Shown,
    line: Option<u64>,
    /// The place in a file that is one list.
    index: Option<usize>,
    #[serde(flatten)]
    problem: &'a Problem,
}

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
        observe::print_beside(&Page::of(&count.says()));
    }
    if !global.quiet && count.invalid == count.events && count.events > 0 {
        let other = match args.dialect {
            Dialect::Ocsf => "sekoia",
            Dialect::Sekoia => "ocsf",
        };
        let hint =
            format!("each event is invalid: if they are of another dialect, --dialect {other}\n");
        observe::print_beside(&Page::of(&hint));
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
                return Err(UsageError(unreadable(path, &error)).into());
            }
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let path = Shown::of(path.display());
    let next = match error.kind() {
        ErrorKind::NotFound => "check the path",
        ErrorKind::PermissionDenied => "allow this user to read it",
        _ => "give a file of events",
    };
    format!("cannot read {path}: {error}; {next}")
}

impl Count {
    fn add(&mut self, problems: &[Problem]) {
        let has = |severity| problems.iter().any(|it| it.severity == severity);
        self.events += 1;
        self.invalid += u64::from(has(Severity::Error));
        self.with_warnings += u64::from(has(Severity::Warning));
    }

    fn says(&self) -> String {
        let Self {
            events,
            invalid,
            with_warnings,
        } = self;
        let s = if *events == 1 { "" } else { "s" };
        format!("{events} event{s}, {invalid} invalid, {with_warnings} with warnings\n")
    }
}

/// Lines about one file, on their way to standard output.
struct Report {
    file: Shown,
    output: OutputFormat,
    lines: String,
    /// Standard output takes no more.
    is_refused: bool,
}

impl Report {
    fn new(path: &Path, output: OutputFormat) -> Self {
        Self {
            file: Shown::of(path.display()),
            output,
            lines: String::new(),
            is_refused: false,
        }
    }

    fn add(&mut self, place: Place, problem: &Problem) -> io::Result<()> {
        match self.output {
            OutputFormat::Table => {
                let line = format!("{}{place}: {problem}\n", self.file);
                self.lines.push_str(&line);
            }
            OutputFormat::Json => self.lines.push_str(&self.entry(place, problem)?),
        }
        match self.lines.len() < BYTES_AT_ONCE {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn entry(&self, place: Place, problem: &Problem) -> io::Result<String> {
        let (line, index) = match place {
            Place::Line(line) => (Some(line), None),
            Place::Element(index) => (None, Some(index)),
            Place::Whole => (None, None),
        };
        let entry = Entry {
            file: &self.file,
            line,
            index,
            problem,
        };
        Ok(format!("{}\n", Page::json(&serde_json::to_string(&entry)?)))
    }

    fn flush(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.lines);
        // Each entry for machines is a page already.
        let page = match self.output {
            OutputFormat::Table => Page::of(&lines),
            OutputFormat::Json => Page::events(&lines),
        };
        let written = output::write(&page);
        self.is_refused = written.is_err();
        written
    }
}
