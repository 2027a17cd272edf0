//! Whatever an intake does, every user arrives, at every kind of sink that posts.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use rollcall::deliver::{Outgoing, Verdict};
use rollcall::model::EventId;
use rollcall::run::SinkReport;
use serde_json::json;

use super::fixture::{KINDS, Kind, Outbox, sink_at};
use crate::support::intake_posts::Posts;
use crate::support::reply::Reply;

const USERS: usize = 6;
/// Far more than any of these failures takes.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn fill(outbox: &Outbox) {
    for user in 0..USERS {
        let event = json!({"user": {"uid": user.to_string()}}).to_string();
        outbox.stage("siem", &user.to_string(), &event);
    }
}

pub(super) async fn drain(outbox: &Outbox, kind: Kind, posts: &Posts) -> SinkReport {
    let delivery = outbox.start(vec![("siem", sink_at(kind, &posts.url()))]);
    let mut reports = delivery.drain(PATIENCE).await.unwrap();
    reports.remove(0)
}

/// Three batches of two users, of which the first is answered with `replies`, one after the other.
/// Each user is acknowledged once in the end, and every try holds the same events.
async fn survives(replies: impl IntoIterator<Item = Reply>) {
    let replies: Vec<Reply> = replies.into_iter().collect();
    join_all(KINDS.map(|kind| kind_survives(kind, &replies))).await;
}

async fn kind_survives(kind: Kind, replies: &[Reply]) {
    let posts = Posts::start();
    posts.script(replies.iter().cloned());
    let outbox = Outbox::new();
    fill(&outbox);
    let report = drain(&outbox, kind, &posts).await;
    assert_eq!(
        (report.waiting, report.forwarded.dead_letters),
        (0, 0),
        "{kind:?}"
    );
    assert_eq!(report.forwarded.delivered, USERS as u64, "{kind:?}");
    let users = posts.users();
    assert_eq!(users.len(), USERS, "{kind:?}: {users:?}");
    assert!(
        users.values().all(|&count| count == 1),
        "{kind:?}: {users:?}"
    );
    let requests = posts.requests();
    assert_eq!(requests.len(), replies.len() + 3, "{kind:?}");
    for again in &requests[..replies.len()] {
        assert_eq!(again.body, requests[replies.len()].body, "{kind:?}");
    }
}

#[tokio::test]
async fn a_503_is_sent_again_until_it_is_taken() {
    survives([Reply::status(503), Reply::status(503)]).await;
}

#[tokio::test]
async fn a_429_is_waited_out_in_seconds_or_until_a_date() {
    let limited = Reply::status(429);
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1));
    survives([
        limited.clone().header("retry-after", "0"),
        limited.header("retry-after", &date),
    ])
    .await;
}

#[tokio::test]
async fn a_429_that_asks_for_an_absurd_time_is_waited_for_an_hour() {
    for kind in KINDS {
        for absurd in ["99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            let posts = Posts::start();
            posts.script([Reply::status(429).header("retry-after", absurd)]);
            let verdict = offer(kind, &posts).await;
            let hour = Duration::from_secs(3_600);
            assert!(
                matches!(verdict, Verdict::Retry { after: Some(after), .. } if after == hour),
                "{kind:?}: {verdict:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_sent_again() {
    survives([Reply::silence()]).await;
}

#[tokio::test]
async fn an_answer_that_drips_for_ever_is_sent_again() {
    survives([Reply::drip()]).await;
}

#[tokio::test]
async fn a_connection_reset_after_the_body_is_sent_again() {
    survives([Reply::reset()]).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_wholly_or_in_part_is_sent_again_with_the_same_events() {
    let half = Reply::json(200, &json!({"event_ids": ["1", "2"]})).cut_halfway();
    survives([Reply::cut(), half]).await;
}

#[tokio::test]
async fn a_204_is_a_success() {
    for kind in KINDS {
        let posts = Posts::start();
        posts.script([Reply::status(204)]);
        assert_eq!(offer(kind, &posts).await, Verdict::Delivered, "{kind:?}");
    }
}

#[tokio::test]
async fn a_web_page_is_believed_with_a_doubt_by_a_sink_of_any_url_alone() {
    for kind in KINDS {
        let posts = Posts::start();
        let page = Reply::status(200).header("content-type", "text/html");
        posts.script([page.body("<html>welcome")]);
        let verdict = offer(kind, &posts).await;
        let why = match (kind, &verdict) {
            (Kind::Http, Verdict::Doubtful { why }) => why,
            (Kind::Asset | Kind::Intake, Verdict::Refused { why }) => why,
            _ => panic!("{kind:?}: {verdict:?}"),
        };
        assert!(why.contains("text/html"), "{kind:?}: {why}");
    }
}

#[tokio::test]
async fn a_401_stops_the_sink_at_once_and_everything_is_delivered_once_the_key_is_valid() {
    for kind in KINDS {
        let posts = Posts::start();
        posts.script([Reply::status(401)]);
        let outbox = Outbox::new();
        fill(&outbox);
        let report = drain(&outbox, kind, &posts).await;
        assert_eq!((report.waiting, posts.requests().len()), (6, 1), "{kind:?}");
        let stopped = report.forwarded.stopped.unwrap();
        let remedy = match kind {
            Kind::Asset => "check the sink's api_key",
            Kind::Intake => "check the sink's intake_key",
            Kind::Http => "check the sink's credentials",
        };
        assert!(stopped.contains(remedy), "{stopped}");
        let report = drain(&outbox, kind, &posts).await;
        assert_eq!(
            (report.waiting, posts.users().len()),
            (0, USERS),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn a_400_for_one_user_leaves_it_as_a_dead_letter_and_delivers_the_others() {
    for kind in KINDS {
        let posts = Posts::start();
        let words = json!({"code": "E7", "message": "uid is odd"});
        posts.decide(move |post| {
            let events = post.events();
            let is_bad = events.iter().any(|event| event["user"]["uid"] == "3");
            is_bad.then(|| Reply::json(400, &words))
        });
        let outbox = Outbox::new();
        fill(&outbox);
        let report = drain(&outbox, kind, &posts).await;
        assert_eq!(
            (report.waiting, report.forwarded.dead_letters),
            (0, 1),
            "{kind:?}"
        );
        assert_eq!(posts.users().len(), USERS - 1, "{kind:?}");
        let letters = outbox.store.dead_letters().unwrap();
        assert_eq!(letters[0].user_id(), "3", "{kind:?}");
        assert!(
            letters[0].why.contains("E7: uid is odd"),
            "{}",
            letters[0].why
        );
    }
}

#[tokio::test]
async fn a_redirect_takes_neither_users_nor_keys_elsewhere() {
    for kind in KINDS {
        let (posts, elsewhere) = (Posts::start(), Posts::start());
        posts.script([Reply::status(307).header("location", &elsewhere.url())]);
        let verdict = offer(kind, &posts).await;
        assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
        assert!(elsewhere.requests().is_empty());
    }
}

async fn offer(kind: Kind, posts: &Posts) -> Verdict {
    let id = EventId::from_bytes([7; 16]);
    let json = br#"{"user":{"uid":"u"}}"#;
    sink_at(kind, &posts.url())
        .deliver(&[Outgoing { id, json }])
        .await
}
