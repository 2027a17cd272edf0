//! `rollcall audit`.

mod report;
mod rows;

use std::path::Path;

use time::OffsetDateTime;

use super::setup::UsageError;
use crate::audit::{self, Event, Filter, Place, Record, SavedError, Seen};
use crate::cli::{AuditArgs, AuditOutput, GlobalArgs, When};
use crate::collect::{FileError, saved_text};
use crate::foreign::{Page, Shown};
use crate::observe;
use crate::run::ExitStatus;
use report::Report;

/// So many bad records are named; of more, their number.
const NAMED_MAX: u64 = 20;

/// Shows the records of saved files that are asked for, on standard output.
pub(super) async fn audit(global: &GlobalArgs, args: &AuditArgs) -> anyhow::Result<ExitStatus> {
    let filter = filter(args, OffsetDateTime::now_utc())?;
    let args = args.clone();
    let count = tokio::task::spawn_blocking(move || print(&args, &filter)).await??;
    if !global.quiet {
        observe::print_beside(&Page::of(&count.says()));
    }
    Ok(match count.bad {
        0 => ExitStatus::Done,
        _ => ExitStatus::Partial,
    })
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
        events: args.events.clone(),
        writes: args.writes,
        failed: args.failed,
    })
}

fn print(args: &AuditArgs, filter: &Filter) -> anyhow::Result<Count> {
    let mut reading = Reading {
        filter,
        seen: Seen::default(),
        report: Report::new(args.output == AuditOutput::Ocsf),
        count: Count::default(),
    };
    for path in &args.from {
        let text = text(path)?;
        audit::each_record(&text, |place, record| reading.add(path, place, record))?;
    }
    reading.report.finish()?;
    Ok(reading.count)
}

/// The text of a file that may hold records.
fn text(path: &Path) -> anyhow::Result<String> {
    saved_text(path).map_err(|error| match error {
        FileError::Unrecognised { file, found } => UsageError(format!(
            "{file}: {found} is no file of records; give output of `aws cloudtrail lookup-events` or \
             CloudTrail's own files, gzip or not"
        ))
        .into(),
        other => other.into(),
    })
}

/// What was found in every file.
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

struct Reading<'a> {
    filter: &'a Filter,
    seen: Seen,
    report: Report,
    count: Count,
}

impl Reading<'_> {
    fn add(
        &mut self,
        path: &Path,
        place: Place,
        record: Result<Record, SavedError>,
    ) -> std::io::Result<()> {
        let record = match record {
            Ok(record) => record,
            Err(why) => {
                self.refuse(path, place, &why);
                return Ok(());
            }
        };
        // Files of several days or regions may overlap.
        if !self.seen.insert(&record.event_id) {
            self.count.repeated += 1;
            return Ok(());
        }
        self.count.records += 1;
        let event = Event::of(&record);
        if !self.filter.admits(&record, &event) {
            return Ok(());
        }
        self.count.shown += 1;
        self.report.add(&record, &event)
    }

    fn refuse(&mut self, path: &Path, place: Place, why: &SavedError) {
        self.count.bad += 1;
        let path = Shown::of(path.display());
        match self.count.bad {
            ..=NAMED_MAX => tracing::warn!("{path}{place}: {}", Shown::of(why)),
            bad if bad == NAMED_MAX + 1 => {
                tracing::warn!("{path}{place}: further unreadable records are only counted");
            }
            _ => {}
        }
    }
}
