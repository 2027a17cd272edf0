//! `rollcall audit`.

mod live;
mod newest;
mod report;
mod rows;
mod saved;

use std::path::PathBuf;

use time::OffsetDateTime;

use super::setup::UsageError;
use crate::audit::{Event, Filter, Record};
use crate::cli::{AuditArgs, AuditOutput, GlobalArgs, When};
use crate::foreign::Page;
use crate::observe::{self, Phase, Progress};
use crate::output;
use crate::run::ExitStatus;
use newest::Newest;
use report::Report;
pub(super) use rows::Rows;
pub(super) use saved::hold_records;

/// So many bad records are named; of more, their number.
const NAMED_MAX: u64 = 20;

/// Shows the records that are asked for, of saved files or of AWS, on standard output.
pub(super) async fn audit(
    global: &GlobalArgs,
    args: &AuditArgs,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    let filter = filter(args, OffsetDateTime::now_utc())?;
    let come_one_by_one = args.follow || args.output == AuditOutput::Ocsf && args.limit.is_none();
    let mut printing = Printing::new(args.output, filter, shown(progress, come_one_by_one));
    printing.newest = args.limit.map(Newest::new);
    if args.from.is_empty() {
        return live::show(global, args, printing).await;
    }
    saved(global, &args.from, printing).await
}

/// Prints the events of every record of `files`.
pub(super) async fn map(
    global: &GlobalArgs,
    files: &[PathBuf],
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    let progress = shown(progress, true);
    let printing = Printing::new(AuditOutput::Ocsf, Filter::default(), progress);
    saved(global, files, printing).await
}

/// `progress`, unless its line would be between results that come one by one on a terminal.
fn shown(progress: &Progress, come_one_by_one: bool) -> Progress {
    match come_one_by_one && output::is_seen() {
        true => Progress::hidden(),
        false => progress.clone(),
    }
}

async fn saved(
    global: &GlobalArgs,
    files: &[PathBuf],
    printing: Printing,
) -> anyhow::Result<ExitStatus> {
    let files = files.to_vec();
    let count = tokio::task::spawn_blocking(move || saved::print(&files, printing)).await??;
    say(global, &count);
    Ok(match count.bad {
        0 => ExitStatus::Done,
        _ => ExitStatus::Partial,
    })
}

fn say(global: &GlobalArgs, count: &Count) {
    if !global.quiet {
        observe::print_beside(&Page::of(&count.says()));
    }
}

/// What `args` ask for at `now`.
fn filter(args: &AuditArgs, now: OffsetDateTime) -> Result<Filter, UsageError> {
    let moment = |when: When| {
        let too_long = || UsageError("--since and --until: that is before all time".to_owned());
        when.as_of(now).ok_or_else(too_long)
    };
    let (since, until) = (
        args.since.map(moment).transpose()?,
        args.until.map(moment).transpose()?,
    );
    if since.zip(until).is_some_and(|(since, until)| since > until) {
        let why = "--since is after --until: no record can be in between; swap them";
        return Err(UsageError(why.to_owned()));
    }
    Ok(Filter {
        since,
        until,
        user: args.user.clone(),
        caller: args.caller.clone(),
        key: args.key.clone(),
        // Of AWS, these regions alone are read.
        regions: match args.from.as_slice() {
            [] => Vec::new(),
            _ => args.regions.clone(),
        },
        events: args.events.clone(),
        writes: args.writes,
        failed: args.failed,
    })
}

/// What was found.
#[derive(Debug, Default)]
struct Count {
    records: u64,
    shown: u64,
    repeated: u64,
    bad: u64,
}

impl Count {
    fn says(&self) -> String {
        let Self { records, shown, .. } = self;
        let mut text = format!("{shown} of {records} records");
        for (count, what) in [(self.repeated, "repeated"), (self.bad, "unreadable")] {
            if count > 0 {
                text += &format!(", {count} {what}");
            }
        }
        text + "\n"
    }
}

/// Records on their way to who asked.
struct Printing {
    filter: Filter,
    report: Report,
    /// What waits until it is known that nothing newer is asked for.
    newest: Option<Newest>,
    count: Count,
    progress: Progress,
}

impl Printing {
    fn new(output: AuditOutput, filter: Filter, progress: Progress) -> Self {
        Self {
            filter,
            report: Report::new(output == AuditOutput::Ocsf),
            newest: None,
            count: Count::default(),
            progress,
        }
    }

    /// Adds a record that was not there before.
    fn add(&mut self, record: Record) -> std::io::Result<()> {
        self.count.records += 1;
        self.progress.add(Phase::Records, 1);
        let event = Event::of(&record);
        if !self.filter.admits(&record, &event) {
            return Ok(());
        }
        if let Some(newest) = &mut self.newest {
            newest.add(record);
            return Ok(());
        }
        self.count.shown += 1;
        self.report.add(&record, &event)
    }

    /// Writes what is left, and returns what was found.
    fn finish(mut self) -> std::io::Result<Count> {
        self.progress.end();
        for record in self.newest.into_iter().flat_map(Newest::into_records) {
            self.count.shown += 1;
            self.report.add(&record, &Event::of(&record))?;
        }
        self.report.finish()?;
        Ok(self.count)
    }

    /// Counts what is no record; whether it is to be named, and whether it is the last one that is.
    fn refuse(&mut self) -> Naming {
        self.count.bad += 1;
        match self.count.bad {
            ..=NAMED_MAX => Naming::Named,
            bad if bad == NAMED_MAX + 1 => Naming::Last,
            _ => Naming::Counted,
        }
    }
}

/// How somebody hears of what is no record.
enum Naming {
    /// By its name and why.
    Named,
    /// That it and all further ones are only counted.
    Last,
    /// Not at all.
    Counted,
}
