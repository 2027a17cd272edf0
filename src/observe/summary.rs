//! The end of a pass and of a run, told to people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;

use crate::run::{PassReport, RunReport, SinkReport};
use crate::store::Checkpoint;

/// Logs what a pass found.
pub fn log_pass(report: &PassReport) {
    let calls: u64 = report.calls.values().sum();
    let checkpoint = report
        .checkpoint
        .and_then(|checkpoint| checkpoint_text(&checkpoint));
    let (account, users) = (report.account_id.as_str(), report.users);
    let queued: u64 = report.staged.queued.values().sum();
    let unchanged: u64 = report.staged.unchanged.values().sum();
    let unknown_facts: u64 = report.unknown_facts.values().sum();
    let duration_ms = report.duration.as_millis() as u64;
    match &report.failure {
        None => tracing::info!(
            account,
            users,
            queued,
            unchanged,
            unknown_facts,
            calls,
            duration_ms,
            checkpoint,
            "pass complete"
        ),
        Some(error) => tracing::error!(
            account, users, queued, unchanged, unknown_facts, calls, duration_ms, checkpoint,
            %error, "pass incomplete: what was collected is kept and delivered"
        ),
    }
}

/// Logs what became of each sink's events.
pub fn log_sinks(report: &RunReport) {
    for SinkReport {
        name,
        forwarded,
        waiting,
    } in &report.sinks
    {
        tracing::info!(
            sink = name,
            delivered = forwarded.delivered,
            batches = forwarded.batches,
            waiting,
            stopped = forwarded.stopped,
            "sink served"
        );
    }
}

/// The summary of `collect`, a short table.
pub fn summarize(report: &RunReport) -> String {
    let mut rows = Vec::new();
    if let Some(pass) = &report.pass {
        pass_rows(&mut rows, pass);
    }
    for sink in &report.sinks {
        rows.push((format!("sent to {}", sink.name), sent(sink)));
    }
    let name_len = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = "\n".to_owned();
    for (name, value) in rows {
        let _ = writeln!(text, "{name:<name_len$}  {value}");
    }
    text
}

/// Name and value of a line.
type Row = (String, String);

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
    if let Some(why) = &forwarded.stopped {
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
    let unknown = pass.unknown_facts.iter();
    let unknown = unknown.map(|((fact, why), &users)| {
        format!("{fact} of {} ({why})", counted(users, "user", "users"))
    });
    row("unknown facts", listed(unknown));
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
    if pass.failure.is_some() {
        told.push_str(", incomplete");
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

fn checkpoint_text(checkpoint: &Checkpoint) -> Option<String> {
    checkpoint.newest_create_date()?.format(&Rfc3339).ok()
}
