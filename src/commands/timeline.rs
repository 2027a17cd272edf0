//! The run history as `history` and `diff` read it from the store.

use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::setup::{self, UsageError};
use crate::cli::GlobalArgs;
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
pub(super) async fn timelines(
    global: &GlobalArgs,
    account_id: Option<&str>,
) -> anyhow::Result<Vec<Timeline>> {
    let store = setup::existing(global).await?;
    let accounts = store.run(Store::accounts).await?;
    if let Some(account_id) = account_id.filter(|id| !accounts.iter().any(|known| known == id)) {
        return Err(UsageError(format!(
            "no pass over account {account_id} is kept; there are passes over {}",
            accounts.join(", ")
        ))
        .into());
    }
    let accounts = accounts
        .into_iter()
        .filter(|known| account_id.is_none_or(|id| id == known));
    let mut timelines = Vec::new();
    for account_id in accounts {
        timelines.push(store.run(move |store| read(store, account_id)).await?);
    }
    Ok(timelines)
}

fn read(store: &Store, account_id: String) -> Result<Timeline, StoreError> {
    let passes = store.passes(&account_id)?.iter().filter_map(past).collect();
    let entries = store
        .history(&account_id)?
        .iter()
        .filter_map(past)
        .collect();
    Ok(Timeline {
        account_id,
        passes,
        entries,
    })
}

/// What was kept; nothing if another version kept it in another form.
fn past<T: DeserializeOwned>(kept: &Kept) -> Option<Past<T>> {
    let nanoseconds = i128::from(kept.at_unix_ms) * 1_000_000;
    Some(Past {
        at: OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?,
        user_id: kept.user_id.clone(),
        what: serde_json::from_slice(&kept.facts).ok()?,
    })
}

/// RFC 3339, to the second.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    to_the_second.format(&Rfc3339).unwrap_or_default()
}
