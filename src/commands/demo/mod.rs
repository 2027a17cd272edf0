//! `rollcall demo`: the real pipeline on an embedded account, before and after one change.

mod picture;
mod sample;
mod tally;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::{lock, setup};
use crate::cli::DemoArgs;
use crate::collect::FromFiles;
use crate::config::{MappingSettings, NdjsonTarget, OutboxLimits};
use crate::deliver::Ndjson;
use crate::foreign::Page;
use crate::map::Dialect;
use crate::metrics::Metrics;
use crate::model::{Account, PassStamp};
use crate::observe::Progress;
use crate::output;
use crate::run::{Delivery, ExitStatus, Pass, PassPlan, PassReport, ReadySink, Receiver};
use crate::store::{BatchLimits, Store};

const SINK: &str = "demo";
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// Two passes with a change in between, and a table of what happened.
pub(super) async fn demo(args: &DemoArgs) -> anyhow::Result<ExitStatus> {
    let temporary = tempfile::tempdir().context("making a directory for the demo's state")?;
    let events = args
        .events
        .clone()
        .unwrap_or_else(|| temporary.path().join("events.ndjson"));
    let start = tally::start_of(&events)?;
    let store = lock::open_store(&temporary.path().join("state")).await?;
    let first = pass(&store, &events, sample::BEFORE).await?;
    let of_first = tally::of_file(&events, start)?;
    let second = pass(&store, &events, sample::AFTER).await?;
    let of_both = tally::of_file(&events, start)?;
    let mut text = tally::table(&[&first, &second], &of_first, output::width());
    let changed = of_both.since(&of_first).events;
    text.push_str(&picture::changes(&changed));
    if let Some(event) = changed.first() {
        text.push_str("\nWhat the SIEM gets of it, shortened:\n");
        text.push_str(&picture::event(event));
    }
    if let Some(path) = &args.events {
        text.push_str(&format!("\nThe events are in {}.\n", path.display()));
    } else {
        text.push_str("\nTo keep the events: rollcall demo --events events.ndjson\n");
    }
    output::write(&Page::of(&text))?;
    Ok(ExitStatus::Done)
}

/// A pass over the sample account, delivered to the file `events`.
async fn pass(
    store: &Store,
    events: &Path,
    documents: &[(&str, &[u8])],
) -> anyhow::Result<PassReport> {
    let now = OffsetDateTime::now_utc();
    let source = FromFiles::from_documents(documents, now)?;
    let cancel = CancellationToken::new();
    let sink = ReadySink {
        name: SINK.to_owned(),
        receiver: SINK.to_owned(),
        limits: BatchLimits {
            count: 100,
            bytes: 1024 * 1024,
        },
        flush_after: DRAIN_TIMEOUT,
        sink: Box::new(Ndjson::new(NdjsonTarget::file(events))),
    };
    let delivery = Delivery::start(store, vec![sink], &Metrics::new()?, &cancel);
    let account = Account {
        id: sample::ACCOUNT_ID.to_owned(),
        partition: "aws".to_owned(),
        name: Some("sample".to_owned()),
        organization: None,
    };
    let defaults = MappingSettings::default();
    let pass = Pass {
        account: &account,
        stamp: PassStamp::new(now),
        mapping: &setup::mapping(&defaults),
        receivers: &[Receiver {
            sink: SINK.to_owned(),
            id: SINK.to_owned(),
            dialect: Dialect::Ocsf,
            outbox: OutboxLimits::default(),
        }],
        is_full: false,
        plan: PassPlan {
            emit: defaults.emit,
            full_resync_every: None,
            deletions: setup::deletions(&defaults),
            keep_history: Duration::MAX,
        },
        aws: None,
        store,
        is_daemon: false,
        progress: &Progress::hidden(),
    };
    let report = pass.run(&source, |_| delivery.wake()).await?;
    let sinks = delivery.drain(DRAIN_TIMEOUT).await?;
    anyhow::ensure!(
        sinks.iter().all(|sink| sink.is_done()),
        "the demo's events could not be written to {}",
        events.display()
    );
    Ok(report)
}
