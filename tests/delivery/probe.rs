//! A sink is asked whether it would take events, and is sent none.

use std::fs;

use rollcall::config::{Compression, HttpShape, NdjsonTarget, SecretRef, SplunkSettings};
use rollcall::deliver::{HttpSink, Ndjson, Sink, Verdict};
use rollcall::trust::ExtraRoots;
use serde_json::json;

use super::fixture::{KEY, KINDS, Kind, http_settings, sink_at};
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
async fn a_receiver_that_calls_nothing_bad_has_let_us_in_perhaps() {
    let no_data = Reply::json(400, &json!({"text": "No data", "code": 5}));
    let verdict = probe(Kind::Http, no_data.clone()).await;
    assert!(matches!(verdict, Verdict::Doubtful { .. }), "{verdict:?}");
    for kind in [Kind::Asset, Kind::Intake] {
        let verdict = probe(kind, no_data.clone()).await;
        assert!(
            matches!(&verdict, Verdict::Rejected { why } if why.ends_with("(5: No data)")),
            "{kind:?}: {verdict:?}"
        );
    }
}

#[tokio::test]
async fn of_a_receiver_that_refuses_a_batch_without_events_it_cannot_be_told_what_it_takes() {
    let words = json!({"error": "index missing"});
    for status in [400, 422] {
        let verdict = probe(Kind::Http, Reply::json(status, &words)).await;
        let Verdict::Doubtful { why } = verdict else {
            panic!("{status}: {verdict:?}");
        };
        for part in [&status.to_string(), "(index missing)", "cannot be told"] {
            assert!(why.contains(part), "{why}");
        }
    }
}

#[tokio::test]
async fn what_a_receiver_says_is_shown_wherever_in_its_answer_it_says_it() {
    for words in [
        json!({"error": "index missing"}),
        json!({"error": {"type": "bad", "reason": "index missing"}}),
        json!({"error": {"message": "index missing"}, "status": 404}),
        json!({"errors": ["index missing"]}),
        json!({"errors": [{"message": "index missing"}]}),
        json!({"detail": "index missing"}),
        json!({"title": "no", "error_description": "index missing"}),
        json!({"reason": "index missing"}),
        json!([{"message": "index missing"}]),
    ] {
        let verdict = probe(Kind::Http, Reply::json(404, &words)).await;
        let Verdict::Refused { why } = verdict else {
            panic!("{words}: {verdict:?}");
        };
        assert!(why.contains("index missing)"), "{words}: {why}");
    }
}

#[tokio::test]
async fn what_a_receiver_says_of_anything_but_the_lack_of_events_is_no_welcome() {
    for status in [402, 406, 407, 409, 411, 415, 423, 426, 431, 451] {
        let verdict = probe(Kind::Http, Reply::status(status)).await;
        let why = match verdict {
            Verdict::Refused { why } | Verdict::Rejected { why } => why,
            verdict => panic!("{status}: {verdict:?}"),
        };
        assert!(why.contains(&status.to_string()), "{why}");
    }
    let posts = Posts::start();
    let shape = HttpShape::SplunkHec(SplunkSettings::new(SecretRef::Env("NOT_READ".to_owned())));
    let settings = http_settings(&posts.url(), shape, Compression::None);
    let mut splunk = HttpSink::new(&settings, &[], &ExtraRoots::default()).unwrap();
    for (text, code, is_welcome) in [
        ("No data", 5, true),
        ("Data channel is missing", 10, false),
        ("Incorrect index", 7, false),
    ] {
        posts.script([Reply::json(400, &json!({"text": text, "code": code}))]);
        let verdict = splunk.probe().await;
        assert_eq!(
            verdict == Verdict::Delivered,
            is_welcome,
            "{text}: {verdict:?}"
        );
    }
}

#[tokio::test]
async fn a_proxy_that_asks_for_credentials_is_named_and_blames_no_event() {
    for kind in KINDS {
        let verdict = probe(kind, Reply::status(407)).await;
        let Verdict::Refused { why } = verdict else {
            panic!("{verdict:?}");
        };
        assert!(
            why.contains("proxy") && why.contains("USER:PASSWORD"),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_fails_says_why_and_what_to_do() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for (url, part) in [
        (
            format!("http://127.0.0.1:{port}"),
            "nobody listens at 127.0.0.1 on port",
        ),
        (
            "http://rollcall.invalid/in?key=s3cret".to_owned(),
            "no address is known for rollcall.invalid",
        ),
    ] {
        let verdict = sink_at(Kind::Http, &url).probe().await;
        let Verdict::Retry { why, .. } = verdict else {
            panic!("{verdict:?}");
        };
        assert!(
            why.contains(part) && why.contains("check the sink's url"),
            "{why}"
        );
        assert!(!why.contains("s3cret"), "{why}");
    }
    let posts = Posts::start();
    let url = posts.url().replace("http://", "https://");
    let verdict = sink_at(Kind::Http, &url).probe().await;
    assert!(
        matches!(&verdict, Verdict::Retry { why, .. } if why.contains("speaks no TLS")),
        "{verdict:?}"
    );
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
