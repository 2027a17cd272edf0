//! When batches go, when they are tried again, and in which order.

use std::time::Duration;

use rollcall::deliver::Verdict;
use tokio::time::Instant;

use super::fixture::{Offers, Outbox, Scripted, pass_s, retry, unauthorized};

fn batches(offers: &Offers) -> Vec<Vec<String>> {
    let offers = offers.lock().unwrap();
    offers.iter().map(|(_, batch)| batch.clone()).collect()
}

fn times_s(offers: &Offers) -> Vec<f64> {
    let offers = offers.lock().unwrap();
    offers.iter().map(|(at, _)| at.as_secs_f64()).collect()
}

#[tokio::test(start_paused = true)]
async fn full_batches_go_while_a_pass_fills_the_outbox_and_the_rest_at_its_end() {
    let outbox = Outbox::new();
    let sink = Scripted::new([]);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    delivery.begin_pass();
    for (user, expected) in [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2)] {
        outbox.stage("a", &user.to_string(), &user.to_string());
        delivery.wake();
        pass_s(1).await;
        assert_eq!(batches(&offers).len(), expected, "after user {user}");
    }
    delivery.end_pass();
    pass_s(1).await;
    assert_eq!(
        batches(&offers),
        [vec!["0", "1"], vec!["2", "3"], vec!["4"]]
    );
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
async fn what_an_earlier_run_left_goes_first_and_at_once() {
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
async fn a_failing_batch_is_tried_again_ever_more_slowly_and_then_everything_goes() {
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
async fn a_stopped_sink_is_tried_again_in_the_next_pass_and_not_before() {
    let outbox = Outbox::new();
    let sink = Scripted::new([unauthorized()]);
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("a", Box::new(sink))]);
    delivery.begin_pass();
    outbox.fill("a", 5);
    delivery.wake();
    pass_s(600).await;
    delivery.wake();
    delivery.end_pass();
    pass_s(600).await;
    assert_eq!(batches(&offers), [["0", "1"]]);
    delivery.begin_pass();
    delivery.end_pass();
    pass_s(1).await;
    assert_eq!(batches(&offers).len(), 4);
    let reports = delivery.drain(Duration::ZERO).await.unwrap();
    assert_eq!(
        (reports[0].waiting, reports[0].forwarded.stopped.as_ref()),
        (0, None)
    );
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
