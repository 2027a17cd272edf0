//! What each answer of an intake means for a batch.

use std::time::{Duration, SystemTime};

use rollcall::deliver::{Outgoing, Sink, Verdict};
use rollcall::model::EventId;
use serde_json::json;

use super::fixture::{KEY, RATE_LIMIT_WAIT, offer, sekoia_at};
use crate::support::intake::Intake;
use crate::support::reply::Reply;

pub(super) async fn verdict_of(reply: Reply) -> Verdict {
    let intake = Intake::start();
    intake.script([reply]);
    let verdict = offer(&intake).await;
    assert_eq!(intake.requests().len(), 1, "one batch is one request");
    verdict
}

#[track_caller]
fn retried(verdict: Verdict, part: &str) -> Option<Duration> {
    let Verdict::Retry { after, why } = verdict else {
        panic!("{verdict:?}");
    };
    assert!(why.contains(part), "{why}");
    after
}

#[tokio::test]
async fn a_batch_is_posted_as_sekoia_documents_it() {
    let intake = Intake::start();
    assert_eq!(offer(&intake).await, Verdict::Delivered);
    let posts = intake.posts();
    assert!(intake.connector_url().ends_with(&posts[0].path));
    let header = |name| posts[0].headers[name].to_str().unwrap();
    assert_eq!(header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(header("content-type"), "application/json");
    assert!(header("user-agent").starts_with("rollcall/"));
    let items = json!([{"user": {"uid": "u1"}}, {"user": {"uid": "u2"}}]);
    assert_eq!(posts[0].body, json!({"version": 1, "items": items}));
}

#[tokio::test]
async fn any_success_is_delivered() {
    for reply in [
        Reply::status(200),
        Reply::status(202),
        Reply::status(204),
        Reply::json(200, &json!(["a list"])),
        Reply::json(201, &json!({"task_id": null})),
        Reply::status(200).body(vec![b' '; 3 * 1024 * 1024]),
    ] {
        assert_eq!(verdict_of(reply).await, Verdict::Delivered);
    }
}

#[tokio::test]
async fn a_web_page_in_place_of_sekoias_answer_stops_the_sink_and_says_what_to_check() {
    let page = Reply::status(200).body("<html>thanks</html>");
    for (reply, part) in [
        (page.clone(), "no content type"),
        (
            page.header("content-type", "text/html; charset=utf-8"),
            "text/html; charset=utf-8",
        ),
        (
            Reply::status(200).header("content-type", "text/html"),
            "text/html",
        ),
    ] {
        let Verdict::Refused { why } = verdict_of(reply).await else {
            panic!("a web page is believed");
        };
        for part in [part, "web page", "url and connector_uuid"] {
            assert!(why.contains(part), "{why}");
        }
        assert!(!why.contains("thanks"), "{why}");
    }
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_distinguished_from_one_that_is_bad() {
    let verdict = verdict_of(Reply::status(413)).await;
    assert!(matches!(verdict, Verdict::TooLarge { why } if why.contains("413")));
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_again() {
    for status in [408, 500, 502, 503, 504] {
        let after = retried(verdict_of(Reply::status(status)).await, &status.to_string());
        assert_eq!(after, None);
    }
    let reply = Reply::status(503).header("retry-after", "9");
    let after = retried(verdict_of(reply).await, "503");
    assert_eq!(after, Some(Duration::from_secs(9)));
}

#[tokio::test]
async fn too_many_requests_waits_as_long_as_the_server_says_within_reason() {
    let limited = Reply::status(429);
    for (header, seconds) in [("7", 7), ("0", 0), ("999999999", 3_600), ("soon", 61)] {
        let reply = limited.clone().header("retry-after", header);
        let after = retried(verdict_of(reply).await, "429");
        assert_eq!(after, Some(Duration::from_secs(seconds)), "{header}");
    }
    let in_a_minute = SystemTime::now() + Duration::from_secs(60);
    let date = httpdate::fmt_http_date(in_a_minute);
    let after = retried(
        verdict_of(limited.clone().header("retry-after", &date)).await,
        "429",
    );
    let after_s = after.unwrap().as_secs();
    assert!((50..=60).contains(&after_s), "{after_s}");
    assert_eq!(
        retried(verdict_of(limited).await, "429"),
        Some(RATE_LIMIT_WAIT)
    );
}

#[tokio::test]
async fn a_refused_key_stops_the_sink_and_names_the_remedy() {
    for status in [401, 403] {
        let reply = Reply::json(status, &json!({"code": "E1", "message": "no such key"}));
        let Verdict::Unauthorized { why } = verdict_of(reply).await else {
            panic!("{status} does not stop the sink");
        };
        let status = status.to_string();
        for part in [status.as_str(), "E1: no such key", "api_key"] {
            assert!(why.contains(part), "{why}");
        }
    }
}

#[tokio::test]
async fn an_address_where_nothing_is_stops_the_sink_and_no_event_is_blamed() {
    for status in [404, 405, 410] {
        let Verdict::Refused { why } = verdict_of(Reply::status(status)).await else {
            panic!("{status} does not stop the sink");
        };
        assert!(why.contains("connector_uuid"), "{why}");
    }
}

#[tokio::test]
async fn a_rejected_batch_is_reported_in_the_servers_words() {
    for status in [400, 409, 422] {
        let reply = Reply::json(status, &json!({"code": "B1", "message": "items: bad"}));
        let Verdict::Rejected { why } = verdict_of(reply).await else {
            panic!("{status} does not stop the sink");
        };
        assert!(
            why.contains(&status.to_string()) && why.ends_with("(B1: items: bad)"),
            "{why}"
        );
    }
    let Verdict::Rejected { why } = verdict_of(Reply::status(400).body("no json")).await else {
        panic!("400 does not stop the sink");
    };
    assert_eq!(why, "it answered 400 Bad Request");
}

#[tokio::test]
async fn a_server_with_much_to_say_is_cut_short_and_kept_on_one_line() {
    let message = format!("first\nsecond\u{1b}[31m{}", "x".repeat(10_000));
    let Verdict::Rejected { why } =
        verdict_of(Reply::json(400, &json!({"message": message}))).await
    else {
        panic!("400 does not stop the sink");
    };
    assert!(why.contains("first second") && why.len() < 400, "{why}");
    assert!(!why.contains(char::is_control), "{why:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_goes_nowhere_else() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Intake::start();
        let reply = Reply::status(status).header("location", &elsewhere.connector_url());
        let Verdict::Refused { why } = verdict_of(reply).await else {
            panic!("{status} does not stop the sink");
        };
        assert!(
            why.contains(&status.to_string()) && why.contains("url"),
            "{why}"
        );
        assert!(elsewhere.requests().is_empty());
    }
}

#[tokio::test]
async fn a_connection_cut_before_or_within_the_answer_is_retried() {
    retried(
        verdict_of(Reply::cut()).await,
        "connection closed before message completed",
    );
    let halved = Reply::json(200, &json!({"detail": "accepted, it was to say"})).cut_halfway();
    retried(verdict_of(halved).await, "end of file before message");
    let halved = Reply::json(400, &json!({"message": "bad"})).cut_halfway();
    assert!(matches!(verdict_of(halved).await, Verdict::Rejected { .. }));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_not_waited_for_without_end() {
    retried(verdict_of(Reply::silence()).await, "timed out");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_retried() {
    let gone = Intake::start().url();
    let id = EventId::from_bytes([7; 16]);
    let batch = [Outgoing { id, json: b"{}" }];
    retried(sekoia_at(&gone).deliver(&batch).await, "refused");
}
