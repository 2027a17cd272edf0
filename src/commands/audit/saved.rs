//! Records of saved files.

use std::path::{Path, PathBuf};

use super::{Count, Naming, Printing};
use crate::audit::{self, Place, Record, SavedError, Seen};
use crate::collect::{FileError, saved_text};
use crate::commands::setup::UsageError;
use crate::foreign::Shown;
use crate::observe::Phase;

/// Whether `files` are files of records: some hold any, readable or not, and none holds anything else.
/// Pipes are not read: only once is possible.
pub(in crate::commands) fn hold_records(files: &[PathBuf]) -> bool {
    let kinds = files.iter().map(|path| match path.is_file() {
        true => begins(&saved_text(path).unwrap_or_default()),
        false => Begins::Otherwise,
    });
    let kinds: Vec<Begins> = kinds.collect();
    kinds.contains(&Begins::WithRecord) && !kinds.contains(&Begins::Otherwise)
}

/// What a text begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    WithRecord,
    Nothing,
    Otherwise,
}

fn begins(text: &str) -> Begins {
    let mut begins = Begins::Nothing;
    // The error ends it after the first one.
    let _first = audit::each_record(text, |_, record| {
        begins = match record {
            Err(SavedError::Other | SavedError::NoJson(_)) => Begins::Otherwise,
            _ => Begins::WithRecord,
        };
        Err(std::io::ErrorKind::Interrupted.into())
    });
    begins
}

/// Prints the records of `files`.
pub(super) fn print(files: &[PathBuf], printing: Printing) -> anyhow::Result<Count> {
    let mut reading = Reading {
        seen: Seen::default(),
        printing,
    };
    let progress = reading.printing.progress.clone();
    progress.begin(Phase::Records);
    progress.add_parts("files", files.len());
    for path in files {
        let text = text(path)?;
        if text.trim_start().is_empty() {
            tracing::warn!(file = %Shown::of(path.display()), "the file is empty");
        }
        audit::each_record(&text, |place, record| reading.add(path, place, record))?;
        progress.end_part();
    }
    Ok(reading.printing.finish()?)
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

struct Reading {
    seen: Seen,
    printing: Printing,
}

impl Reading {
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
            self.printing.count.repeated += 1;
            return Ok(());
        }
        self.printing.add(record)
    }

    fn refuse(&mut self, path: &Path, place: Place, why: &SavedError) {
        let path = Shown::of(path.display());
        match self.printing.refuse() {
            Naming::Named => tracing::warn!("{path}{place}: {}", Shown::of(why)),
            Naming::Last => {
                tracing::warn!("{path}{place}: further unreadable records are only counted");
            }
            Naming::Counted => {}
        }
    }
}
