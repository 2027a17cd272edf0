//! A sink on the fake intake, a scripted sink, and forwarders over a real store.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rollcall::config::{
    Compression, HeaderText, HttpSettings, HttpShape, SecretRef, SekoiaAssetSettings,
    SekoiaIntakeSettings,
};
use rollcall::deliver::{
    HttpSink, HttpTimeouts, Outgoing, SekoiaAsset, SekoiaIntake, Sink, Verdict,
};
use rollcall::metrics::Metrics;
use rollcall::model::EventId;
use rollcall::run::{Delivery, ReadySink};
use rollcall::store::{BatchLimits, Store};
use rollcall::trust::ExtraRoots;
use tempfile::TempDir;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::intake::Intake;
use crate::support::outbox::{next_event, stage};

pub(crate) const KEY: &str = "kJ8-very-secret";
pub(crate) const RATE_LIMIT_WAIT: Duration = Duration::from_secs(61);
/// Until a task counts as failed.
pub(crate) const TASK_PATIENCE: Duration = Duration::from_millis(300);

/// Timeouts that suit a test.
const HASTY: HttpTimeouts = HttpTimeouts {
    connect: Duration::from_millis(500),
    read: Duration::from_millis(500),
    total: Duration::from_secs(1),
};

/// How long an event of a test waits for others.
pub(crate) const FLUSH_AFTER: Duration = Duration::from_secs(5);

/// A secret that cannot be read again.
fn not_read() -> SecretRef {
    SecretRef::Env("NOT_READ".to_owned())
}

/// A sink on `base`.
pub(crate) fn sekoia_at(base: &str) -> SekoiaAsset {
    sekoia_with(base, not_read())
}

fn sekoia_with(base: &str, api_key: SecretRef) -> SekoiaAsset {
    let settings = SekoiaAssetSettings {
        url: base.to_owned(),
        connector_uuid: uuid::uuid!("5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01"),
        api_key,
        rate_limit_wait: RATE_LIMIT_WAIT,
        task_poll_interval: Duration::from_millis(5),
        task_poll_timeout: TASK_PATIENCE,
    };
    SekoiaAsset::with_timeouts(&settings, KEY.into(), &ExtraRoots::default(), HASTY).unwrap()
}

/// The sinks that post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Asset,
    Intake,
    Http,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Asset, Kind::Intake, Kind::Http];

/// A sink of each kind on `base`, with the same key and the same patience.
pub(crate) fn sink_at(kind: Kind, base: &str) -> Box<dyn Sink> {
    sink_with_key_in(kind, base, not_read())
}

/// The same, which reads its key again where `secret` says.
pub(crate) fn sink_with_key_in(kind: Kind, base: &str, secret: SecretRef) -> Box<dyn Sink> {
    match kind {
        Kind::Asset => Box::new(sekoia_with(base, secret)),
        Kind::Intake => Box::new(intake_with(base, secret)),
        Kind::Http => {
            let url = format!("{base}/{KEY}");
            let mut settings = http_settings(&url, HttpShape::Ndjson, Compression::None);
            let secret = HeaderText::Secret(secret);
            settings.headers.insert("x-key".to_owned(), secret);
            Box::new(http_at(&settings))
        }
    }
}

pub(crate) fn intake_at(base: &str) -> SekoiaIntake {
    intake_with(base, not_read())
}

fn intake_with(base: &str, intake_key: SecretRef) -> SekoiaIntake {
    let settings = SekoiaIntakeSettings {
        url: base.to_owned(),
        intake_key,
    };
    SekoiaIntake::with_timeouts(&settings, KEY.into(), &ExtraRoots::default(), HASTY).unwrap()
}

pub(crate) fn http_settings(url: &str, shape: HttpShape, compression: Compression) -> HttpSettings {
    let plain = HeaderText::Plain("rollcall".to_owned());
    let secret = HeaderText::Secret(not_read());
    let headers = [("x-key", secret), ("x-source", plain)];
    HttpSettings {
        url: url.to_owned(),
        headers: headers.map(|(name, text)| (name.to_owned(), text)).into(),
        shape,
        compression,
    }
}

/// A sink whose header `x-key` is the key.
pub(crate) fn http_at(settings: &HttpSettings) -> HttpSink {
    let secrets = [("x-key".to_owned(), KEY.into())];
    HttpSink::with_timeouts(settings, &secrets, &ExtraRoots::default(), HASTY).unwrap()
}

