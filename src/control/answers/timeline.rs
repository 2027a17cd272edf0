//! The run history as `history` and `diff` read it from the store.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::Refusal;
use super::nothing_yet::NOTHING_YET;
use crate::model::{HistoryEntry, PassRecord};
use crate::store::{Kept, Store, StoreError};

/// What happened in one account.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    pub(super) account_id: String,
    /// Oldest first.
    pub(super) passes: Vec<Past<PassRecord>>,
    /// Oldest first.
    pub(super) entries: Vec<Past<HistoryEntry>>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(super) struct Past<T> {
    pub(super) at: OffsetDateTime,
    /// UserId; empty for a pass.
    pub(super) user_id: String,
    pub(super) what: T,
}

/// The history of every account, or of `account_id` alone.
pub(super) fn timelines(store: &Store, account_id: Option<&str>) -> Result<Vec<Timeline>, Refusal> {
    let mut accounts = store.accounts()?;
    accounts.extend(store.accounts_of_history()?);
    accounts.sort();
    accounts.dedup();
    if let Some(account_id) = account_id {
        if !accounts.iter().any(|known| known == account_id) {
            let kept = match accounts.is_empty() {
                true => NOTHING_YET.to_owned(),
                false => format!("there are passes over {}", accounts.join(", ")),
            };
            return Err(Refusal::NotFound(format!(
                "no pass over account {account_id} is kept; {kept}"
            )));
        }
        accounts.retain(|known| known == account_id);
    }
    let timelines = accounts.into_iter().map(|account| read(store, account));
    Ok(timelines.collect::<Result<_, StoreError>>()?)
}

/// Whether no pass of `timelines` has ended.
pub(super) fn are_empty(timelines: &[Timeline]) -> bool {
    timelines.iter().all(|timeline| timeline.passes.is_empty())
}

fn read(store: &Store, account_id: String) -> Result<Timeline, StoreError> {
    let passes = store.passes(&account_id)?.into_iter();
    let entries = store.history(&account_id)?.into_iter();
    Ok(Timeline {
        account_id,
        passes: passes.filter_map(past).collect(),
        entries: entries.filter_map(past).collect(),
    })
}

/// What was kept; nothing if its time makes no sense.
fn past<T>(kept: Kept<T>) -> Option<Past<T>> {
    let nanoseconds = i128::from(kept.at_unix_ms) * 1_000_000;
    Some(Past {
        at: OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?,
        user_id: kept.user_id,
        what: kept.what,
    })
}

/// RFC 3339, to the second.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    to_the_second.format(&Rfc3339).unwrap_or_default()
}

/// RFC 3339 without the seconds, for a narrow column.
pub(super) fn minute(at: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]Z");
    at.to_offset(UtcOffset::UTC)
        .format(format)
        .unwrap_or_default()
}
