//! What a monitoring system draws: counters and gauges in Prometheus's text format.
//!
//! Everything is counted as it happens, or read from counts that the store keeps in memory: a
//! scrape reads no event and asks nobody. No user is named. Counters begin at 0 with the process.

mod accounts;
mod audit;
mod calls;
mod deliveries;
mod families;
mod outbox;
mod passes;
mod process;
mod schedule;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use prometheus::{Registry, TEXT_FORMAT, TextEncoder};

use crate::aws::CallOutcomes;
use crate::run::{PassReport, Receiver};
use crate::store::{Store, StoreError};
use accounts::Accounts;
pub use audit::{Audit, AuditFailure};
use calls::Calls;
use deliveries::Deliveries;
use families::Families;
use outbox::Outbox;
use passes::Passes;
use process::Process;
pub use schedule::{Refusal, Schedule};

pub use deliveries::SinkMetrics;
pub use prometheus::Error as MetricsError;

/// The Content-Type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = TEXT_FORMAT;

/// Every metric of a process. Clones share them.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    accounts: Accounts,
    audit: Audit,
    calls: Calls,
    deliveries: Deliveries,
    outbox: Outbox,
    passes: Passes,
    process: Process,
    schedule: Schedule,
    /// Held while gauges are set from what they stand for, and read.
    reading: Mutex<()>,
}

impl Metrics {
    /// Metrics of a process that has done nothing yet.
    pub fn new() -> Result<Self, MetricsError> {
        let registry = Registry::new();
        let families = Families(&registry);
        let build = families.gauge(
            "rollcall_build_info",
            "1, with the version that runs.",
            &["version"],
        )?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Ok(Self(Arc::new(Inner {
            accounts: Accounts::new(families)?,
            audit: Audit::new(families)?,
            calls: Calls::new(families)?,
            deliveries: Deliveries::new(families)?,
            outbox: Outbox::new(families)?,
            passes: Passes::new(families)?,
            process: Process::new()?,
            schedule: Schedule::new(families)?,
            reading: Mutex::default(),
            registry,
        })))
    }

    /// Takes over what `store` knows of the passes of earlier processes. Blocks.
    pub fn adopt(&self, store: &Store) -> Result<(), StoreError> {
        for id in store.accounts()? {
            self.0.accounts.adopt(&id, &store.account(&id)?);
        }
        Ok(())
    }

    /// A pass over an account has ended.
    pub fn pass_ended(&self, report: &PassReport) {
        self.0.passes.ended(report);
        self.0.accounts.passed(report);
        self.0.calls.add(&report.outcomes);
    }

    /// A pass did not begin: over `account`, or over all where it is `None`.
    pub fn pass_failed(&self, account: Option<&str>) {
        self.0.passes.failed();
        if let Some(account) = account {
            self.0.accounts.failed(account);
        }
    }

    /// The accounts that the organization does not hold any more.
    pub fn left(&self, accounts: &[String]) {
        self.0.accounts.left(accounts);
    }

    /// Calls were made that belong to no account.
    pub fn add_calls(&self, calls: &CallOutcomes) {
        self.0.calls.add(calls);
    }

    /// What the forwarder of the sink named `sink` counts.
    pub fn of_sink(&self, sink: &str) -> SinkMetrics {
        self.0.deliveries.of_sink(sink)
    }

    /// How the audit log is followed.
    pub fn audit(&self) -> &Audit {
        &self.0.audit
    }

    /// When passes begin.
    pub fn schedule(&self) -> &Schedule {
        &self.0.schedule
    }

    /// Everything of a daemon, in the text format: also of its process, and of what waits in
    /// `store` for `receivers`, the configured ones.
    pub fn text(&self, store: &Store, receivers: &[Receiver]) -> Result<String, MetricsError> {
        let mut text = self.text_of_pass(store, receivers)?;
        let process = self.0.process.gather();
        TextEncoder::new().encode_utf8(&process, &mut text)?;
        Ok(text)
    }

    /// The same without the process: who reads this later has a process of its own.
    pub fn text_of_pass(
        &self,
        store: &Store,
        receivers: &[Receiver],
    ) -> Result<String, MetricsError> {
        let inner = &self.0;
        let families = {
            let _alone = inner.reading.lock().unwrap_or_else(PoisonError::into_inner);
            inner.accounts.refresh();
            inner.outbox.refresh(store, receivers);
            inner.registry.gather()
        };
        TextEncoder::new().encode_to_string(&families)
    }
}
