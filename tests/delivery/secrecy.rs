//! What the log tells of a delivery, and what it never does.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::fixture::{KEY, Outbox, Scripted, retry, sekoia_at};
use crate::support::intake::Intake;
use crate::support::reply::Reply;

/// In every event, and in nothing else.
const BODY: &str = "body-of-an-event";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything that is logged on this thread, at every level.
fn record() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[tokio::test]
async fn neither_the_key_nor_an_event_is_ever_logged_or_reported() {
    let (log, _guard) = record();
    let words = json!({"code": "E1", "message": format!("no such key: {KEY}")});
    for replies in [
        [Reply::cut(), Reply::json(401, &words)],
        [Reply::json(503, &words), Reply::json(403, &words)],
        [Reply::status(500).body(KEY), Reply::json(422, &words)],
        [Reply::status(200).cut_halfway(), Reply::status(200)],
    ] {
        let intake = Intake::start();
        intake.script(replies);
        let outbox = Outbox::new();
        outbox.stage(
            "siem",
            "u",
            &json!({"user": {"uid": "u", "name": BODY}}).to_string(),
        );
        let delivery = outbox.start(vec![("siem", Box::new(sekoia_at(&intake.url())))]);
        let reports = delivery.drain(Duration::from_secs(30)).await.unwrap();
        assert!(
            intake
                .posts()
                .iter()
                .any(|post| post.body.to_string().contains(BODY))
        );
        let told = format!("{reports:?}");
        assert!(!told.contains(KEY) && !told.contains(BODY), "{told}");
    }
    let log = log.text();
    for part in ["no such key: [api_key]", "401", "422", "503"] {
        assert!(log.contains(part), "{part}: {log}");
    }
    assert!(!log.contains(KEY) && !log.contains(BODY), "{log}");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_for_ever_is_told_each_time_with_its_reason() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    outbox.fill("siem", 1);
    let sink = Scripted::new([]).otherwise(retry(None));
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    delivery.drain(Duration::from_secs(600)).await.unwrap();
    let log = log.text();
    let warnings = log.lines().filter(|line| line.contains("WARN"));
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), offers.lock().unwrap().len());
    for warning in warnings {
        assert!(
            warning.contains("the test says so") && warning.contains("siem"),
            "{warning}"
        );
        assert!(warning.contains("pause_ms="), "{warning}");
    }
}
