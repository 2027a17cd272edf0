//! The end of a pass and of a run, told to people.

use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;

use crate::run::{PassReport, RunReport};
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

/// The summary of `collect`, a short table.
pub fn summarize(report: &RunReport) -> String {
    let mut text = String::new();
    if let Some(pass) = &report.pass {
        pass_rows(&mut text, pass);
    }
    for sink in &report.sinks {
        let forwarded = &sink.forwarded;
        let mut told = format!(
            "{} events in {} batches",
            forwarded.delivered, forwarded.batches
        );
        if sink.waiting > 0 {
            let _ = write!(told, ", {} kept for the next time", sink.waiting);
        }
        if let Some(why) = forwarded.stopped.as_ref().or(forwarded.retried.as_ref()) {
            let _ = write!(told, ": {why}");
        }
        row(&mut text, &format!("sent to {}", sink.name), &told);
    }
    text
}

fn pass_rows(text: &mut String, pass: &PassReport) {
    row(text, "account", &pass.account_id);
    let vanished = match pass.vanished {
        0 => String::new(),
        count => format!(" ({count} deleted meanwhile)"),
    };
    let end = if pass.failure.is_some() {
        ", incomplete"
    } else {
        ""
    };
    row(text, "users", &format!("{}{vanished}{end}", pass.users));
    let each = |counts: &std::collections::BTreeMap<String, u64>| {
        let each = counts
            .iter()
            .map(|(sink, count)| format!("{count} for {sink}"));
        each.collect::<Vec<_>>().join(", ")
    };
    row(text, "new or changed", &or_none(each(&pass.staged.queued)));
    row(text, "unchanged", &or_none(each(&pass.staged.unchanged)));
    let unknown = pass
        .unknown_facts
        .iter()
        .map(|(fact, users)| format!("{fact} of {users} users"));
    row(
        text,
        "unknown facts",
        &or_none(unknown.collect::<Vec<_>>().join(", ")),
    );
    let calls: u64 = pass.calls.values().sum();
    let by_action = pass
        .calls
        .iter()
        .map(|(action, count)| format!("{action} {count}"));
    let by_action = by_action.collect::<Vec<_>>().join(", ");
    row(text, "AWS calls", &format!("{calls}: {by_action}"));
    row(
        text,
        "duration",
        &format!("{:.1} s", pass.duration.as_secs_f64()),
    );
    if let Some(checkpoint) = pass.checkpoint.and_then(|at| checkpoint_text(&at)) {
        row(
            text,
            "checkpoint",
            &format!("users created until {checkpoint}"),
        );
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() {
        "none".to_owned()
    } else {
        text
    }
}

fn row(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name:<18}{value}");
}

fn checkpoint_text(checkpoint: &Checkpoint) -> Option<String> {
    checkpoint.newest_create_date()?.format(&Rfc3339).ok()
}
