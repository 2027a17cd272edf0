//! How much a user can do, by the last verdict that is kept.

use serde_json::{Value, json};

use super::Refusal;
use super::named_user::NamedUser;
use super::timeline::{moment, timelines};
use crate::model::EntityKey;
use crate::store::{EntityRecord, KeptVerdict, Store};

/// The users that `asked` names, as JSON: each with its verdict, as of when it holds, and why there
/// is no newer one; `with_facts` also with the user and its account as they are kept.
pub(super) fn verdicts(
    store: &Store,
    asked: &str,
    account: Option<&str>,
    with_facts: bool,
) -> Result<String, Refusal> {
    let mut found = Vec::new();
    for timeline in timelines(store, account)? {
        for user in NamedUser::find(store, &timeline, asked)? {
            let entity = EntityKey::user(&timeline.account_id, &user.user_id);
            let record = store.entities(&[entity])?.pop().flatten();
            let mut document = document(&timeline.account_id, &user, record.as_ref());
            if let Some(record) = record.filter(|_| with_facts) {
                document["facts"] = facts(store, &timeline.account_id, &record)?;
            }
            found.push(document);
        }
    }
    if found.is_empty() {
        return Err(Refusal::NotFound(format!(
            "no user {asked} is kept; give its name, ARN or UserId, or --from with saved files"
        )));
    }
    Ok(format!("{}\n", Value::Array(found)))
}

/// What an event about the user is made from.
fn facts(store: &Store, account: &str, record: &EntityRecord) -> Result<Value, Refusal> {
    let account = store.account(account)?;
    Ok(json!({
        "user": record.user(),
        "stale": record.stale,
        "former_names": record.former_names,
        "account_name": account.name,
        "membership": account.membership,
    }))
}

fn document(account: &str, user: &NamedUser, record: Option<&EntityRecord>) -> Value {
    let verdict = record.and_then(|record| record.verdict.as_ref());
    let stale = record.and_then(|record| record.stale.iter().find(|it| it.fact == "privilege"));
    json!({
        "account": account,
        "user": user.name,
        "arn": user.arn,
        "user_id": user.user_id,
        "is_deleted": user.is_deleted,
        "as_of": verdict.and_then(KeptVerdict::as_of).map(moment),
        "stale": stale.map(|it| it.why.to_string()),
        "privilege": verdict.and_then(KeptVerdict::read::<Value>),
    })
}
