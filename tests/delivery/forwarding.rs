//! When batches are sent, when they are retried, and in which order.

use std::time::Duration;

use rollcall::deliver::{Sink, Verdict};
use tokio::time::Instant;

use super::fixture::{FLUSH_AFTER, Offers, Outbox, Scripted, pass_s, retry, unauthorized};

fn batches(offers: &Offers) -> Vec<Vec<String>> {
    let offers = offers.lock().unwrap();
    offers.iter().map(|(_, batch)| batch.clone()).collect()
}

fn times_s(offers: &Offers) -> Vec<f64> {
    let offers = offers.lock().unwrap();
    offers.iter().map(|(at, _)| at.as_secs_f64()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_sent_when_it_is_full_and_the_rest_after_flush_after() {
    let outbox = Outbox::new();
    let sink = Scripted::new([]);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    for (user, expected) in [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2)] {
        outbox.stage("a", &user.to_string(), &user.to_string());
        delivery.wake();
        pass_s(1).await;
        assert_eq!(batches(&offers).len(), expected, "after user {user}");
    }
    pass_s(5).await;
    assert_eq!(
        batches(&offers),
        [vec!["0", "1"], vec!["2", "3"], vec!["4"]]
    );
    // Staged at four seconds, and sent five later.
    assert!((9.0..9.1).contains(&times_s(&offers)[2]));
    let reports = delivery.drain(Duration::from_secs(1)).await.unwrap();
    let report = &reports[0];
    assert_eq!(
        (
            report.forwarded.delivered,
            report.forwarded.batches,
            report.waiting
        ),
        (5, 3, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn no_event_waits_longer_than_flush_after_while_others_keep_coming() {
    let outbox = Outbox::new();
    let sink = Scripted::new([]);
    let offers = sink.offers.clone();
    let delivery = outbox.start_in_batches(100, vec![("a", Box::new(sink))]);
    let start = Instant::now();
    for second in 0..60 {
        let staged_s = start.elapsed().as_secs();
        outbox.stage("a", &second.to_string(), &staged_s.to_string());
        delivery.wake();
        pass_s(1).await;
    }
    let offers = offers.lock().unwrap();
    assert!((8..=13).contains(&offers.len()), "{offers:?}");
    for (at, batch) in offers.iter() {
        let oldest_s: u64 = batch[0].parse().unwrap();
        let waited_s = at.as_secs() - oldest_s;
        assert!(waited_s <= FLUSH_AFTER.as_secs(), "{at:?}: {batch:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_without_flush_after_is_sent_each_event_at_once() {
    let outbox = Outbox::new();
    let sink = Scripted::new([]);
    let offers = sink.offers.clone();
    let sinks = vec![("a", Box::new(sink) as Box<dyn Sink>)];
    let delivery = outbox.start_with(100, Duration::ZERO, sinks);
    for user in 0..3 {
        outbox.stage("a", &user.to_string(), &user.to_string());
        delivery.wake();
        pass_s(1).await;
    }
    assert_eq!(batches(&offers), [["0"], ["1"], ["2"]]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_sent_when_enough_bytes_wait() {
    let outbox = Outbox::new();
    let sink = Scripted::new([]);
    let offers = sink.offers.clone();
    let delivery = outbox.start_in_batches(1_000_000, vec![("a", Box::new(sink))]);
    // What does not compress takes as many bytes in the store.
    let mut random = fastrand::Rng::with_seed(7);
    for user in 0..60 {
        let event: String = (0..40_000).map(|_| random.alphanumeric()).collect();
        outbox.stage("a", &user.to_string(), &event);
        delivery.wake();
    }
    pass_s(1).await;
    let sent = batches(&offers);
    assert_eq!(sent.len(), 1);
    assert!((50..60).contains(&sent[0].len()), "{}", sent[0].len());
}

#[tokio::test(start_paused = true)]
async fn events_left_by_an_earlier_run_are_sent_first_and_at_once() {
    let outbox = Outbox::new();
    outbox.fill("a", 1);
    let sink = Scripted::new([]);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    pass_s(1).await;
    assert_eq!(batches(&offers), [["0"]]);
    delivery.drain(Duration::ZERO).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failing_batch_is_retried_ever_more_slowly_and_then_everything_is_delivered() {
    let outbox = Outbox::new();
    outbox.fill("a", 3);
    let sink = Scripted::new([(); 12].map(|()| retry(None)));
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    let reports = delivery.drain(Duration::from_secs(3_600)).await.unwrap();
    assert_eq!(
        (reports[0].waiting, reports[0].forwarded.retried.as_ref()),
        (0, None)
    );
    let times = times_s(&offers);
    assert_eq!(times.len(), 14);
    let pauses: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((0.25..=0.6).contains(&pauses[0]), "{pauses:?}");
    assert!(
        pauses[7..12]
            .iter()
            .all(|pause| (30.0..=60.1).contains(pause)),
        "{pauses:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_is_not_asked_before() {
    let outbox = Outbox::new();
    outbox.fill("a", 1);
    let sink = Scripted::new([retry(Some(40)), retry(Some(0)), retry(None)]);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    delivery.drain(Duration::from_secs(600)).await.unwrap();
    let times = times_s(&offers);
    assert!((40.0..40.5).contains(&(times[1] - times[0])), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_always_says_at_once_is_not_asked_in_a_loop() {
    let outbox = Outbox::new();
    outbox.fill("a", 1);
    let sink = Scripted::new([]).otherwise(retry(Some(0)));
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    delivery.drain(Duration::from_secs(600)).await.unwrap();
    let count = batches(&offers).len();
    assert!((10..30).contains(&count), "{count} times in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn a_stopped_sink_is_retried_on_its_own_clock_and_not_when_something_is_staged() {
    let outbox = Outbox::new();
    let sink = Scripted::new([(); 10].map(|()| unauthorized()));
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    outbox.fill("a", 5);
    for _ in 0..3_600 {
        delivery.wake();
        pass_s(3).await;
    }
    assert_eq!(outbox.store.outbox_fill("a").events, 0);
    let times = times_s(&offers);
    let pauses: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (index, pause) in pauses[..10].iter().enumerate() {
        let limit = (30.0 * f64::from(1 << index)).min(900.0);
        let range = limit / 2.0..=limit + 0.1;
        assert!(range.contains(pause), "{index}: {pauses:?}");
    }
    let reports = delivery.drain(Duration::ZERO).await.unwrap();
    assert_eq!(
        (reports[0].waiting, reports[0].forwarded.stopped.as_ref()),
        (0, None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_stopped_sink_ends_as_soon_as_nothing_more_will_come() {
    let outbox = Outbox::new();
    outbox.fill("a", 5);
    let sink = Scripted::new([]).otherwise(unauthorized());
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    pass_s(10).await;
    let start = Instant::now();
    let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!((reports[0].waiting, batches(&offers).len()), (5, 1));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_stopped_ends_the_wait_and_keeps_everything() {
    for stop in [
        unauthorized(),
        Verdict::Refused {
            why: "nobody here".to_owned(),
        },
    ] {
        let outbox = Outbox::new();
        outbox.fill("a", 5);
        let sink = Scripted::new([Verdict::Delivered]).otherwise(stop);
        let delivery = outbox.start(vec![("a", Box::new(sink))]);
        let start = Instant::now();
        let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
        assert!(start.elapsed() < Duration::from_secs(1));
        assert_eq!((reports[0].forwarded.delivered, reports[0].waiting), (2, 3));
        assert!(reports[0].forwarded.stopped.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_sink_does_not_hold_up_the_others() {
    let outbox = Outbox::new();
    for sink in ["dead", "hanging", "healthy"] {
        outbox.fill(sink, 20);
    }
    let healthy = Scripted::new([]);
    let offers = healthy.offers.clone();
    let delivery = outbox.start(vec![
        ("dead", Box::new(Scripted::new([]).otherwise(retry(None)))),
        ("hanging", Box::new(Scripted::new([]).slow(100_000))),
        ("healthy", Box::new(healthy)),
    ]);
    pass_s(1).await;
    assert_eq!(batches(&offers).len(), 10);
    let reports = delivery.drain(Duration::from_secs(60)).await.unwrap();
    let waiting: Vec<_> = reports.iter().map(|report| report.waiting).collect();
    assert_eq!(waiting, [20, 20, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_older_state_never_arrives_after_a_newer_one() {
    let outbox = Outbox::new();
    outbox.stage("a", "u", "old");
    let sink = Scripted::new([retry(None), retry(None)]).slow(10);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    pass_s(5).await;
    outbox.stage("a", "u", "newer");
    pass_s(10).await;
    outbox.stage("a", "u", "newest");
    delivery.drain(Duration::from_secs(600)).await.unwrap();
    assert_eq!(batches(&offers), [["old"], ["newer"], ["newest"]]);
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_replaced_on_its_way_is_followed_by_the_newer_one() {
    let outbox = Outbox::new();
    outbox.stage("a", "u", "old");
    let sink = Scripted::new([]).slow(10);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    pass_s(5).await;
    outbox.stage("a", "u", "new");
    let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    assert_eq!(batches(&offers), [["old"], ["new"]]);
    assert_eq!(reports[0].waiting, 0);
}
