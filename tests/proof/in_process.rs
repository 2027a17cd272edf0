//! A pass as `collect` makes it, inside the test's own process: a hundred times as fast.

use std::time::Duration;

use aws_credential_types::Credentials;
use futures_util::future::join_all;
use rollcall::aws::AwsClient;
use rollcall::collect::AccountSource;
use rollcall::config::{AwsSettings, Emit, OutboxLimits};
use rollcall::map::Dialect;
use rollcall::metrics::Metrics;
use rollcall::model::PassStamp;
use rollcall::observe::Progress;
use rollcall::run::{DeletionPlan, Delivery, Pass, PassPlan, PassReport, ReadySink, Receiver};
use rollcall::store::{BatchLimits, Store};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::truth::mapping;
use crate::delivery::fixture::sekoia_at;
use crate::support::intake::Intake;

const BATCH: usize = 5;
/// The sink whose events are strict.
pub(super) const STRICT: &str = "strict";

/// A sink with a destination.
pub(super) struct Destination<'a> {
    pub(super) receiver: &'a str,
    pub(super) intake: &'a Intake,
    /// How many events may wait for it.
    pub(super) events_max: u64,
}

/// How a pass is made.
pub(super) struct Conditions {
    pub(super) is_full: bool,
    /// How long to deliver after it.
    pub(super) drain: Duration,
}

/// Collects each of `accounts` at the same time, delivers for a while, and describes the passes
/// that AWS did not refuse.
pub(super) async fn passes(
    settings: AwsSettings,
    store: &Store,
    accounts: &[String],
    destinations: &[Destination<'_>],
    conditions: Conditions,
) -> Vec<PassReport> {
    let ids: Vec<String> = destinations
        .iter()
        .map(|it| it.receiver.to_owned())
        .collect();
    let now = OffsetDateTime::now_utc();
    store
        .adopt_receivers(&ids, now)
        .expect("a store that works");
    let sinks = destinations.iter().map(ready).collect();
    let delivery = Delivery::start(
        store,
        sinks,
        &Metrics::new().expect("metrics"),
        &CancellationToken::new(),
    );
    let passes = accounts.iter().map(|id| {
        let (settings, delivery) = (&settings, &delivery);
        pass(
            settings,
            id,
            store,
            destinations,
            conditions.is_full,
            |_| delivery.wake(),
        )
    });
    let reports = join_all(passes).await.into_iter().flatten().collect();
    let drained = delivery.drain(conditions.drain).await;
    drained.expect("a store that works");
    reports
}

async fn pass(
    settings: &AwsSettings,
    id: &str,
    store: &Store,
    destinations: &[Destination<'_>],
    is_full: bool,
    staged: impl FnMut(usize),
) -> Option<PassReport> {
    let client = AwsClient::connect_as(settings, session(id)).await;
    let account = client.account().await.ok()?;
    let receivers: Vec<Receiver> = destinations.iter().map(receiver).collect();
    let pass = Pass {
        account: &account,
        stamp: PassStamp::new(OffsetDateTime::now_utc()),
        mapping: &mapping(),
        receivers: &receivers,
        is_full,
        plan: PassPlan {
            emit: Emit::Changed,
            full_resync_every: None,
            deletions: DeletionPlan {
                is_sent: true,
                percent_max: 100,
                is_accepted: false,
            },
            keep_history: Duration::MAX,
        },
        aws: Some(&client),
        store,
        is_daemon: false,
        progress: &Progress::hidden(),
    };
    let dialects = receivers.iter().map(|receiver| receiver.dialect);
    let reads_policies = mapping().needs_policies(dialects);
    let source =
        AccountSource::new(client.clone(), settings, &account).with_policies(reads_policies);
    let ran = pass.run(&source, staged).await;
    Some(ran.expect("a store that works"))
}

/// The key of a session in the account.
pub(super) fn session_key(id: &str) -> String {
    format!("ASIA{id}SIMA")
}

fn session(id: &str) -> Credentials {
    Credentials::new(session_key(id), "secret", None, None, "tests")
}

fn ready(destination: &Destination<'_>) -> ReadySink {
    let receiver = destination.receiver.to_owned();
    let (name, _) = receiver.split_once('@').expect("a receiver");
    ReadySink {
        name: name.to_owned(),
        receiver: receiver.clone(),
        limits: BatchLimits {
            count: BATCH,
            bytes: usize::MAX,
        },
        flush_after: Duration::ZERO,
        sink: Box::new(sekoia_at(&destination.intake.url())),
    }
}

fn receiver(destination: &Destination<'_>) -> Receiver {
    let id = destination.receiver.to_owned();
    let (name, _) = id.split_once('@').expect("a receiver");
    Receiver {
        sink: name.to_owned(),
        dialect: match name {
            STRICT => Dialect::Ocsf,
            _ => Dialect::Sekoia,
        },
        outbox: OutboxLimits {
            events: destination.events_max,
            bytes: u64::MAX,
        },
        id,
    }
}
