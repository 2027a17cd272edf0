//! A batch is delivered when its ingestion task is finished, and not before.

use std::future::ready;
use std::time::Instant;

use rollcall::deliver::{Outgoing, Sink, Verdict};
use rollcall::model::EventId;
use serde_json::{Value, json};

use super::fixture::{KEY, TASK_PATIENCE, offer, sekoia_at};
use crate::support::http::Server;
use crate::support::intake::Intake;
use crate::support::reply::Reply;

/// A server that accepts every post with `task_id` and answers every look with `reply`.
fn tasks_that_answer(task_id: Value, reply: Reply) -> Server {
    Server::start(move |request| {
        ready(match request.method().as_str() {
            "POST" => Reply::json(200, &json!({"task_id": task_id})),
            _ => reply.clone(),
        })
    })
}

/// A batch of one event.
fn batch(id: u8) -> [Outgoing<'static>; 1] {
    let id = EventId::from_bytes([id; 16]);
    [Outgoing { id, json: b"{}" }]
}

async fn offer_to(server: &Server) -> Verdict {
    sekoia_at(&server.url()).deliver(&batch(7)).await
}

#[track_caller]
fn assert_not_ingested(verdict: Verdict, part: &str) {
    let Verdict::NotIngested { why } = verdict else {
        panic!("{verdict:?}");
    };
    assert!(why.contains(part), "{why}");
}

fn assert_retried(verdict: Verdict, part: &str) {
    let Verdict::Retry { after: None, why } = verdict else {
        panic!("{verdict:?}");
    };
    assert!(why.contains(part), "{why}");
}

#[tokio::test]
async fn a_batch_is_delivered_only_when_its_task_is_finished() {
    let intake = Intake::start();
    intake.tasks([&["PENDING", "RUNNING", "RUNNING", "FINISHED"]]);
    assert_eq!(offer(&intake).await, Verdict::Delivered);
    let looks = intake.requests().split_off(1);
    assert_eq!(looks.len(), 4);
    for look in looks {
        assert_eq!(
            (look.method.as_str(), look.path.as_str()),
            ("GET", "/api/v1/tasks/task-1")
        );
        assert_eq!(look.headers["authorization"], format!("Bearer {KEY}"));
    }
}

#[tokio::test]
async fn a_batch_whose_task_failed_is_sent_again_and_the_error_reported() {
    let intake = Intake::start();
    intake.tasks([&["RUNNING", "FAILED"]]);
    assert_not_ingested(
        offer(&intake).await,
        "task task-1 ended as FAILED: the test made it fail",
    );
    let task = json!({"status": "CANCELED", "error": {"code": "T1", "message": "no\nroom"}});
    let server = tasks_that_answer(json!("t"), Reply::json(200, &task));
    assert_not_ingested(offer_to(&server).await, "ended as CANCELED: T1: no room");
}

#[tokio::test]
async fn a_task_that_still_runs_in_the_end_is_asked_about_later_and_its_batch_not_posted_again() {
    let intake = Intake::start();
    intake.tasks([&["PENDING"]]);
    let mut sink = sekoia_at(&intake.url());
    let start = Instant::now();
    let Verdict::Pending { why } = sink.deliver(&batch(7)).await else {
        panic!("a slow task is a verdict");
    };
    assert!(why.contains("has not ended yet (PENDING)"), "{why}");
    let took = start.elapsed();
    assert!(
        took >= TASK_PATIENCE && took < TASK_PATIENCE * 8,
        "{took:?}"
    );
    assert!(intake.requests().len() > 3, "looked at more than once");
    let again = sink.deliver(&batch(7)).await;
    assert!(matches!(again, Verdict::Pending { .. }), "{again:?}");
    assert_eq!(intake.posts().len(), 1);
    sink.deliver(&batch(8)).await;
    assert_eq!(intake.posts().len(), 2, "another batch is posted");
}

