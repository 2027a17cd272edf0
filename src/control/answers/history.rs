//! The passes that are kept, or what happened to one user.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Refusal;
use super::named_user::NamedUser;
use super::nothing_yet::NOTHING_YET;
use super::timeline::{Past, Timeline, are_empty, minute, moment, timelines};
use crate::cli::OutputFormat;
use crate::control::Request;
use crate::map::meaning;
use crate::model::{FieldChange, HistoryEntry, HistoryKind};
use crate::store::Store;
use crate::table::{Head, Table, Width, paragraph};

/// The timeline of one user, or the passes to choose from for `diff`.
pub(super) fn history(
    store: &Store,
    user: Option<&str>,
    account: Option<&str>,
    request: &Request,
) -> Result<String, Refusal> {
    let timelines = timelines(store, account)?;
    match user {
        Some(user) => of_user(store, &timelines, user, request),
        None => Ok(of_passes(&timelines, request)),
    }
}

fn of_user(
    store: &Store,
    timelines: &[Timeline],
    asked: &str,
    request: &Request,
) -> Result<String, Refusal> {
    let mut text = String::new();
    let mut documents = Vec::new();
    let mut is_known = false;
    for timeline in timelines {
        for user in NamedUser::find(store, timeline, asked)? {
            is_known = true;
            if let Some(renamed) = user.renamed_since(asked) {
                let _ = writeln!(text, "{renamed}");
            }
            let before = documents.len();
            for past in user.entries(timeline) {
                documents.push(document(timeline, past));
                let (at, account) = (moment(past.at), &timeline.account_id);
                let HistoryEntry {
                    user_name, kind, ..
                } = &past.what;
                match &past.what.done {
                    Some(done) => {
                        text.push_str(&paragraph(
                            &format!("{at}  {account}  "),
                            done,
                            request.width,
                        ));
                    }
                    None => {
                        let _ = writeln!(text, "{at}  {account}  {user_name} {}", verb(*kind));
                    }
                }
                text.push_str(&lines(&past.what.changes, request.width));
            }
            if documents.len() == before {
                let (account, name) = (&timeline.account_id, &user.name);
                let _ = writeln!(text, "{account}  {name}: no change is kept");
            }
        }
    }
    if !is_known && are_empty(timelines) {
        return Err(Refusal::NotFound(NOTHING_YET.to_owned()));
    }
    if !is_known {
        return Err(Refusal::NotFound(format!(
            "nothing is kept about user {asked:?}: it is no UserName, ARN or UserId, of now or \
             before"
        )));
    }
    Ok(match request.output {
        OutputFormat::Table => text,
        OutputFormat::Json => format!("{}\n", Value::Array(documents)),
    })
}

fn document(timeline: &Timeline, past: &Past<HistoryEntry>) -> Value {
    json!({
        "at": moment(past.at),
        "account": timeline.account_id,
        "user_id": past.user_id,
        "entry": past.what,
    })
}

pub(super) fn verb(kind: HistoryKind) -> &'static str {
    match kind {
        HistoryKind::Appeared => "appeared",
        HistoryKind::Changed => "changed",
        HistoryKind::Deleted => "was deleted",
        HistoryKind::Lifecycle => "was changed by rollcall lifecycle",
    }
}

/// Changes, each beginning a line.
pub(super) fn lines(changes: &[FieldChange], width: Width) -> String {
    let name_len = changes.iter().map(|change| change.field.len()).max();
    let name_len = name_len.unwrap_or_default();
    let lines = changes.iter().map(|change| {
        let head = format!("    {:<name_len$}  ", change.field);
        let mut text = format!("{} -> {}", shown(&change.before), shown(&change.after));
        if let Some(meaning) = meaning(change) {
            let _ = write!(text, " ({meaning})");
        }
        paragraph(&head, &text, width)
    });
    lines.collect()
}

/// A value as people write it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn of_passes(timelines: &[Timeline], request: &Request) -> String {
    match request.output {
        OutputFormat::Table if are_empty(timelines) => format!("{NOTHING_YET}\n"),
        OutputFormat::Table => {
            let accounts = timelines.iter().map(|it| passes(it, request.width));
            accounts.collect::<Vec<_>>().join("\n")
        }
        OutputFormat::Json => {
            let passes = timelines
                .iter()
                .flat_map(|timeline| timeline.passes.iter().map(move |pass| (timeline, pass)));
            let documents = passes.map(|(timeline, pass)| {
                json!({"at": moment(pass.at), "account": timeline.account_id, "pass": pass.what})
            });
            format!("{}\n", Value::Array(documents.collect()))
        }
    }
}

/// The passes over one account, and below them why some are incomplete.
fn passes(timeline: &Timeline, width: Width) -> String {
    let mut table = Table::new([
        Head::Text("pass"),
        Head::Text("began"),
        Head::Number("users"),
        Head::Number("admins"),
        Head::Number("no MFA"),
        Head::Number("new"),
        Head::Number("changed"),
        Head::Number("deleted"),
    ]);
    if timeline.passes.is_empty() {
        return format!("account {}: {NOTHING_YET}\n", timeline.account_id);
    }
    let id_len = distinct_len(timeline);
    let mut incomplete = String::new();
    for Past { at, what: pass, .. } in &timeline.passes {
        let id: String = pass.id.chars().take(id_len).collect();
        if let Some(why) = &pass.incomplete {
            incomplete += &paragraph(&format!("{id} is incomplete: "), why, width);
        }
        let numbers = [
            pass.users,
            pass.tally.admins,
            pass.tally.without_mfa,
            pass.appeared,
            pass.changed,
            pass.deleted,
        ];
        let [users, admins, without_mfa, new, changed, deleted] = numbers.map(|it| it.to_string());
        let began = minute(*at);
        table.push([id, began, users, admins, without_mfa, new, changed, deleted]);
    }
    format!(
        "account {}\n{}{incomplete}",
        timeline.account_id,
        table.text(width)
    )
}

/// How much of an id identifies a pass among those over one account, in whole groups of it.
fn distinct_len(timeline: &Timeline) -> usize {
    let passes = &timeline.passes;
    let is_distinct = |len: &usize| {
        let starts: BTreeSet<_> = passes.iter().map(|pass| pass.what.id.get(..*len)).collect();
        starts.len() == passes.len()
    };
    let group_ends = [8, 13, 18, 23];
    group_ends.into_iter().find(is_distinct).unwrap_or(36)
}
