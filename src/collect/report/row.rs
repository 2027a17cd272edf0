//! One row of the credential report.

use csv::StringRecord;
use time::OffsetDateTime;

use super::columns::{Column, Columns};
use crate::collect::timestamp;
use crate::foreign::Shown;
use crate::model::{AccessKey, AccessKeyUse, Arn, ConsoleAccess, Provenance, SigningCertificate};

/// What a row says about a user. `None` is what it does not say: the column is missing, says
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
    pub(in crate::collect) signing_certificates: Option<Vec<SigningCertificate>>,
    /// Whether the user has more keys than the row has room for: then it tells of none.
    pub(in crate::collect) has_more_keys: bool,
    /// The facts whose cells hold something else than AWS writes.
    pub(in crate::collect) malformed: Vec<&'static str>,
}

impl ReportRow {
    /// Whether the row can be about a user created at `created_at`. A report is up to four hours
    /// old and may still be about a deleted user of the same name.
    pub(in crate::collect) fn is_about(&self, created_at: OffsetDateTime) -> bool {
        !self.has_malformed_creation()
            && self
                .user_created_at
                .is_none_or(|time| time.unix_timestamp() == created_at.unix_timestamp())
    }

    /// Whether the row holds a creation time that is none.
    pub(in crate::collect) fn has_malformed_creation(&self) -> bool {
        self.malformed.contains(&CREATED_AT)
    }
}

/// Reads a row; what cannot be read becomes a warning.
pub(super) fn read(
    row: &Row<'_>,
    place: &str,
    source: &Provenance,
    warnings: &mut Vec<String>,
) -> Option<ReportRow> {
    let columns = row.columns;
    let arn = match Arn::parse(row.cell(&columns.arn)?) {
        Ok(arn) => arn,
        Err(error) => {
            warnings.push(format!("{place}: column arn: {error}; the row is left out"));
            return None;
        }
    };
    let more_keys = row.text(&columns.additional_credentials_info);
    if let Some(what) = &more_keys {
        let what = Shown::of(what);
        warnings.push(format!(
            "{place}: the report does not list all access keys ({what}); they stay unknown: \
             `access_keys = \"ids\"` in [aws] lists them"
        ));
    }
    let mut cells = Cells {
        place,
        warnings,
        malformed: Vec::new(),
    };
    Some(ReportRow {
        place: place.to_owned(),
        arn,
        source: source.clone(),
        user_created_at: cells
            .value(CREATED_AT, row.date(&columns.user_creation_time))
            .flatten(),
        mfa_active: cells.value("mfa", row.flag(&columns.mfa_active)),
        console: cells.value("console_access", row.console()),
        password_last_used: cells
            .value("password_last_used", row.date(&columns.password_last_used)),
        access_keys: match &more_keys {
            None => cells.value("access_keys", row.access_keys()),
            Some(_) => None,
        },
        signing_certificates: cells.value("signing_certificates", row.certificates()),
        has_more_keys: more_keys.is_some(),
        malformed: cells.malformed,
    })
}

const CREATED_AT: &str = "created_at";

/// A cell that holds something else than AWS writes there.
struct BadCell {
    column: String,
    value: String,
    expected: &'static str,
}

/// A value, or `None` where the report does not have it.
type Cell<T> = Result<Option<T>, BadCell>;

/// The cells of a row, and what is wrong with them.
struct Cells<'a> {
    place: &'a str,
    warnings: &'a mut Vec<String>,
    malformed: Vec<&'static str>,
}

impl Cells<'_> {
    fn value<T>(&mut self, fact: &'static str, cell: Cell<T>) -> Option<T> {
        cell.unwrap_or_else(|bad| {
            self.malformed.push(fact);
            self.warnings.push(format!(
                "{}: column {}: expected {}, found {:?}; the fact stays unknown",
                self.place, bad.column, bad.expected, bad.value
            ));
            None
        })
    }
}

/// A row as the file has it.
pub(super) struct Row<'a> {
    pub(super) columns: &'a Columns,
    pub(super) record: &'a StringRecord,
    /// The time that no date can be much later than, if there is one.
    pub(super) until: Option<OffsetDateTime>,
}

impl<'a> Row<'a> {
    fn cell(&self, column: &Column) -> Option<&'a str> {
        let cell = column.cell(self.record)?;
        (cell != "not_supported").then_some(cell)
    }

    fn flag(&self, column: &Column) -> Cell<bool> {
        match self.cell(column) {
            None => Ok(None),
            Some(cell) if cell.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(cell) if cell.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(cell) => Err(bad(column, cell, "true or false")),
        }
    }

    fn date(&self, column: &Column) -> Cell<Option<OffsetDateTime>> {
        match self.cell(column) {
            None => Ok(None),
            Some("N/A" | "no_information") => Ok(Some(None)),
            Some(cell) => timestamp::parse(cell)
                .filter(|time| self.is_plausible(*time))
                .map(|time| Some(Some(time)))
                .ok_or_else(|| bad(column, cell, "a date, N/A or no_information")),
        }
    }

    fn is_plausible(&self, time: OffsetDateTime) -> bool {
        let until = self.until;
        until.is_none_or(|until| timestamp::is_plausible(time, until))
    }

    fn text(&self, column: &Column) -> Option<String> {
        self.cell(column)
            .filter(|cell| !matches!(*cell, "" | "N/A" | "no_information"))
            .map(str::to_owned)
    }

    fn console(&self) -> Cell<ConsoleAccess> {
        let Some(enabled) = self.flag(&self.columns.password_enabled)? else {
            return Ok(None);
        };
        Ok(Some(ConsoleAccess {
            enabled,
            password_last_changed: self.date(&self.columns.password_last_changed)?.flatten(),
        }))
    }

    /// The keys in all slots. A slot with neither an active key nor a date holds none.
    fn access_keys(&self) -> Cell<Vec<AccessKey>> {
        let slots = &self.columns.access_keys;
        let mut keys = Vec::with_capacity(slots.len());
        for slot in slots {
            let (Some(active), Some(rotated_at), Some(used_at)) = (
                self.flag(&slot.active)?,
                self.date(&slot.last_rotated)?,
                self.date(&slot.last_used_date)?,
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
                        service: self.text(&slot.last_used_service),
                        region: self.text(&slot.last_used_region),
                    }),
                });
            }
        }
        Ok((!slots.is_empty()).then_some(keys))
    }

    /// The certificates in all slots. A slot with neither an active one nor a date holds none.
    fn certificates(&self) -> Cell<Vec<SigningCertificate>> {
        let slots = &self.columns.certificates;
        let mut certificates = Vec::with_capacity(slots.len());
        for slot in slots {
            let (Some(active), Some(rotated_at)) =
                (self.flag(&slot.active)?, self.date(&slot.last_rotated)?)
            else {
                return Ok(None);
            };
            if active || rotated_at.is_some() {
                certificates.push(SigningCertificate { active, rotated_at });
            }
        }
        Ok((!slots.is_empty()).then_some(certificates))
    }
}

fn bad(column: &Column, value: &str, expected: &'static str) -> BadCell {
    BadCell {
        column: column.name.clone(),
        value: value.to_owned(),
        expected,
    }
}
