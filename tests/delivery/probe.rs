//! A sink is asked whether it would take events, and is sent none.

use std::fs;

use rollcall::config::NdjsonTarget;
use rollcall::deliver::{Ndjson, Sink, Verdict};
use serde_json::json;

use super::fixture::{KEY, KINDS, Kind, sink_at};
use crate::support::intake_posts::Posts;
use crate::support::reply::Reply;

async fn probe(kind: Kind, reply: Reply) -> Verdict {
    let posts = Posts::start();
    posts.script([reply]);
    let verdict = sink_at(kind, &posts.url()).probe().await;
    let requests = posts.requests();
    assert_eq!(requests.len(), 1, "{kind:?} is asked once");
    requests[0].assert_length();
    let body = match kind {
        Kind::Asset => json!({"version": 1, "items": []}).to_string(),
        Kind::Intake => json!({"intake_key": KEY, "jsons": []}).to_string(),
        Kind::Http => String::new(),
    };
    let sent: Option<serde_json::Value> = serde_json::from_slice(&requests[0].body).ok();
    assert_eq!(sent, serde_json::from_str(&body).ok(), "{kind:?}");
    verdict
}

#[tokio::test]
async fn a_sink_that_answers_would_take_events_and_its_task_is_not_waited_for() {
    for kind in KINDS {
        let reply = Reply::json(200, &json!({"task_id": "never looked at"}));
        assert_eq!(probe(kind, reply).await, Verdict::Delivered, "{kind:?}");
    }
}

#[tokio::test]
async fn a_refused_key_a_wrong_address_and_a_failing_server_are_distinguished() {
    for kind in KINDS {
        let words = json!({"message": format!("no such key: {KEY}")});
        let verdict = probe(kind, Reply::json(401, &words)).await;
        assert!(
            matches!(&verdict, Verdict::Unauthorized { why } if !why.contains(KEY)),
            "{kind:?}: {verdict:?}"
        );
        let verdict = probe(kind, Reply::status(404)).await;
        assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
        let verdict = probe(kind, Reply::status(503)).await;
        assert!(matches!(verdict, Verdict::Retry { .. }), "{verdict:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_calls_nothing_bad_has_let_us_in() {
    let no_data = Reply::json(400, &json!({"text": "No data", "code": 5}));
    assert_eq!(probe(Kind::Http, no_data.clone()).await, Verdict::Delivered);
    for kind in [Kind::Asset, Kind::Intake] {
        let verdict = probe(kind, no_data.clone()).await;
        assert!(
            matches!(&verdict, Verdict::Rejected { why } if why.ends_with("(5: No data)")),
            "{kind:?}: {verdict:?}"
        );
    }
}

#[tokio::test]
async fn a_file_is_probed_without_a_trace() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    let probe = || async { Ndjson::new(NdjsonTarget::file(&path)).probe().await };
    assert_eq!(probe().await, Verdict::Delivered);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    fs::write(&path, "1\n").unwrap();
    assert_eq!(probe().await, Verdict::Delivered);
    assert_eq!(fs::read_to_string(&path).unwrap(), "1\n");
    assert_eq!(
        Ndjson::new(NdjsonTarget::Stdout).probe().await,
        Verdict::Delivered
    );
    for bad in [dir.path().to_owned(), dir.path().join("missing/events")] {
        let verdict = Ndjson::new(NdjsonTarget::file(&bad)).probe().await;
        assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
    }
}
