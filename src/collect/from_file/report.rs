//! The credential report: CSV whose columns are found by name, since their number varies.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};
use time::OffsetDateTime;

use super::error::FileError;
use super::kind;
use super::report_row::{self, ReportRow};
use crate::model::Source;

/// The user column of the row about the account's root user.
const ROOT: &str = "<root_account>";

/// A credential report's rows about IAM users.
pub(super) struct Report {
    pub(super) rows: Vec<ReportRow>,
    /// What is wrong with rows or cells; their facts are left out.
    pub(super) warnings: Vec<String>,
}

/// The positions of a report's columns.
pub(super) struct Columns(HashMap<String, usize>);

impl Columns {
    /// The cell of `record` in the column `name`; `None` where the report has no such column.
    pub(super) fn cell<'r>(&self, record: &'r StringRecord, name: &str) -> Option<&'r str> {
        record.get(*self.0.get(name)?)
    }
}

/// Reads a report of `as_of`; `None` where `text` has no header line with `user` and `arn`.
pub(super) fn read(
    file: &str,
    text: &str,
    as_of: OffsetDateTime,
) -> Result<Option<Report>, FileError> {
    // IAM names hold no quotes, but an unquoted comma in one makes a row longer than the header.
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(file, &error))?;
    let columns = Columns(header.iter().map(str::to_owned).zip(0..).collect());
    let width = header.len();
    if !columns.0.contains_key("user") || !columns.0.contains_key("arn") {
        return Ok(None);
    }
    let source = Source {
        name: kind::REPORT,
        as_of,
    };
    let mut report = Report {
        rows: Vec::new(),
        warnings: Vec::new(),
    };
    for record in reader.records() {
        let record = record.map_err(|error| broken(file, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        if columns.cell(&record, "user") == Some(ROOT) {
            continue;
        }
        let place = format!("{file}:{line}");
        if record.len() == width {
            let row = report_row::read(&columns, &record, &place, &source, &mut report.warnings);
            report.rows.extend(row);
        } else {
            report.warnings.push(misfit(&place, record.len(), width));
        }
    }
    Ok(Some(report))
}

fn misfit(place: &str, fields: usize, width: usize) -> String {
    format!(
        "{place}: {fields} fields where the header has {width}, as a comma in a user name \
         makes it; the report's facts about this user stay unknown"
    )
}

fn broken(file: &str, error: &csv::Error) -> FileError {
    FileError::Csv {
        file: file.to_owned(),
        line: error.position().map_or(1, csv::Position::line),
        why: error.to_string(),
    }
}
