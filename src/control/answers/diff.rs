//! What changed between two passes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Refusal;
use super::history::{lines, verb};
use super::nothing_yet::NOTHING_YET;
use super::timeline::{Past, Timeline, are_empty, moment, timelines};
use crate::cli::OutputFormat;
use crate::control::Request;
use crate::model::{FieldChange, HistoryEntry, HistoryKind, PassRecord};
use crate::store::{Store, StoreError};
use crate::table::Width;

/// Which two passes are compared; the last two complete ones where nothing is said.
pub(super) struct Which<'q> {
    /// The earlier pass, by the beginning of its id.
    pub(super) from: Option<&'q str>,
    /// The later pass, likewise.
    pub(super) to: Option<&'q str>,
    /// The earlier pass is the last complete one before, or else the first complete one.
    pub(super) since: Option<OffsetDateTime>,
}

/// The changes from one pass to another.
pub(super) fn diff(
    store: &Store,
    which: &Which<'_>,
    account: Option<&str>,
    request: &Request,
) -> Result<String, Refusal> {
    let timelines = timelines(store, account)?;
    let mut differences = Vec::new();
    for timeline in &timelines {
        let is_named = |id: Option<&str>| id.is_none_or(|id| finds(timeline, id));
        if is_named(which.from) && is_named(which.to) {
            differences.extend(Difference::of(timeline, which));
        }
    }
    if differences.is_empty() {
        let why = match (which.from, which.to) {
            _ if are_empty(&timelines) => NOTHING_YET,
            (None, None) => "there are not yet two complete passes to compare",
            _ => "no account has both passes, in this order; see rollcall history",
        };
        return Err(Refusal::NotFound(why.to_owned()));
    }
    Ok(match request.output {
        OutputFormat::Table => {
            let texts = differences.iter().map(|it| it.text(request.width));
            texts.collect()
        }
        OutputFormat::Json => {
            let documents = differences.iter().map(Difference::document);
            format!("{}\n", Value::Array(documents.collect()))
        }
    })
}

/// What changed since `since`, as JSON: a list of accounts. It is empty where nothing can be compared.
pub(super) fn changes(store: &Store, since: OffsetDateTime) -> Result<Value, StoreError> {
    let which = Which {
        from: None,
        to: None,
        since: Some(since),
    };
    let timelines = match timelines(store, None) {
        Ok(timelines) => timelines,
        Err(Refusal::Store(error)) => return Err(error),
        Err(_) => Vec::new(),
    };
    let differences = timelines.iter().filter_map(|it| Difference::of(it, &which));
    Ok(differences.map(|it| it.document()).collect())
}

fn finds(timeline: &Timeline, id: &str) -> bool {
    timeline
        .passes
        .iter()
        .any(|pass| pass.what.id.starts_with(id))
}

/// What changed in one account.
struct Difference<'a> {
    account_id: &'a str,
    from: &'a Past<PassRecord>,
    to: &'a Past<PassRecord>,
    /// By name, then by UserId.
    users: Vec<(&'a str, UserDifference<'a>)>,
}

/// What became of one user.
struct UserDifference<'a> {
    name: &'a str,
    arn: &'a str,
    kind: HistoryKind,
    changes: Vec<FieldChange>,
}

impl<'a> Difference<'a> {
    /// `None` if the account lacks one of the passes, or they are the wrong way round.
    fn of(timeline: &'a Timeline, which: &Which<'_>) -> Option<Self> {
        let find = |id: &str| {
            let mut passes = timeline.passes.iter();
            passes.find(|pass| pass.what.id.starts_with(id))
        };
        let mut complete = timeline.passes.iter().rev();
        let mut last_complete = || complete.find(|pass| pass.what.incomplete.is_none());
        let to = match which.to {
            Some(id) => find(id)?,
            None => last_complete()?,
        };
        let mut earlier = timeline
            .passes
            .iter()
            .filter(|pass| pass.what.incomplete.is_none() && pass.at < to.at);
        let from = match (which.from, which.since) {
            (Some(id), _) => find(id)?,
            (None, None) => earlier.next_back()?,
            (None, Some(since)) => {
                let first = earlier.clone().next()?;
                earlier.rfind(|pass| pass.at <= since).unwrap_or(first)
            }
        };
        // What was done is seen by a pass as well.
        let between = |past: &&Past<HistoryEntry>| {
            past.at > from.at && past.at <= to.at && past.what.kind != HistoryKind::Lifecycle
        };
        let mut users = BTreeMap::new();
        for past in timeline.entries.iter().filter(between) {
            merge(&mut users, past);
        }
        users.retain(|_, user| user.kind != HistoryKind::Changed || !user.changes.is_empty());
        let mut users: Vec<_> = users.into_iter().collect();
        users.sort_by_key(|(user_id, user)| (user.name, *user_id));
        (from.at < to.at).then_some(Self {
            account_id: &timeline.account_id,
            from,
            to,
            users,
        })
    }

    fn text(&self, width: Width) -> String {
        let mut text = format!(
            "account {}, {} to {}: ",
            self.account_id,
            moment(self.from.at),
            moment(self.to.at)
        );
        match self.users.len() {
            0 => text.push_str("nothing changed\n"),
            1 => text.push_str("1 user\n"),
            users => text.push_str(&format!("{users} users\n")),
        }
        for (_, user) in &self.users {
            text.push_str(&format!("  {} {}\n", user.name, verb(user.kind)));
            text.push_str(&lines(&user.changes, width));
        }
        text
    }

    fn document(&self) -> Value {
        let users = self.users.iter().map(|(user_id, user)| {
            json!({
                "user_id": user_id,
                "user_name": user.name,
                "arn": user.arn,
                "kind": user.kind,
                "changes": user.changes,
            })
        });
        json!({
            "account": self.account_id,
            "from": {"id": self.from.what.id, "at": moment(self.from.at)},
            "to": {"id": self.to.what.id, "at": moment(self.to.at)},
            "users": users.collect::<Vec<_>>(),
        })
    }
}

/// Adds what happened next to a user: a field that came back to what it was has not changed.
fn merge<'a>(users: &mut BTreeMap<&'a str, UserDifference<'a>>, past: &'a Past<HistoryEntry>) {
    let entry = &past.what;
    let user = users
        .entry(&past.user_id)
        .or_insert_with(|| UserDifference {
            name: &entry.user_name,
            arn: &entry.arn,
            kind: entry.kind,
            changes: Vec::new(),
        });
    (user.name, user.arn) = (&entry.user_name, &entry.arn);
    match entry.kind {
        // Whoever appeared in between is new, whatever happened to it since.
        HistoryKind::Changed if user.kind == HistoryKind::Appeared => return,
        kind => user.kind = kind,
    }
    for change in &entry.changes {
        let known = user
            .changes
            .iter_mut()
            .find(|known| known.field == change.field);
        match known {
            Some(known) => known.after.clone_from(&change.after),
            None => user.changes.push(change.clone()),
        }
    }
    user.changes.retain(|change| change.before != change.after);
    if user.kind == HistoryKind::Deleted {
        user.changes.clear();
    }
}
