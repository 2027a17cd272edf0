//! The end of a pass and of a run, summed up for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::account_table::account_table;
use super::pass_text::checkpoint_text;
use super::stderr;
use crate::collect::Completeness;
use crate::foreign::Page;
use crate::output;
use crate::run::{ExitStatus, PassReport, RunReport, SinkReport, how_to_accept_deletions};
use crate::table::{Width, paragraph};

/// Values stand below each other behind names that are not longer.
const NAME_LEN_MAX: usize = 28;
/// Of more accounts, the log has a line each.
const TOLD_MAX: usize = 3;

/// Writes the summary of `collect` to standard error, if somebody reads it.
pub fn print_summary(report: &RunReport) {
    print_beside(&Page::of(&summarize(report, output::width_beside())));
}

/// Writes what a person may want to know beside the result to standard error, if somebody reads it.
pub fn print_beside(page: &Page) {
    let _ = stderr::write(page.as_str().as_bytes(), |_| String::new());
}

/// Logs why a run did not end well, in one line, for those who see no summary.
pub fn log_shortfall(report: &RunReport) {
    let status = report.status();
    if status == ExitStatus::Done {
        return;
    }
    let accounts = report.accounts.iter().filter_map(|account| {
        let why = account.why.as_ref()?;
        Some(format!("account {}: {why}", account.id))
    });
    let mut why: Vec<String> = accounts.take(TOLD_MAX).collect();
    let sinks = report.sinks.iter().filter(|sink| !sink.is_done());
    why.extend(sinks.map(|sink| format!("sink {}: {}", sink.name, sent(sink))));
    if report.unsendable > 0 {
        let events = counted(report.unsendable, "event", "events");
        why.push(format!(
            "{events} cannot be written (rollcall dead-letters list)"
        ));
    }
    if report.is_behind {
        why.push("an outbox is too full for what is known".to_owned());
    }
    if let Some(error) = &report.listing_failure {
        why.push(format!("accounts: not all listed: {error}"));
    }
    if report.is_interrupted {
        why.push("interrupted by a signal".to_owned());
    }
    if report.refused.is_none() {
        let code = status as u8;
        tracing::error!(why = why.join("; "), "collect ends with exit code {code}");
    }
}

/// The summary of `collect`, a short table within `width`.
fn summarize(report: &RunReport, width: Width) -> String {
    let mut text = "\n".to_owned();
    let mut rows = Vec::new();
    match &report.pass {
        Some(pass) => pass_rows(&mut rows, pass),
        None => text.push_str(&account_table(&report.accounts, width)),
    }
    run_rows(&mut rows, report);
    if report.is_behind {
        let full = "what an outbox is too full for".to_owned();
        rows.push(("left for later".to_owned(), full));
    }
    for sink in &report.sinks {
        rows.push((format!("sent to {}", sink.name), sent(sink)));
    }
    let lens = rows.iter().map(|(name, _)| name.len());
    // A long name of one sink indents no other line.
    let name_len = lens.filter(|len| *len <= NAME_LEN_MAX).max().unwrap_or(0);
    for (name, value) in rows {
        text += &paragraph(&format!("{name:<name_len$}  "), &value, width);
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
        let text = format!("{all}, of them {shared} for sessions and the list of accounts");
        rows.push(("AWS calls".to_owned(), text));
    }
    if let Some(error) = &report.listing_failure {
        let text = format!("not all listed: {error}");
        rows.push(("accounts".to_owned(), text));
    }
    if !report.left.is_empty() {
        let text = format!(
            "{}: nothing is reported of their users",
            report.left.join(", ")
        );
        rows.push(("left".to_owned(), text));
    }
}

