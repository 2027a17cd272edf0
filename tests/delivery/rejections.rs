//! An event is blamed on proof alone: refused alone twice, while the sink took others.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rollcall::deliver::{Outgoing, Sink, Verdict};
use rollcall::run::SinkReport;

use super::fixture::{Outbox, Scripted, pass_s, rejected};
use super::log::record;

/// What a sink was offered, and whether it took it.
type Offers = Arc<Mutex<Vec<(Vec<String>, bool)>>>;

/// Rejects batches as `is_rejected` says, given how many offers there were.
struct Judging<F> {
    is_rejected: F,
    offers: Offers,
}

impl<F: Fn(usize, &[String]) -> bool + Send + Sync> Sink for Judging<F> {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let text = |event: &Outgoing<'_>| String::from_utf8(event.json.to_vec()).unwrap();
        let events: Vec<String> = batch.iter().map(text).collect();
        let mut offers = self.offers.lock().unwrap();
        assert!(offers.len() < 10_000, "offered in a loop");
        let is_rejected = (self.is_rejected)(offers.len(), &events);
        offers.push((events, !is_rejected));
        let verdict = if is_rejected {
            rejected()
        } else {
            Verdict::Delivered
        };
        async { verdict }.boxed()
    }

    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        self.deliver(&[])
    }
}

/// Delivers `users` users in batches of four; what was offered, and the report.
async fn drain(
    outbox: &Outbox,
    users: usize,
    is_rejected: impl Fn(usize, &[String]) -> bool + Send + Sync + 'static,
) -> (Vec<(Vec<String>, bool)>, SinkReport) {
    outbox.fill("siem", users);
    let offers = Offers::default();
    let sink = Judging {
        is_rejected,
        offers: Arc::clone(&offers),
    };
    let delivery = outbox.start_in_batches(4, vec![("siem", Box::new(sink))]);
    let mut reports = delivery.drain(Duration::from_secs(3_600)).await.unwrap();
    let offers = offers.lock().unwrap().clone();
    (offers, reports.remove(0))
}

fn holds(events: &[String], user: &str) -> bool {
    events.iter().any(|event| event == user)
}

#[tokio::test(start_paused = true)]
async fn one_rejection_among_many_successes_blames_no_event_whichever_offer_it_hits() {
    for users in [1, 5, 12] {
        for at in 0..6 {
            let outbox = Outbox::new();
            let (_, report) = drain(&outbox, users, move |offer, _| offer == at).await;
            assert_eq!(
                (report.waiting, report.forwarded.dead_letters),
                (0, 0),
                "{users} users, offer {at}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_is_blamed_once_it_was_refused_alone_twice_and_others_were_taken_in_between() {
    for bad in ["0", "2", "3", "5"] {
        let outbox = Outbox::new();
        let (offers, report) = drain(&outbox, 12, move |_, events| holds(events, bad)).await;
        assert_eq!((report.waiting, report.forwarded.dead_letters), (0, 1));
        let alone = |(_, (events, _)): &(usize, &(Vec<String>, bool))| *events == [bad];
        let alone: Vec<_> = offers.iter().enumerate().filter(alone).collect();
        let [(first, _), (second, _)] = alone[..] else {
            panic!("{bad}: {offers:?}");
        };
        let between = &offers[first + 1..second];
        assert!(between.iter().any(|(_, taken)| *taken), "{bad}: {offers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_bad_event_is_one_line_of_the_log_however_often_it_was_offered() {
    for (users, bad) in [(12, "5"), (9, "8"), (2, "1")] {
        let (log, _guard) = record();
        let outbox = Outbox::new();
        let (offers, report) = drain(&outbox, users, move |_, events| holds(events, bad)).await;
        assert!(offers.len() > 4 && report.forwarded.dead_letters == 1);
        let log = log.text();
        let shown = |line: &&str| line.contains("WARN") || line.contains("ERROR");
        let shown: Vec<&str> = log.lines().filter(shown).collect();
        assert_eq!(shown.len(), 1, "{log}");
        assert!(shown[0].contains("rejected an event for good"), "{log}");
        assert!(!log.contains("the sink takes events again"), "{log}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_breaks_after_a_while_is_at_fault_itself_and_no_event() {
    for users in [6, 12, 60] {
        let outbox = Outbox::new();
        let (offers, report) = drain(&outbox, users, |offer, _| offer > 0).await;
        assert_eq!(report.forwarded.dead_letters, 0, "{users}");
        assert_eq!(report.waiting, users as u64 - 4);
        let stopped = report.forwarded.stopped.unwrap();
        assert!(stopped.contains("no event at all"), "{stopped}");
        assert!(offers.len() < 40, "{users}: {} offers", offers.len());
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_events_of_an_outbox_are_blamed_if_the_sink_took_the_others_of_their_batch() {
    let outbox = Outbox::new();
    let is_bad = |events: &[String]| holds(events, "10") || holds(events, "11");
    let (_, report) = drain(&outbox, 12, move |_, events| is_bad(events)).await;
    let forwarded = report.forwarded;
    assert_eq!(
        (report.waiting, forwarded.dead_letters, forwarded.delivered),
        (0, 2, 10)
    );
}

#[tokio::test(start_paused = true)]
async fn the_only_event_is_asked_for_again_with_pauses_and_kept_if_the_sink_never_took_any() {
    let outbox = Outbox::new();
    outbox.fill("siem", 1);
    let sink = Scripted::new([]).otherwise(rejected());
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    let forwarded = &reports[0].forwarded;
    assert_eq!((reports[0].waiting, forwarded.dead_letters), (1, 0));
    let stopped = forwarded.stopped.as_deref().unwrap();
    assert!(
        stopped.contains("nothing else to compare: the test rejects it"),
        "{stopped}"
    );
    let offers = offers.lock().unwrap();
    assert_eq!(offers.len(), 4);
    let last_at = offers[3].0;
    assert!(last_at > Duration::from_secs(1), "{offers:?}");
}

#[tokio::test(start_paused = true)]
async fn the_only_event_is_a_dead_letter_after_several_refusals_if_the_sink_took_others_before() {
    let outbox = Outbox::new();
    outbox.stage("siem", "good", "good");
    let offers = Offers::default();
    let sink = Judging {
        is_rejected: |_, events: &[String]| holds(events, "bad"),
        offers: Arc::clone(&offers),
    };
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    pass_s(1).await;
    outbox.stage("siem", "bad", "bad");
    delivery.wake();
    let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    let forwarded = &reports[0].forwarded;
    assert_eq!((reports[0].waiting, forwarded.dead_letters), (0, 1));
    assert_eq!(forwarded.retried, None, "the sink is well");
    assert_eq!(offers.lock().unwrap().len(), 1 + 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_staged_during_a_search_is_what_a_suspect_is_compared_with() {
    let outbox = Outbox::new();
    outbox.stage("siem", "bad", "bad");
    let offers = Offers::default();
    let sink = Judging {
        is_rejected: |_, events: &[String]| holds(events, "bad"),
        offers: Arc::clone(&offers),
    };
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    outbox.stage("siem", "good", "good");
    let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    let forwarded = &reports[0].forwarded;
    assert_eq!(
        (
            reports[0].waiting,
            forwarded.dead_letters,
            forwarded.delivered
        ),
        (0, 1, 1)
    );
}
