//! Events that sinks rejected for good, and what to do about them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::timeline::minute;
use super::{Answers, Refusal};
use crate::cli::OutputFormat;
use crate::control::{Letters, Request};
use crate::store::{DeadLetter, Store, StoreError};
use crate::table::{Head, Table, Width, paragraph};

/// Every dead letter, with its reason.
pub(super) fn list(store: &Store, request: &Request) -> Result<String, StoreError> {
    let letters = store.dead_letters()?;
    Ok(match request.output {
        OutputFormat::Table => table(&letters, request.width),
        OutputFormat::Json => document(&letters),
    })
}

/// The event whose id begins with `id`.
pub(super) fn show(store: &Store, id: &str) -> Result<String, Refusal> {
    let letters = store.dead_letters()?;
    let found = letters.iter().filter(|letter| has_id(letter, id));
    match found.collect::<Vec<_>>().as_slice() {
        [letter] => Ok(line(letter)),
        [] => Err(unknown(id)),
        several => Err(Refusal::Usage(format!(
            "{id:?} begins the ids of {} dead letters; give more of it",
            several.len()
        ))),
    }
}

/// All events, one a line.
pub(super) fn export(store: &Store) -> Result<String, StoreError> {
    Ok(store.dead_letters()?.iter().map(line).collect())
}

impl Answers {
    /// Puts `letters` back into the outbox, and makes a daemon send them.
    pub(super) fn retry(&self, letters: &Letters) -> Result<String, Refusal> {
        let now = OffsetDateTime::now_utc();
        let chosen = chosen(&self.store, letters)?;
        let total = chosen.len();
        let (mut untrue, mut retried) = (Vec::new(), Vec::new());
        for letter in chosen {
            match self.store.tells_untrue_end(&letter, &arn(&letter))? {
                true => untrue.push(letter),
                false => retried.push(letter),
            }
        }
        self.store.drop_dead_letters(&untrue)?;
        let sent = self.store.retry_dead_letters(&retried, now)?;
        let queued = sent.iter().filter(|is_sent| **is_sent).count();
        let outdated = total - queued;
        self.wake();
        let when = match self.daemon {
            Some(_) => "the daemon sends them now",
            None => "they are sent with the next pass",
        };
        Ok(format!(
            "{queued} put back into the outbox: {when}; {outdated} dropped: their users have \
             changed since\n"
        ))
    }

    /// Forgets `letters`.
    pub(super) fn drop_letters(&self, letters: &Letters) -> Result<String, Refusal> {
        let chosen = chosen(&self.store, letters)?;
        self.store.drop_dead_letters(&chosen)?;
        self.wake();
        Ok(format!("{} dropped\n", chosen.len()))
    }
}

fn chosen(store: &Store, letters: &Letters) -> Result<Vec<DeadLetter>, Refusal> {
    let mut found = store.dead_letters()?;
    if let Letters::Ids(ids) = letters {
        if let Some(id) = ids.iter().find(|id| !found.iter().any(|it| has_id(it, id))) {
            return Err(unknown(id));
        }
        found.retain(|letter| ids.iter().any(|id| has_id(letter, id)));
    }
    Ok(found)
}

/// The ARN that the event of `letter` is about, in either dialect.
fn arn(letter: &DeadLetter) -> String {
    of_user(letter, "uid")
}

/// UserName, in either dialect.
fn user_name(letter: &DeadLetter) -> String {
    of_user(letter, "name")
}

/// What the event of `letter` says of its user; empty where it could not be written.
fn of_user(letter: &DeadLetter, field: &str) -> String {
    let event: Value = serde_json::from_slice(&letter.json).unwrap_or_default();
    event["user"][field].as_str().unwrap_or_default().to_owned()
}

/// Whether the id of `letter` begins with `start`.
fn has_id(letter: &DeadLetter, start: &str) -> bool {
    letter.id.to_string().starts_with(start)
}

fn unknown(id: &str) -> Refusal {
    Refusal::NotFound(format!(
        "no dead letter's id begins with {id:?}; see dead-letters list"
    ))
}

/// A table for each sink and reason.
fn table(letters: &[DeadLetter], width: Width) -> String {
    let mut by_reason: BTreeMap<(&str, &str), Vec<&DeadLetter>> = BTreeMap::new();
    for letter in letters {
        let reason = (letter.sink(), letter.why.as_str());
        by_reason.entry(reason).or_default().push(letter);
    }
    if by_reason.is_empty() {
        return "no dead letters\n".to_owned();
    }
    let tables = by_reason.iter().map(|((sink, why), letters)| {
        let heads = ["id", "rejected", "account", "user", "user id"].map(Head::Text);
        let mut table = Table::new(heads);
        for letter in letters {
            table.push([
                short(letter),
                minute(letter.at),
                letter.account_id().to_owned(),
                user_name(letter),
                letter.user_id().to_owned(),
            ]);
        }
        paragraph(&format!("{sink}: "), why, width) + &table.text(width)
    });
    tables.collect::<Vec<_>>().join("\n")
}

fn document(letters: &[DeadLetter]) -> String {
    let letters = letters.iter().map(|letter| {
        json!({
            "id": letter.id.to_string(),
            "time": time(letter),
            "sink": letter.sink(),
            "account": letter.account_id(),
            "user_id": letter.user_id(),
            "user_name": user_name(letter),
            "why": letter.why,
        })
    });
    format!("{}\n", serde_json::Value::Array(letters.collect()))
}

fn line(letter: &DeadLetter) -> String {
    format!("{}\n", String::from_utf8_lossy(&letter.json))
}

/// As much of an id as a person copies.
fn short(letter: &DeadLetter) -> String {
    letter.id.to_string().chars().take(8).collect()
}

fn time(letter: &DeadLetter) -> String {
    letter.at.format(&Rfc3339).unwrap_or_default()
}
