//! What `collect` did, as one JSON object for scripts.

use serde_json::{Value, json};

use crate::foreign::Shown;
use crate::run::{AccountReport, RunReport, SinkReport};

/// Everything that the summary for people says, in JSON.
pub(super) fn document(report: &RunReport) -> Value {
    let text = |error: Option<String>| error.map(Shown::of);
    json!({
        "exit_code": report.status() as u8,
        "refused": text(report.refused.as_ref().map(ToString::to_string)),
        "listing_failure": text(report.listing_failure.as_ref().map(ToString::to_string)),
        "is_interrupted": report.is_interrupted,
        "accounts": report.accounts.iter().map(account).collect::<Vec<_>>(),
        "left": report.left,
        "shared_calls": report.shared_calls,
        "sinks": report.sinks.iter().map(sink).collect::<Vec<_>>(),
        "unsendable": report.unsendable,
        "is_behind": report.is_behind,
    })
}

fn account(account: &AccountReport) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "exit_code": account.status as u8,
        "why": account.why,
        "users": account.users,
        "appeared": account.appeared,
        "changed": account.changed,
        "deleted": account.deleted,
        "unknown_facts": account.unknown_facts,
        "calls": account.calls,
    })
}

fn sink(sink: &SinkReport) -> Value {
    let forwarded = &sink.forwarded;
    json!({
        "name": sink.name,
        "delivered": forwarded.delivered,
        "batches": forwarded.batches,
        "waiting": sink.waiting,
        "dead_letters": forwarded.dead_letters,
        "stopped": forwarded.stopped,
        "retried": forwarded.retried,
    })
}
