//! One row of the credential report.

use csv::StringRecord;
use time::OffsetDateTime;

use super::Columns;
use crate::collect::timestamp;
use crate::model::{AccessKey, AccessKeyUse, Arn, ConsoleAccess, Provenance};

/// What a row tells about a user. `None` is what it does not tell: the column is missing, says
/// `not_supported`, or holds something else than AWS writes.
#[derive(Debug, Clone)]
pub(in crate::collect) struct ReportRow {
    /// File and line, for messages.
    pub(in crate::collect) place: String,
    pub(in crate::collect) arn: Arn,
    pub(in crate::collect) source: Provenance,
    pub(in crate::collect) user_created_at: Option<OffsetDateTime>,
    pub(in crate::collect) mfa_active: Option<bool>,
    pub(in crate::collect) console: Option<ConsoleAccess>,
    /// Never used is `Some(None)`: both `N/A` and `no_information`.
    pub(in crate::collect) password_last_used: Option<Option<OffsetDateTime>>,
    pub(in crate::collect) access_keys: Option<Vec<AccessKey>>,
}

impl ReportRow {
    /// Whether the row can be about a user created at `created_at`. A report is up to four hours
    /// old and may still tell about a deleted user of the same name.
    pub(in crate::collect) fn is_about(&self, created_at: OffsetDateTime) -> bool {
        self.user_created_at
            .is_none_or(|time| time.unix_timestamp() == created_at.unix_timestamp())
    }
}

/// Reads a row; what cannot be read becomes a warning.
pub(super) fn read(
    columns: &Columns,
    record: &StringRecord,
    place: &str,
    source: &Provenance,
    warnings: &mut Vec<String>,
) -> Option<ReportRow> {
    let row = Row { columns, record };
    let arn = match Arn::parse(row.cell("arn")?) {
        Ok(arn) => arn,
        Err(error) => {
            warnings.push(format!("{place}: column arn: {error}; the row is left out"));
            return None;
        }
    };
    let mut told = Told { place, warnings };
    Some(ReportRow {
        place: place.to_owned(),
        arn,
        source: source.clone(),
        user_created_at: told.by(row.date("user_creation_time")).flatten(),
        mfa_active: told.by(row.flag("mfa_active")),
        console: told.by(row.console()),
        password_last_used: told.by(row.date("password_last_used")),
        access_keys: told.by(row.access_keys()),
    })
}

/// A cell that holds something else than AWS writes there.
struct BadCell {
    column: String,
    value: String,
    expected: &'static str,
}

/// A value, or `None` where the report does not tell it.
type Cell<T> = Result<Option<T>, BadCell>;

struct Told<'a> {
    place: &'a str,
    warnings: &'a mut Vec<String>,
}

impl Told<'_> {
    fn by<T>(&mut self, cell: Cell<T>) -> Option<T> {
        cell.unwrap_or_else(|bad| {
            self.warnings.push(format!(
                "{}: column {}: expected {}, found {:?}; the fact stays unknown",
                self.place, bad.column, bad.expected, bad.value
            ));
            None
        })
    }
}

struct Row<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    fn cell(&self, column: &str) -> Option<&'a str> {
        let cell = self.columns.cell(self.record, column)?;
        (cell != "not_supported").then_some(cell)
    }

    fn flag(&self, column: &str) -> Cell<bool> {
        match self.cell(column) {
            None => Ok(None),
            Some(cell) if cell.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(cell) if cell.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(cell) => Err(bad(column, cell, "true or false")),
        }
    }

    fn date(&self, column: &str) -> Cell<Option<OffsetDateTime>> {
        match self.cell(column) {
            None => Ok(None),
            Some("N/A" | "no_information") => Ok(Some(None)),
            Some(cell) => timestamp::parse(cell)
                .map(|time| Some(Some(time)))
                .ok_or_else(|| bad(column, cell, "a date, N/A or no_information")),
        }
    }

    fn text(&self, column: &str) -> Option<String> {
        self.cell(column)
            .filter(|cell| !matches!(*cell, "" | "N/A" | "no_information"))
            .map(str::to_owned)
    }

    fn console(&self) -> Cell<ConsoleAccess> {
        let Some(enabled) = self.flag("password_enabled")? else {
            return Ok(None);
        };
        Ok(Some(ConsoleAccess {
            enabled,
            password_last_changed: self.date("password_last_changed")?.flatten(),
        }))
    }

    /// The keys in all slots. A slot with neither an active key nor a date holds none.
    fn access_keys(&self) -> Cell<Vec<AccessKey>> {
        let slots = (1..)
            .take_while(|slot| self.has(&format!("access_key_{slot}_active")))
            .count();
        let mut keys = Vec::new();
        for slot in 1..=slots {
            let column = |what: &str| format!("access_key_{slot}_{what}");
            let (Some(active), Some(rotated_at), Some(used_at)) = (
                self.flag(&column("active"))?,
                self.date(&column("last_rotated"))?,
                self.date(&column("last_used_date"))?,
            ) else {
                return Ok(None);
            };
            if active || rotated_at.is_some() {
                keys.push(AccessKey {
                    id: None,
                    active,
                    rotated_at,
                    last_used: used_at.map(|at| AccessKeyUse {
                        at,
                        service: self.text(&column("last_used_service")),
                        region: self.text(&column("last_used_region")),
                    }),
                });
            }
        }
        Ok((slots > 0).then_some(keys))
    }

    fn has(&self, column: &str) -> bool {
        self.columns.cell(self.record, column).is_some()
    }
}

fn bad(column: &str, value: &str, expected: &'static str) -> BadCell {
    BadCell {
        column: column.to_owned(),
        value: value.to_owned(),
        expected,
    }
}
