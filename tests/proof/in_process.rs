//! A pass as `collect` makes it, inside the test's own process: a hundred times as fast.

use std::time::Duration;

use rollcall::aws::AwsClient;
use rollcall::collect::AccountSource;
use rollcall::config::{AwsSettings, Emit, OutboxLimits};
use rollcall::map::Dialect;
use rollcall::model::PassStamp;
use rollcall::observe::Progress;
use rollcall::run::{DeletionPlan, Delivery, Pass, PassPlan, PassReport, ReadySink, Target};
use rollcall::store::{BatchLimits, Store};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::truth::mapping;
use crate::delivery::fixture::sekoia_at;
use crate::support::intake::Intake;
use crate::support::sim_aws::any_credentials;

const BATCH: usize = 5;

/// Collects, delivers for at most `drain`, and tells of the pass, unless AWS refused it.
pub(super) async fn pass(
    settings: AwsSettings,
    store: &Store,
    intakes: &[(&'static str, Intake); 2],
    drain: Duration,
) -> Option<PassReport> {
    let client = AwsClient::connect_as(&settings, any_credentials()).await;
    let sinks = intakes.iter().map(ready).collect();
    let delivery = Delivery::start(store, sinks, &CancellationToken::new());
    delivery.begin_pass();
    let report = match client.account().await {
        Err(_) => None,
        Ok(account) => {
            let targets = intakes.each_ref().map(|(name, _)| Target {
                sink: (*name).to_owned(),
                dialect: Dialect::Sekoia,
                outbox: OutboxLimits::default(),
            });
            let pass = Pass {
                account: &account,
                stamp: PassStamp::new(OffsetDateTime::now_utc()),
                mapping: &mapping(),
                targets: &targets,
                is_full: false,
                plan: PassPlan {
                    emit: Emit::Changed,
                    full_resync_every: None,
                    deletions: DeletionPlan {
                        is_told: true,
                        percent_max: 100,
                        is_accepted: false,
                    },
                    keep_history: Duration::MAX,
                },
                aws: Some(&client),
                store,
                progress: &Progress::hidden(),
            };
            let source = AccountSource::new(client.clone(), settings);
            let ran = pass.run(&source, || delivery.wake()).await;
            Some(ran.expect("a store that works"))
        }
    };
    delivery.end_pass();
    delivery.drain(drain).await.expect("a store that works");
    report
}

fn ready((name, intake): &(&'static str, Intake)) -> ReadySink {
    ReadySink {
        name: (*name).to_owned(),
        limits: BatchLimits {
            count: BATCH,
            bytes: usize::MAX,
        },
        sink: Box::new(sekoia_at(&intake.url())),
    }
}
