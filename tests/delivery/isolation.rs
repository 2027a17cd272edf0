//! A bad event stands alone in the end, and the others are delivered.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rollcall::deliver::{Outgoing, Sink, Verdict};
use rollcall::run::SinkReport;

use super::fixture::{Outbox, receiver};

/// Takes everything but batches that hold a user in `bad`.
struct Picky {
    bad: &'static [&'static str],
    verdict: fn(String) -> Verdict,
    taken: super::fixture::Offers,
}

impl Sink for Picky {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let text = |event: &Outgoing<'_>| String::from_utf8(event.json.to_vec()).unwrap();
        let users: Vec<String> = batch.iter().map(text).collect();
        let verdict = if users.iter().any(|user| self.bad.contains(&user.as_str())) {
            (self.verdict)("user 5 is odd".to_owned())
        } else {
            let mut taken = self.taken.lock().unwrap();
            taken.push((Duration::ZERO, users));
            Verdict::Delivered
        };
        async { verdict }.boxed()
    }

    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        self.deliver(&[])
    }
}

fn rejected(why: String) -> Verdict {
    Verdict::Rejected { why }
}

fn not_ingested(why: String) -> Verdict {
    Verdict::NotIngested { why }
}

/// Twelve users for a sink that takes none in `bad`; what it took, and the report.
async fn drain(
    outbox: &Outbox,
    bad: &'static [&'static str],
    verdict: fn(String) -> Verdict,
) -> (Vec<String>, SinkReport) {
    outbox.fill("picky", 12);
    let taken = super::fixture::Offers::default();
    let sink = Picky {
        bad,
        verdict,
        taken: taken.clone(),
    };
    let delivery = outbox.start_in_batches(6, vec![("picky", Box::new(sink))]);
    let mut reports = delivery.drain(Duration::from_secs(3_600)).await.unwrap();
    let taken = taken
        .lock()
        .unwrap()
        .iter()
        .flat_map(|(_, users)| users.clone())
        .collect();
    (taken, reports.remove(0))
}

#[tokio::test(start_paused = true)]
async fn the_bad_event_of_a_rejected_batch_becomes_a_dead_letter_and_the_rest_is_delivered() {
    let outbox = Outbox::new();
    let (taken, report) = drain(&outbox, &["5"], rejected).await;
    assert_eq!(
        (taken.len(), report.waiting, report.forwarded.dead_letters),
        (11, 0, 1)
    );
    assert!(!report.is_done(), "a rejected event is exit code 5");
    let letters = outbox.store.dead_letters().unwrap();
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!((letter.sink(), letter.user_id()), ("picky", "005"));
    assert_eq!(
        (letter.why.as_str(), letter.json.as_slice()),
        ("user 5 is odd", &b"5"[..])
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_that_fails_twice_is_searched_for_the_event_that_makes_it_fail() {
    let outbox = Outbox::new();
    let (taken, report) = drain(&outbox, &["5", "6"], not_ingested).await;
    assert_eq!(
        (taken.len(), report.waiting, report.forwarded.dead_letters),
        (10, 0, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_that_all_fail_are_the_sinks_fault_and_no_events() {
    const ALL: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
    let outbox = Outbox::new();
    let (taken, report) = drain(&outbox, ALL, not_ingested).await;
    assert_eq!(
        (taken.len(), report.waiting, report.forwarded.dead_letters),
        (0, 12, 0)
    );
    assert!(outbox.store.dead_letters().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_is_retried_unless_its_user_has_changed_since() {
    let outbox = Outbox::new();
    drain(&outbox, &["5", "6"], rejected).await;
    outbox.stage("picky", "006", "6, corrected");
    let letters = outbox.store.dead_letters().unwrap();
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let retried = outbox.store.retry_dead_letters(&letters, now).unwrap();
    assert_eq!(retried, [true, false]);
    assert!(outbox.store.dead_letters().unwrap().is_empty());
    assert_eq!(outbox.store.outbox_fill(&receiver("picky")).events, 2);
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_user_whose_event_is_a_dead_letter_is_not_sent_with_every_pass() {
    let outbox = Outbox::new();
    drain(&outbox, &["5"], rejected).await;
    outbox.fill("picky", 12);
    assert_eq!(outbox.store.outbox_fill(&receiver("picky")).events, 0);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_rejects_everything_is_at_fault_itself_and_no_event() {
    const ALL: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];
    let outbox = Outbox::new();
    let (taken, report) = drain(&outbox, ALL, rejected).await;
    assert_eq!(
        (taken.len(), report.waiting, report.forwarded.dead_letters),
        (0, 12, 0)
    );
    let stopped = report.forwarded.stopped.unwrap();
    assert!(
        stopped.contains("no event at all: user 5 is odd"),
        "{stopped}"
    );
}