/// What a sink on `intake` says of one batch of two users.
pub(crate) async fn offer(intake: &Intake) -> Verdict {
    let id = EventId::from_bytes([7; 16]);
    let events = [r#"{"user":{"uid":"u1"}}"#, r#"{"user":{"uid":"u2"}}"#];
    let batch = events.map(|json| Outgoing {
        id,
        json: json.as_bytes(),
    });
    sekoia_at(&intake.url()).deliver(&batch).await
}

pub(crate) fn retry(after_s: Option<u64>) -> Verdict {
    Verdict::Retry {
        after: after_s.map(Duration::from_secs),
        why: "the test says so".to_owned(),
    }
}

pub(crate) fn rejected() -> Verdict {
    let why = "the test rejects it".to_owned();
    Verdict::Rejected { why }
}

pub(crate) fn unauthorized() -> Verdict {
    let why = "the test lets nobody in".to_owned();
    Verdict::Unauthorized { why }
}

/// What a scripted sink was offered, and when.
pub(crate) type Offers = Arc<Mutex<Vec<(Duration, Vec<String>)>>>;

/// Answers as scripted, then as `otherwise`, each time after `delay`.
pub(crate) struct Scripted {
    pub(crate) script: VecDeque<Verdict>,
    pub(crate) otherwise: Verdict,
    pub(crate) delay: Duration,
    pub(crate) offers: Offers,
    start: Instant,
}

impl Scripted {
    pub(crate) fn new<const N: usize>(script: [Verdict; N]) -> Self {
        Self {
            script: script.into(),
            otherwise: Verdict::Delivered,
            delay: Duration::ZERO,
            offers: Offers::default(),
            start: Instant::now(),
        }
    }

    pub(crate) fn otherwise(self, otherwise: Verdict) -> Self {
        Self { otherwise, ..self }
    }

    pub(crate) fn slow(self, delay_s: u64) -> Self {
        let delay = Duration::from_secs(delay_s);
        Self { delay, ..self }
    }
}

impl Sink for Scripted {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let text = |event: &Outgoing<'_>| String::from_utf8(event.json.to_vec()).unwrap();
        let offer = (self.start.elapsed(), batch.iter().map(text).collect());
        let mut offers = self.offers.lock().unwrap();
        offers.push(offer);
        assert!(offers.len() < 10_000, "offered in a loop");
        let verdict = self
            .script
            .pop_front()
            .unwrap_or_else(|| self.otherwise.clone());
        tokio::time::sleep(self.delay).map(|()| verdict).boxed()
    }

    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        self.deliver(&[])
    }
}

/// The receiver that a sink of this name is here.
pub(crate) fn receiver(sink: &str) -> String {
    format!("{sink}@00000001")
}

/// A store, and forwarders of batches of two.
pub(crate) struct Outbox {
    _home: TempDir,
    pub(crate) store: Store,
    pub(crate) cancel: CancellationToken,
    pub(crate) metrics: Metrics,
}

impl Outbox {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self {
            store: Store::open(&home.path().join("state")).unwrap(),
            _home: home,
            cancel: CancellationToken::new(),
            metrics: Metrics::new().unwrap(),
        }
    }

    /// Puts a user in this state into the outbox of `sink`.
    pub(crate) fn stage(&self, sink: &str, user: &str, json: &str) {
        let account = "111122223333";
        let receiver = receiver(sink);
        let event = next_event(&self.store, &receiver, (account, user), json.as_bytes());
        let entity = &event.entity;
        let sent = self.store.delivery_state(&receiver, entity).unwrap();
        let digest = event.state.as_ref().unwrap().event().digest;
        if sent.is_some_and(|sent| sent.event().digest == digest) {
            return;
        }
        stage(&self.store, account, vec![event]);
    }

    /// As many users as given, "0", "1" and so on.
    pub(crate) fn fill(&self, sink: &str, count: usize) {
        for user in 0..count {
            self.stage(sink, &format!("{user:03}"), &user.to_string());
        }
    }

    pub(crate) fn start(&self, sinks: Vec<(&str, Box<dyn Sink>)>) -> Delivery {
        self.start_in_batches(2, sinks)
    }

    pub(crate) fn start_in_batches(
        &self,
        batch_size: usize,
        sinks: Vec<(&str, Box<dyn Sink>)>,
    ) -> Delivery {
        self.start_with(batch_size, FLUSH_AFTER, sinks)
    }

    pub(crate) fn start_with(
        &self,
        batch_size: usize,
        flush_after: Duration,
        sinks: Vec<(&str, Box<dyn Sink>)>,
    ) -> Delivery {
        let ready = |(name, sink): (&str, _)| ReadySink {
            name: name.to_owned(),
            receiver: receiver(name),
            limits: BatchLimits {
                count: batch_size,
                bytes: 2 * 1024 * 1024,
            },
            flush_after,
            sink,
        };
        let sinks = sinks.into_iter().map(ready).collect();
        Delivery::start(&self.store, sinks, &self.metrics, &self.cancel)
    }
}

/// Lets `seconds` of paused time pass.
pub(crate) async fn pass_s(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
