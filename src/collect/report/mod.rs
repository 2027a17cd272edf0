//! The credential report: CSV whose columns are found by name, since their number varies.

mod columns;
mod row;

use csv::ReaderBuilder;
use time::OffsetDateTime;

use crate::model::Provenance;

use columns::Columns;
use row::Row;

pub(super) use row::ReportRow;

/// The report as a source of facts.
pub(super) const SOURCE: &str = crate::model::CREDENTIAL_REPORT;

/// The user column of the row about the account's root user.
const ROOT: &str = "<root_account>";

/// A credential report.
pub(super) struct Report {
    /// The row about the account's root user.
    pub(super) root: Option<ReportRow>,
    /// The rows about IAM users.
    pub(super) rows: Vec<ReportRow>,
    /// What is wrong with rows or cells; their facts are left out.
    pub(super) warnings: Vec<String>,
}

/// Reads a saved report of `as_of`, that of its file if it has none; warnings name `file` and
/// the line. `None` where `text` has no header line with `user` and `arn`.
pub(super) fn read(
    file: &str,
    text: &str,
    as_of: OffsetDateTime,
) -> Result<Option<Report>, csv::Error> {
    read_until(file, text, as_of, None)
}

/// Reads a report that AWS made at `as_of`, and just sent: dates after `now` are none that AWS
/// writes.
pub(super) fn read_live(
    text: &str,
    as_of: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Option<Report>, csv::Error> {
    read_until("credential report", text, as_of, Some(now))
}

fn read_until(
    file: &str,
    text: &str,
    as_of: OffsetDateTime,
    until: Option<OffsetDateTime>,
) -> Result<Option<Report>, csv::Error> {
    // IAM names hold no quotes, but an unquoted comma in one makes a row longer than the header.
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers()?;
    let width = header.len();
    let Some(columns) = Columns::of(header) else {
        return Ok(None);
    };
    let source = Provenance {
        source: SOURCE.into(),
        as_of,
    };
    let mut report = Report {
        root: None,
        rows: Vec::new(),
        warnings: Vec::new(),
    };
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let place = format!("{file}:{line}");
        if record.len() == width {
            let row = Row {
                columns: &columns,
                record: &record,
                until,
            };
            let row = row::read(&row, &place, &source, &mut report.warnings);
            if columns.user.cell(&record) == Some(ROOT) {
                report.root = row;
            } else {
                report.rows.extend(row);
            }
        } else {
            report.warnings.push(misfit(&place, record.len(), width));
        }
    }
    Ok(Some(report))
}

fn misfit(place: &str, fields: usize, width: usize) -> String {
    let why = match fields < width {
        true => ": the row is cut, and what came after it is missing",
        false => ", as a comma in a user name makes it",
    };
    format!(
        "{place}: {fields} fields where the header has {width}{why}; the report's facts about \
         this user stay unknown"
    )
}