#[tokio::test]
async fn a_slow_task_that_ends_well_delivers_its_batch_which_was_posted_once() {
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let posted = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let posts = std::sync::Arc::clone(&posted);
    let server = Server::start(move |request| {
        let relaxed = std::sync::atomic::Ordering::Relaxed;
        if request.method() == "POST" {
            posts.fetch_add(1, relaxed);
            return ready(Reply::json(200, &json!({"task_id": "slow"})));
        }
        // More looks than one offer takes.
        let status = if looks.fetch_add(1, relaxed) < 12 {
            "RUNNING"
        } else {
            "FINISHED"
        };
        ready(Reply::json(200, &json!({"status": status})))
    });
    let mut sink = sekoia_at(&server.url());
    let mut offers = 1;
    while let Verdict::Pending { .. } = sink.deliver(&batch(7)).await {
        offers += 1;
        assert!(offers < 20);
    }
    assert!(offers > 1, "it was slow");
    assert_eq!(posted.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test]
async fn what_an_answer_refuses_is_refused_once_the_task_of_the_others_is_finished() {
    let server = Server::start(move |request| {
        let refused = json!([{"index": 0, "message": "odd"}]);
        ready(match request.method().as_str() {
            "POST" => Reply::json(200, &json!({"task_id": "t", "errors": refused})),
            _ => Reply::json(200, &json!({"status": "FINISHED"})),
        })
    });
    let verdict = offer_to(&server).await;
    assert!(matches!(verdict, Verdict::Partial { .. }), "{verdict:?}");
}

#[tokio::test]
async fn a_task_endpoint_without_a_usable_answer_is_given_up_in_time_and_its_batch_sent_again() {
    for (reply, part) in [
        (Reply::status(404), "404"),
        (Reply::status(500), "500"),
        (Reply::cut(), "connection closed before message completed"),
        (Reply::status(200).body("<html>"), "names no status"),
        (
            Reply::json(200, &json!({"state": "FINISHED"})),
            "names no status",
        ),
        (
            Reply::json(200, &json!({"status": "FINISHED"})).cut_halfway(),
            "end of file before message",
        ),
        (Reply::silence(), "timed out"),
    ] {
        let start = Instant::now();
        let server = tasks_that_answer(json!("t"), reply);
        assert_retried(offer_to(&server).await, part);
        assert!(start.elapsed() < TASK_PATIENCE * 8, "{part}");
    }
}

#[tokio::test]
async fn a_look_that_fails_once_decides_nothing() {
    let looks = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |request| {
        if request.method() == "POST" {
            return ready(Reply::json(200, &json!({"task_id": 17})));
        }
        assert_eq!(request.uri().path(), "/api/v1/tasks/17");
        ready(
            match looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                0 => Reply::status(503),
                1 => Reply::cut(),
                _ => Reply::json(200, &json!({"status": "FINISHED"})),
            },
        )
    });
    assert_eq!(offer_to(&server).await, Verdict::Delivered);
}

#[tokio::test]
async fn a_key_that_may_not_read_tasks_stops_the_sink_and_says_so() {
    for status in [401, 403] {
        let server = tasks_that_answer(json!("t"), Reply::status(status));
        let Verdict::Unauthorized { why } = offer_to(&server).await else {
            panic!("{status} does not stop the sink");
        };
        assert!(
            why.contains(&status.to_string()) && why.contains("read tasks"),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_task_id_that_is_no_segment_of_a_path_names_no_task() {
    for id in ["", ".", ".."] {
        let server = tasks_that_answer(json!(id), Reply::status(500));
        assert_eq!(offer_to(&server).await, Verdict::Delivered, "{id:?}");
    }
}

#[tokio::test]
async fn a_task_id_never_takes_the_key_to_another_server() {
    let elsewhere = Intake::start();
    let host = elsewhere.url().replace("http:", "");
    for id in [
        format!("{}/api/v1/tasks/x", elsewhere.url()),
        host,
        "?a=#b/../..".to_owned(),
    ] {
        let server = tasks_that_answer(json!(id), Reply::json(200, &json!({"status": "FINISHED"})));
        assert_eq!(offer_to(&server).await, Verdict::Delivered, "{id}");
    }
    assert!(elsewhere.requests().is_empty());
}
