//! The end of a pass and of a run, told to people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;

use super::account_table::account_table;
use super::pass_log::incomplete;
use crate::collect::Completeness;
use crate::run::{Deletions, PassReport, RunReport, SinkReport};
use crate::store::Checkpoint;

/// The summary of `collect`, a short table.
pub fn summarize(report: &RunReport) -> String {
    let mut text = "\n".to_owned();
    let mut rows = Vec::new();
    match &report.pass {
        Some(pass) => pass_rows(&mut rows, pass),
        None => text.push_str(&account_table(&report.accounts)),
    }
    run_rows(&mut rows, report);
    for sink in &report.sinks {
        rows.push((format!("sent to {}", sink.name), sent(sink)));
    }
    let name_len = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<name_len$}  {value}");
    }
    text
}

/// Name and value of a line.
type Row = (String, String);

/// What belongs to no account alone.
fn run_rows(rows: &mut Vec<Row>, report: &RunReport) {
    if report.accounts.len() > 1 {
        let calls: u64 = report.accounts.iter().map(|account| account.calls).sum();
        let shared = report.shared_calls;
        let all = calls + shared;
        let told = format!("{all}, of them {shared} for sessions and the list of accounts");
        rows.push(("AWS calls".to_owned(), told));
    }
    if let Some(error) = &report.listing_failure {
        let told = format!("not all listed: {error}");
        rows.push(("accounts".to_owned(), told));
    }
    if !report.left.is_empty() {
        let told = format!("{}: nothing is told of their users", report.left.join(", "));
        rows.push(("left".to_owned(), told));
    }
}

fn sent(sink: &SinkReport) -> String {
    let forwarded = &sink.forwarded;
    let mut told = match forwarded.batches {
        0 => "nothing".to_owned(),
        batches => format!(
            "{} in {}",
            counted(forwarded.delivered, "event", "events"),
            counted(batches, "batch", "batches")
        ),
    };
    if sink.waiting > 0 {
        let _ = write!(told, ", {} kept for the next time", sink.waiting);
    }
    if forwarded.buried > 0 {
        let rejected = counted(forwarded.buried, "event", "events");
        let _ = write!(
            told,
            ", {rejected} rejected for good (rollcall dead-letters list)"
        );
    }
    if let Some(why) = forwarded.stopped.as_ref().or(forwarded.retried.as_ref()) {
        let _ = write!(told, ": {why}");
    }
    told
}

fn pass_rows(rows: &mut Vec<Row>, pass: &PassReport) {
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    row("account", pass.account_id.clone());
    row("users", users(pass));
    row("new or changed", each(&pass.staged.queued));
    row("unchanged", each(&pass.staged.unchanged));
    let Deletions { told, held_back } = pass.deletions;
    if told > 0 {
        row("deleted", told.to_string());
    }
    if held_back > 0 {
        let users = counted(held_back, "user", "users");
        row(
            "held back",
            format!("{users} gone at once; see --accept-deletions"),
        );
    }
    if !pass.held_up.is_empty() {
        let full = format!("{}: the outbox is full", each(&pass.held_up));
        row("left for later", full);
    }
    let unknown = pass.unknown_facts.iter();
    let unknown = unknown.map(|((fact, why), &users)| {
        format!("{fact} of {} ({why})", counted(users, "user", "users"))
    });
    row("unknown facts", listed(unknown));
    for served in &pass.served {
        let why = served.why.iter().map(|why| format!(" ({why})"));
        row(
            served.facts,
            format!("from {}{}", served.by, why.collect::<String>()),
        );
    }
    let calls: u64 = pass.calls.values().sum();
    let by_action = pass.calls.iter();
    let by_action = listed(by_action.map(|(action, count)| format!("{action} {count}")));
    row("AWS calls", format!("{calls}: {by_action}"));
    row("duration", format!("{:.1} s", pass.duration.as_secs_f64()));
    if let Some(checkpoint) = pass.checkpoint.and_then(|at| checkpoint_text(&at)) {
        row("checkpoint", format!("users created until {checkpoint}"));
    }
}

fn users(pass: &PassReport) -> String {
    let mut told = pass.users.to_string();
    if pass.vanished > 0 {
        let _ = write!(told, " ({} deleted meanwhile)", pass.vanished);
    }
    let why = incomplete(pass.failure.as_ref(), pass.completeness.as_ref());
    match (why, &pass.completeness) {
        (Some(why), _) => {
            let _ = write!(told, ", incomplete: {why}");
        }
        (None, Some(Completeness::Unproven(why))) => {
            let _ = write!(told, ", not counted by AWS ({why})");
        }
        (None, _) => {}
    }
    told
}

/// The counts of each sink that has any.
fn each(counts: &BTreeMap<String, u64>) -> String {
    listed(
        counts
            .iter()
            .map(|(sink, count)| format!("{count} for {sink}")),
    )
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

pub(super) fn checkpoint_text(checkpoint: &Checkpoint) -> Option<String> {
    checkpoint.newest_create_date()?.format(&Rfc3339).ok()
}
