//! A pass as `collect` makes it, inside the test's own process: a hundred times as fast.

use std::time::Duration;

use rollcall::aws::AwsClient;
use rollcall::collect::AccountSource;
use rollcall::config::{AwsSettings, Emit, OutboxLimits};
use rollcall::map::Dialect;
use rollcall::model::PassStamp;
use rollcall::observe::Progress;
use rollcall::run::{DeletionPlan, Delivery, Pass, PassPlan, PassReport, ReadySink, Receiver};
use rollcall::store::{BatchLimits, Store};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::truth::mapping;
use crate::delivery::fixture::sekoia_at;
use crate::support::intake::Intake;
use crate::support::sim_aws::any_credentials;

const BATCH: usize = 5;

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

/// Collects, delivers for a while, and describes the pass, unless AWS refused it.
pub(super) async fn pass(
    settings: AwsSettings,
    store: &Store,
    destinations: &[Destination<'_>],
    conditions: Conditions,
) -> Option<PassReport> {
    let client = AwsClient::connect_as(&settings, any_credentials()).await;
    let ids: Vec<String> = destinations
        .iter()
        .map(|it| it.receiver.to_owned())
        .collect();
    let now = OffsetDateTime::now_utc();
    store
        .adopt_receivers(&ids, now)
        .expect("a store that works");
    let sinks = destinations.iter().map(ready).collect();
    let delivery = Delivery::start(store, sinks, &CancellationToken::new());
    let report = match client.account().await {
        Err(_) => None,
        Ok(account) => {
            let receivers: Vec<Receiver> = destinations.iter().map(receiver).collect();
            let pass = Pass {
                account: &account,
                stamp: PassStamp::new(now),
                mapping: &mapping(),
                receivers: &receivers,
                is_full: conditions.is_full,
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
            let source = AccountSource::new(client.clone(), &settings, &account);
            let ran = pass.run(&source, |_| delivery.wake()).await;
            Some(ran.expect("a store that works"))
        }
    };
    let drained = delivery.drain(conditions.drain).await;
    drained.expect("a store that works");
    report
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
        dialect: Dialect::Sekoia,
        outbox: OutboxLimits {
            events: destination.events_max,
            bytes: u64::MAX,
        },
        id,
    }
}
