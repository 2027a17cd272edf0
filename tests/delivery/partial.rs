//! A sink that takes a part of a batch: the rest is sent again or becomes dead letters.

use std::time::Duration;

use rollcall::deliver::{Refusal, Verdict};
use rollcall::run::SinkReport;
use serde_json::{Value, json};

use super::chaos::{drain, fill};
use super::fixture::{Kind, Outbox, Scripted};
use crate::support::intake_posts::{Post, Posts};
use crate::support::reply::Reply;

fn refusal(index: usize, is_retryable: bool) -> Refusal {
    let why = "the test refuses it".to_owned();
    Refusal {
        index,
        why,
        is_retryable,
    }
}

fn partial<const N: usize>(refused: [Refusal; N]) -> Verdict {
    let refused = refused.into();
    Verdict::Partial { refused }
}

/// Delivers five users in batches of three to a sink that answers as scripted.
async fn drain_scripted<const N: usize>(
    script: [Verdict; N],
) -> (Vec<Vec<String>>, SinkReport, Outbox) {
    let outbox = Outbox::new();
    outbox.fill("siem", 5);
    let sink = Scripted::new(script);
    let offers = sink.offers.clone();
    let delivery = outbox.start_in_batches(3, vec![("siem", Box::new(sink))]);
    let mut reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    let offers = offers.lock().unwrap();
    let offers = offers.iter().map(|(_, batch)| batch.clone()).collect();
    (offers, reports.remove(0), outbox)
}

#[tokio::test(start_paused = true)]
async fn a_named_event_is_a_dead_letter_at_once_when_others_of_its_batch_were_taken() {
    let (offers, report, outbox) = drain_scripted([partial([refusal(1, false)])]).await;
    assert_eq!(offers, [vec!["0", "1", "2"], vec!["3", "4"]]);
    let forwarded = report.forwarded;
    assert_eq!((forwarded.delivered, forwarded.dead_letters), (4, 1));
    let letters = outbox.store.dead_letters().unwrap();
    assert_eq!(
        (letters[0].user_id(), letters[0].why.as_str()),
        ("001", "the test refuses it")
    );
}

#[tokio::test(start_paused = true)]
async fn a_named_event_that_may_be_taken_later_is_sent_again_and_the_others_are_not() {
    let (offers, report, _) = drain_scripted([partial([refusal(1, true)])]).await;
    assert_eq!(offers, [vec!["0", "1", "2"], vec!["1"], vec!["3", "4"]]);
    assert_eq!((report.waiting, report.forwarded.dead_letters), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_names_every_event_of_a_batch_must_take_others_before_any_is_blamed() {
    let all = [0, 1, 2].map(|index| refusal(index, false));
    let (offers, report, _) = drain_scripted([partial(all)]).await;
    let expected: [Vec<&str>; 5] = [
        vec!["0", "1", "2"],
        vec!["3", "4"],
        vec!["0"],
        vec!["1"],
        vec!["2"],
    ];
    assert_eq!(offers, expected);
    assert_eq!((report.waiting, report.forwarded.dead_letters), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_only_event_is_a_dead_letter_after_several_refusals_if_the_sink_names_it() {
    let outbox = Outbox::new();
    outbox.fill("siem", 1);
    let sink = Scripted::new([]).otherwise(partial([refusal(0, false)]));
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    let reports = delivery.drain(Duration::from_secs(600)).await.unwrap();
    let forwarded = &reports[0].forwarded;
    assert_eq!((reports[0].waiting, forwarded.dead_letters), (0, 1));
    assert_eq!(offers.lock().unwrap().len(), 4);
}

fn is_bad(event: &Value) -> bool {
    event["user"]["uid"] == "3"
}

/// Every user but the third one is taken once, by an http sink that is answered with `words`.
async fn delivers_all_but_user_3(words: impl Fn(&[Value]) -> Reply + Send + 'static) -> Posts {
    let posts = Posts::start();
    posts.decide(move |post: &Post| {
        let events = post.events();
        events.iter().any(is_bad).then(|| words(&events))
    });
    let outbox = Outbox::new();
    fill(&outbox);
    let report = drain(&outbox, Kind::Http, &posts).await;
    let forwarded = report.forwarded;
    assert_eq!(
        (report.waiting, forwarded.dead_letters, forwarded.delivered),
        (0, 1, 5)
    );
    let letters = outbox.store.dead_letters().unwrap();
    assert_eq!(letters[0].user_id(), "3");
    posts
}

#[tokio::test]
async fn an_item_that_an_http_receiver_refuses_is_a_dead_letter_and_the_others_are_delivered() {
    let posts = delivers_all_but_user_3(|events| {
        let status = |event| if is_bad(event) { 400 } else { 201 };
        let item = |event| json!({"index": {"status": status(event)}});
        let items: Vec<Value> = events.iter().map(item).collect();
        Reply::json(200, &json!({"errors": true, "items": items}))
    })
    .await;
    assert_eq!(posts.requests().len(), 3, "nobody is sent twice");
}

#[tokio::test]
async fn splunks_invalid_event_is_a_dead_letter_and_those_before_it_are_not_sent_twice() {
    let posts = delivers_all_but_user_3(|events| {
        let number = events.iter().position(is_bad);
        let words = json!({"text": "bad", "code": 6, "invalid-event-number": number});
        Reply::json(400, &words)
    })
    .await;
    assert_eq!(posts.requests().len(), 3);
}

#[tokio::test]
async fn a_count_of_refused_events_without_names_is_searched_for_the_event() {
    delivers_all_but_user_3(|_| {
        let partial = json!({"rejectedLogRecords": 1, "errorMessage": "odd"});
        Reply::json(200, &json!({"partialSuccess": partial}))
    })
    .await;
}
