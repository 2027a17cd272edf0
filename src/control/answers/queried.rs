//! Accounts and users as they are kept, for queries.

use serde_json::{Value, json};

use super::Refusal;
use crate::store::{AccountRecord, EntityRecord, KeptVerdict, PassOf, Store};

/// So many users are an answer; the next ones are asked for.
const USERS_A_PAGE: usize = 5_000;

/// The accounts that passes went over, as JSON: each with its last complete pass, and at which rates
/// AWS let calls through.
pub(super) fn accounts(store: &Store) -> Result<String, Refusal> {
    let accounts = store.accounts()?.into_iter().map(|id| {
        let AccountRecord {
            last_pass,
            last_complete,
            name,
            membership,
            rates_per_second,
            ..
        } = store.account(&id)?;
        let at = |pass: Option<PassOf>| pass.map(|it| it.at_unix_ms);
        Ok(json!({
            "id": id,
            "name": name,
            "membership": membership,
            "last_complete_unix_ms": at(last_complete),
            "last_pass_unix_ms": at(last_pass),
            "rates_per_second": rates_per_second,
        }))
    });
    let accounts: Result<Vec<Value>, Refusal> = accounts.collect();
    Ok(format!("{}\n", Value::from(accounts?)))
}

/// A page of the users of `account` as they are kept, as JSON, from the one after `after` on.
pub(super) fn users(store: &Store, account: &str, after: Option<&str>) -> Result<String, Refusal> {
    let users = store.users_after(account, after, USERS_A_PAGE)?;
    let is_last = users.len() < USERS_A_PAGE;
    let last = users.last().map(|(entity, _)| entity.id.clone());
    let users: Vec<Value> = users.iter().map(|(_, record)| user(record)).collect();
    let page = json!({"users": users, "next": last.filter(|_| !is_last)});
    Ok(format!("{page}\n"))
}

fn user(record: &EntityRecord) -> Value {
    let verdict = record.verdict.as_ref();
    json!({
        "user": record.user(),
        "is_absent": record.absent_since.is_some(),
        "stale": record.stale,
        "former_names": record.former_names,
        "privilege": verdict.and_then(KeptVerdict::read::<Value>),
    })
}

/// A page of the deleted users of `account` that are remembered, as JSON, from the one after `after` on.
pub(super) fn deleted_users(
    store: &Store,
    account: &str,
    after: Option<&str>,
) -> Result<String, Refusal> {
    let mut deleted = store.tombstones(account)?;
    deleted.retain(|(entity, _)| after.is_none_or(|after| entity.id.as_str() > after));
    let is_last = deleted.len() <= USERS_A_PAGE;
    deleted.truncate(USERS_A_PAGE);
    let last = deleted.last().map(|(entity, _)| entity.id.clone());
    let users = deleted.iter().map(|(_, tombstone)| {
        let verdict = tombstone.verdict.as_ref();
        json!({
            "user": tombstone.user(),
            "is_absent": false,
            "stale": [],
            "former_names": [],
            "privilege": verdict.and_then(KeptVerdict::read::<Value>),
            "deleted_at_unix_ms": tombstone.deleted_at_unix_ms,
        })
    });
    let users: Vec<Value> = users.collect();
    let page = json!({"users": users, "next": last.filter(|_| !is_last)});
    Ok(format!("{page}\n"))
}