fn sent(sink: &SinkReport) -> String {
    let forwarded = &sink.forwarded;
    let mut text = match forwarded.batches {
        0 => "nothing".to_owned(),
        batches => format!(
            "{} in {}",
            counted(forwarded.delivered, "event", "events"),
            counted(batches, "batch", "batches")
        ),
    };
    if sink.waiting > 0 {
        let _ = write!(text, ", {} kept for the next time", sink.waiting);
    }
    if forwarded.dead_letters > 0 {
        let rejected = counted(forwarded.dead_letters, "event", "events");
        let _ = write!(
            text,
            ", {rejected} rejected for good (rollcall dead-letters list)"
        );
    }
    if let Some(why) = forwarded.stopped.as_ref().or(forwarded.retried.as_ref()) {
        let _ = write!(text, ": {why}");
    }
    text
}

fn pass_rows(rows: &mut Vec<Row>, pass: &PassReport) {
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    row("account", pass.account_id.clone());
    row("users", users(pass));
    let news = pass.appeared + pass.changed;
    let as_before = pass.users.saturating_sub(news);
    row(
        "of these",
        format!(
            "{} new, {} changed, {as_before} as before",
            pass.appeared, pass.changed
        ),
    );
    let (sent, unconfirmed) = (pass.deletions.sent, pass.deletions.unconfirmed);
    if sent > 0 {
        row("deleted since", sent.to_string());
    }
    if unconfirmed > 0 {
        let users = counted(unconfirmed, "user", "users");
        row(
            "not confirmed",
            format!("{users} gone: reported once a second pass does not find them either"),
        );
    }
    let held_back = pass.deletions.held_back;
    if held_back > 0 {
        let users = counted(held_back, "user", "users");
        row(
            "held back",
            format!(
                "{users} gone at once; if that is true, {}",
                how_to_accept_deletions(&pass.account_id, None)
            ),
        );
    }
    for sink in sinks_of(pass) {
        row(&format!("queued for {sink}"), queued(pass, sink));
    }
    let unknown = pass.unknown_facts.iter();
    let unknown = unknown.map(|((fact, why), &users)| {
        format!("{fact} of {} ({why})", counted(users, "user", "users"))
    });
    row("unknown facts", listed(unknown));
    for facts in &pass.provenance {
        let why = facts.why.iter().map(|why| format!(" ({why})"));
        row(
            facts.facts,
            format!("from {}{}", facts.by, why.collect::<String>()),
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
    let mut text = pass.users.to_string();
    if pass.vanished > 0 {
        let _ = write!(text, " ({} deleted meanwhile)", pass.vanished);
    }
    let why = pass.why_incomplete();
    match (why, &pass.completeness) {
        (Some(why), _) => {
            let _ = write!(text, ", incomplete: {why}");
        }
        (None, Some(Completeness::Unproven(why))) => {
            let _ = write!(
                text,
                ", not counted by AWS, so nobody is reported as deleted ({why})"
            );
        }
        (None, _) => {}
    }
    text
}

/// Every sink that the pass counted anything for.
fn sinks_of(pass: &PassReport) -> BTreeSet<&String> {
    let of_users = pass.queued().keys().chain(pass.unchanged().keys());
    let others = pass.gone().keys().chain(pass.caught_up.keys());
    let all = of_users.chain(others).chain(pass.held_up.keys());
    all.chain(pass.unsendable().keys()).collect()
}

/// What was queued for `sink`, and which users the pass saw need no event or found no room.
fn queued(pass: &PassReport, sink: &String) -> String {
    let of = |counts: &BTreeMap<String, u64>| counts.get(sink).copied().unwrap_or_default();
    let (users, gone, missed) = (of(pass.queued()), of(pass.gone()), of(&pass.caught_up));
    let parts = [
        (users, "about users"),
        (gone, "about deletions"),
        (missed, "missed in earlier passes"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts = parts.map(|(count, what)| format!("{count} {what}"));
    let mut text = match users + gone + missed {
        0 => "nothing".to_owned(),
        all => format!("{} ({})", counted(all, "event", "events"), listed(parts)),
    };
    for (users, what) in [
        (of(pass.unchanged()), "needed none"),
        (of(&pass.held_up), "found no room"),
        (
            of(pass.unsendable()),
            "cannot be written (rollcall dead-letters list)",
        ),
    ] {
        if users > 0 {
            let _ = write!(text, "; {} {what}", counted(users, "user", "users"));
        }
    }
    text
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
