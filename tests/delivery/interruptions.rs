//! An end that comes before everything is delivered: it is soon, and nothing is lost.

use std::time::Duration;

use tokio::time::Instant;

use super::fixture::{Outbox, Scripted, pass_s, receiver, retry};

#[tokio::test(start_paused = true)]
async fn what_is_not_delivered_in_time_is_kept_and_reported_with_the_reason() {
    let outbox = Outbox::new();
    outbox.fill("a", 5);
    let sink = Scripted::new([]).otherwise(retry(Some(1_000)));
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    let start = Instant::now();
    let reports = delivery.drain(Duration::from_secs(3)).await.unwrap();
    let took_s = start.elapsed().as_secs();
    assert_eq!((took_s, reports[0].waiting), (3, 5));
    let why = reports[0].forwarded.retried.as_deref();
    assert_eq!(why, Some("the test says so"));
    assert_eq!(outbox.store.outbox_fill(&receiver("a")).events, 5);
}

#[tokio::test(start_paused = true)]
async fn no_batch_begins_after_the_time_is_over_however_healthy_the_sink() {
    let outbox = Outbox::new();
    outbox.fill("a", 40);
    let sink = Scripted::new([]).slow(2);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    let start = Instant::now();
    let reports = delivery.drain(Duration::from_secs(5)).await.unwrap();
    assert!(
        start.elapsed() <= Duration::from_secs(7),
        "{:?}",
        start.elapsed()
    );
    // The third batch was on its way and arrived.
    assert_eq!(offers.lock().unwrap().len(), 3);
    assert_eq!(
        (reports[0].forwarded.delivered, reports[0].waiting),
        (6, 34)
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_batch_on_its_way_has_a_moment_to_arrive_and_no_more() {
    for (delay_s, delivered, took_s) in [(4, 2, 4), (30, 0, 6)] {
        let outbox = Outbox::new();
        outbox.fill("a", 6);
        let sink = Scripted::new([]).slow(delay_s);
        let delivery = outbox.start(vec![("a", Box::new(sink))]);
        let start = Instant::now();
        pass_s(1).await;
        outbox.cancel.cancel();
        let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
        assert_eq!(start.elapsed().as_secs(), took_s);
        let report = &reports[0];
        assert_eq!(
            (report.forwarded.delivered, report.waiting),
            (delivered, 6 - delivered)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_forwarder_does_not_sit_out_a_servers_hour() {
    let outbox = Outbox::new();
    outbox.fill("a", 1);
    let sink = Scripted::new([]).otherwise(retry(Some(3_600)));
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    pass_s(1).await;
    outbox.cancel.cancel();
    let start = Instant::now();
    let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    assert_eq!((start.elapsed().as_secs(), reports[0].waiting), (0, 1));
}
