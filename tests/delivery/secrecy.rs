//! What the log says of a delivery, and what it never does.

use std::time::Duration;

use serde_json::json;

use super::fixture::{KEY, KINDS, Outbox, Scripted, retry, sink_at};
use super::log::record;
use crate::support::intake_posts::Posts;
use crate::support::reply::Reply;

/// In every event, and in nothing else.
const BODY: &str = "body-of-an-event";

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
        for kind in KINDS {
            let posts = Posts::start();
            posts.script(replies.clone());
            let outbox = Outbox::new();
            let event = json!({"user": {"uid": "u", "name": BODY}}).to_string();
            outbox.stage("siem", "u", &event);
            let delivery = outbox.start(vec![("siem", sink_at(kind, &posts.url()))]);
            let reports = delivery.drain(Duration::from_secs(30)).await.unwrap();
            assert!(
                posts
                    .requests()
                    .iter()
                    .any(|post| post.text().contains(BODY))
            );
            let reported = format!("{reports:?}");
            assert!(
                !reported.contains(KEY) && !reported.contains(BODY),
                "{reported}"
            );
        }
    }
    let log = log.text();
    for part in ["401", "422", "503"] {
        assert!(log.contains(part), "{part}: {log}");
    }
    // All have the same key, which has the name that it was given last.
    let said = log.matches("no such key: ").count();
    let names = ["api_key", "intake_key", "x-key"];
    let named = names.map(|name| log.matches(&format!("no such key: [{name}]")).count());
    assert_eq!(named.iter().sum::<usize>(), said, "{log}");
    assert!(said > 8, "{log}");
    assert!(!log.contains(KEY) && !log.contains(BODY), "{log}");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_for_ever_is_one_warning_and_each_further_try_is_there_to_debug() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    outbox.fill("siem", 1);
    let sink = Scripted::new([]).otherwise(retry(None));
    let offers = sink.offers.clone();
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    delivery.drain(Duration::from_secs(600)).await.unwrap();
    let log = log.text();
    let tries = log.lines().filter(|it| it.contains("batch not delivered"));
    let tries: Vec<&str> = tries.collect();
    assert_eq!(tries.len(), offers.lock().unwrap().len());
    for (index, line) in tries.into_iter().enumerate() {
        let level = if index == 0 { "WARN" } else { "DEBUG" };
        for part in [level, "the test says so", "siem", "pause_ms="] {
            assert!(line.contains(part), "{line}");
        }
    }
}
