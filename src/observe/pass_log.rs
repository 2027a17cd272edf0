//! The end of a pass, in the log.

use super::pass_text::checkpoint_text;
use crate::collect::Completeness;
use crate::run::{ExitStatus, PassReport, RunReport, SinkReport};

/// Logs what a pass found.
pub fn log_pass(report: &PassReport) {
    let calls: u64 = report.calls.values().sum();
    let checkpoint = report
        .checkpoint
        .and_then(|checkpoint| checkpoint_text(&checkpoint));
    let pass = report.pass_id.as_str();
    let (account, users) = (report.account_id.as_str(), report.users);
    let (new, changed, deleted) = (report.appeared, report.changed, report.deletions.sent);
    let about_users: u64 = report.queued().values().sum();
    let about_deletions: u64 = report.gone().values().sum();
    let queued = about_users + about_deletions;
    let unknown_facts: u64 = report.unknown_facts.values().sum();
    let duration_ms = report.duration.as_millis() as u64;
    for row in report.provenance.iter().filter(|row| row.why.is_some()) {
        let (facts, by, why) = (row.facts, row.by.as_str(), row.why.as_deref());
        tracing::info!(
            account,
            facts,
            by,
            why,
            "facts did not come by the cheapest call"
        );
    }
    for (action, rate) in &report.learnt_rates {
        tracing::info!(
            account, %action, requests_per_second = rate,
            "AWS throttled: the next pass starts at this rate"
        );
    }
    if let (None, Some(Completeness::Unproven(why))) =
        (report.why_incomplete(), &report.completeness)
    {
        tracing::warn!(
            account,
            %why,
            "AWS does not say how many users there are: nobody is reported as deleted"
        );
    }
    if let Some(why) = report.why_incomplete() {
        tracing::error!(
            account,
            pass,
            users,
            new,
            changed,
            deleted,
            queued,
            unknown_facts,
            calls,
            duration_ms,
            checkpoint,
            why,
            "pass incomplete: what was collected is kept and delivered"
        );
    } else {
        tracing::info!(
            account,
            pass,
            users,
            new,
            changed,
            deleted,
            queued,
            unknown_facts,
            calls,
            duration_ms,
            checkpoint,
            "pass complete"
        );
    }
}

/// Logs what several accounts came to together; each has a line of its own already.
pub fn log_accounts(report: &RunReport) {
    let accounts = &report.accounts;
    let done = accounts.iter().filter(|it| it.status == ExitStatus::Done);
    let users: u64 = accounts.iter().map(|account| account.users).sum();
    let calls: u64 = accounts.iter().map(|account| account.calls).sum();
    tracing::info!(
        accounts = accounts.len(),
        done = done.count(),
        users,
        calls = calls + report.shared_calls,
        "all accounts were passed over"
    );
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
            stopped = forwarded.stopped.as_deref(),
            "delivery to a sink ended"
        );
    }
}
