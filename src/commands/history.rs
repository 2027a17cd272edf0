//! `rollcall history`: the passes that are kept, or what happened to one user.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::setup::UsageError;
use super::timeline::{Past, Timeline, moment, timelines};
use crate::cli::{GlobalArgs, HistoryArgs, OutputFormat};
use crate::model::{FieldChange, HistoryEntry, HistoryKind, PassRecord};
use crate::output;
use crate::run::ExitStatus;

/// Prints the timeline of one user, or the passes to choose from for `diff`.
pub(super) async fn history(global: &GlobalArgs, args: &HistoryArgs) -> anyhow::Result<ExitStatus> {
    let timelines = timelines(global, args.account.as_deref()).await?;
    let text = match &args.user {
        Some(user) => of_user(&timelines, user, args.output)?,
        None => of_passes(&timelines, args.output),
    };
    output::write(text.as_bytes())?;
    Ok(ExitStatus::Done)
}

fn of_user(timelines: &[Timeline], user: &str, format: OutputFormat) -> anyhow::Result<String> {
    let is_meant = |past: &Past<HistoryEntry>| {
        let entry = &past.what;
        [&entry.user_name, &entry.arn, &past.user_id].contains(&&user.to_owned())
    };
    let mut text = String::new();
    let mut documents = Vec::new();
    for timeline in timelines {
        for past in timeline.entries.iter().filter(|past| is_meant(past)) {
            documents.push(document(timeline, past));
            let _ = writeln!(
                text,
                "{}  {}  {} {}",
                moment(past.at),
                timeline.account_id,
                past.what.user_name,
                verb(past.what.kind)
            );
            text.push_str(&lines(&past.what.changes));
        }
    }
    if documents.is_empty() {
        return Err(UsageError(format!(
            "nothing is kept about user {user:?}: neither UserName, ARN nor UserId has appeared, \
             changed or gone since the first pass"
        ))
        .into());
    }
    Ok(match format {
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
    }
}

/// Changes, one a line.
pub(super) fn lines(changes: &[FieldChange]) -> String {
    let mut text = String::new();
    let name_len = changes.iter().map(|change| change.field.len()).max();
    let name_len = name_len.unwrap_or_default();
    for FieldChange {
        field,
        before,
        after,
    } in changes
    {
        let _ = writeln!(
            text,
            "    {field:<name_len$}  {} -> {}",
            told(before),
            told(after)
        );
    }
    text
}

/// A value as people write it.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(told).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn of_passes(timelines: &[Timeline], format: OutputFormat) -> String {
    let passes = timelines
        .iter()
        .flat_map(|timeline| timeline.passes.iter().map(move |pass| (timeline, pass)));
    match format {
        OutputFormat::Table => passes
            .map(|(timeline, pass)| line(&timeline.account_id, pass))
            .collect(),
        OutputFormat::Json => {
            let documents = passes.map(|(timeline, pass)| {
                json!({"at": moment(pass.at), "account": timeline.account_id, "pass": pass.what})
            });
            format!("{}\n", Value::Array(documents.collect()))
        }
    }
}

fn line(account_id: &str, pass: &Past<PassRecord>) -> String {
    let PassRecord {
        id,
        users,
        tally,
        appeared,
        changed,
        deleted,
        incomplete,
        ..
    } = &pass.what;
    let (admins, without_mfa) = (tally.admins, tally.without_mfa);
    let incomplete = incomplete
        .as_ref()
        .map(|why| format!("; incomplete: {why}"));
    format!(
        "{}  {account_id}  {id}  {users} users, {admins} administrators, {without_mfa} without \
         MFA: {appeared} appeared, {changed} changed, {deleted} deleted{}\n",
        moment(pass.at),
        incomplete.unwrap_or_default()
    )
}
