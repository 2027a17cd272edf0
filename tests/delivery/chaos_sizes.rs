//! Sinks that take only so much at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rollcall::deliver::{Outgoing, Sink, Verdict};
use rollcall::run::{Delivery, ReadySink, SinkReport};
use rollcall::store::BatchLimits;

use super::fixture::{FLUSH_AFTER, Outbox, intake_at, receiver};
use crate::support::intake_posts::Posts;
use crate::support::reply::Reply;

/// Answers 413 to more bytes than it takes; records what it was offered.
#[derive(Clone, Default)]
struct Narrow {
    bytes_max: usize,
    event_bytes_max: Option<usize>,
    offers: Arc<Mutex<Vec<Vec<usize>>>>,
}

impl Sink for Narrow {
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict> {
        let sizes: Vec<usize> = batch.iter().map(|event| event.json.len()).collect();
        let verdict = if sizes.iter().sum::<usize>() > self.bytes_max {
            let why = "it answered 413 Payload Too Large".to_owned();
            Verdict::TooLarge { why }
        } else {
            Verdict::Delivered
        };
        self.offers.lock().unwrap().push(sizes);
        async { verdict }.boxed()
    }

    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict> {
        self.deliver(&[])
    }

    fn event_bytes_max(&self) -> Option<usize> {
        self.event_bytes_max
    }
}

impl Narrow {
    fn refused(&self) -> usize {
        let offers = self.offers.lock().unwrap();
        let is_refused = |sizes: &&Vec<usize>| sizes.iter().sum::<usize>() > self.bytes_max;
        offers.iter().filter(is_refused).count()
    }
}

/// Users with events of these sizes, for a sink that is offered up to 1,000 bytes.
async fn drain(outbox: &Outbox, sizes: &[usize], sink: Box<dyn Sink>) -> SinkReport {
    for (user, &size) in sizes.iter().enumerate() {
        let event = format!("\"{}\"", "x".repeat(size - 2));
        outbox.stage("narrow", &format!("{user:04}"), &event);
    }
    let sink = ReadySink {
        name: "narrow".to_owned(),
        receiver: receiver("narrow"),
        limits: BatchLimits {
            count: 100,
            bytes: 1_000,
        },
        flush_after: FLUSH_AFTER,
        sink,
    };
    let delivery = Delivery::start(&outbox.store, vec![sink], &outbox.metrics, &outbox.cancel);
    let mut reports = delivery.drain(Duration::from_secs(60)).await.unwrap();
    reports.remove(0)
}

#[tokio::test(start_paused = true)]
async fn batches_keep_to_the_bytes_of_their_sink() {
    let sink = Narrow {
        bytes_max: 1_000,
        ..Narrow::default()
    };
    let outbox = Outbox::new();
    let report = drain(&outbox, &[300; 7], Box::new(sink.clone())).await;
    assert_eq!((report.forwarded.delivered, sink.refused()), (7, 0));
    let offers = sink.offers.lock().unwrap();
    let counts: Vec<_> = offers.iter().map(Vec::len).collect();
    assert_eq!(counts, [3, 3, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_413_halves_the_batch_and_the_next_ones_begin_with_that_size() {
    let sink = Narrow {
        bytes_max: 300,
        ..Narrow::default()
    };
    let outbox = Outbox::new();
    let report = drain(&outbox, &[100; 60], Box::new(sink.clone())).await;
    assert_eq!((report.forwarded.delivered, report.waiting), (60, 0));
    assert_eq!(report.forwarded.dead_letters, 0);
    // 1,000 bytes, then 500, and never again.
    assert_eq!(sink.refused(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_413_for_one_event_makes_it_a_dead_letter_even_if_it_is_the_only_one() {
    for sizes in [&[900][..], &[100, 900, 100, 100][..]] {
        let sink = Narrow {
            bytes_max: 300,
            ..Narrow::default()
        };
        let outbox = Outbox::new();
        let report = drain(&outbox, sizes, Box::new(sink)).await;
        assert_eq!((report.waiting, report.forwarded.dead_letters), (0, 1));
        let letters = outbox.store.dead_letters().unwrap();
        let why = letters[0].why.as_str();
        assert!(why.contains("413") && why.contains("900 bytes"), "{why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_calls_everything_too_large_makes_few_dead_letters() {
    let sink = Narrow {
        bytes_max: 10,
        ..Narrow::default()
    };
    let outbox = Outbox::new();
    let report = drain(&outbox, &[100; 50], Box::new(sink)).await;
    assert_eq!((report.waiting, report.forwarded.dead_letters), (47, 3));
    let stopped = report.forwarded.stopped.unwrap();
    assert!(stopped.contains("no event at all"), "{stopped}");
}

#[tokio::test(start_paused = true)]
async fn many_events_that_are_too_large_are_all_found_and_the_others_delivered() {
    let sink = Narrow {
        bytes_max: 300,
        ..Narrow::default()
    };
    let outbox = Outbox::new();
    let mut sizes = [400; 12];
    sizes[11] = 100;
    let report = drain(&outbox, &sizes, Box::new(sink)).await;
    let forwarded = report.forwarded;
    assert_eq!(
        (report.waiting, forwarded.dead_letters, forwarded.delivered),
        (0, 11, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_above_the_sinks_own_limit_is_a_dead_letter_that_was_never_offered() {
    let sink = Narrow {
        bytes_max: 1_000,
        event_bytes_max: Some(250),
        ..Narrow::default()
    };
    let outbox = Outbox::new();
    let sizes = [251, 250, 600, 100, 251];
    let report = drain(&outbox, &sizes, Box::new(sink.clone())).await;
    let forwarded = report.forwarded;
    assert_eq!(
        (report.waiting, forwarded.dead_letters, forwarded.delivered),
        (0, 3, 2)
    );
    let offered: Vec<_> = sink.offers.lock().unwrap().concat();
    assert_eq!(offered, [250, 100]);
    let letters = outbox.store.dead_letters().unwrap();
    let why = "it has 600 bytes, and the sink takes at most 250 of one";
    assert_eq!(letters[1].why.as_str(), why);
}

#[tokio::test]
async fn sekoias_intake_is_never_offered_an_event_above_its_250_000_bytes() {
    let posts = Posts::start();
    let outbox = Outbox::new();
    let sink = Box::new(intake_at(&posts.url()));
    let report = drain(&outbox, &[250_001, 250_000, 50], sink).await;
    let forwarded = report.forwarded;
    assert_eq!(
        (report.waiting, forwarded.dead_letters, forwarded.delivered),
        (0, 1, 2)
    );
    let requests = posts.requests();
    let lens = requests.iter().flat_map(|post| post.events());
    let lens: Vec<_> = lens.map(|event| event.as_str().unwrap().len()).collect();
    assert_eq!(lens, [249_998, 48]);
}

#[tokio::test]
async fn a_413_of_a_real_server_halves_too() {
    let posts = Posts::start();
    posts.decide(|post| (post.body.len() > 600).then(|| Reply::status(413)));
    let outbox = Outbox::new();
    let sink = Box::new(intake_at(&posts.url()));
    let report = drain(&outbox, &[100; 20], sink).await;
    assert_eq!((report.waiting, report.forwarded.delivered), (0, 20));
}
