//! A batch that was taken and never ingested is not delivered, and one user holds up no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::chaos::{drain, fill};
use super::fixture::{Kind, Outbox, sink_at};
use crate::support::intake_posts::{Post, Posts};
use crate::support::reply::Reply;

/// A platform whose task for a batch with user 3 answers every look with `reply`. The others
/// finish. Also the users that it has ingested.
fn platform(reply: Reply) -> (Posts, Arc<Mutex<Vec<String>>>) {
    let ingested = Arc::<Mutex<Vec<String>>>::default();
    let (taken, tasks) = (Arc::clone(&ingested), Mutex::new(HashMap::new()));
    let posts = Posts::start();
    posts.decide(move |post| {
        let mut tasks = tasks.lock().unwrap();
        if post.method == "POST" {
            let id = format!("t{}", tasks.len());
            tasks.insert(format!("/api/v1/tasks/{id}"), users(post));
            return Some(Reply::json(200, &json!({"task_id": id})));
        }
        let users: &Vec<String> = &tasks[post.uri.path()];
        if users.iter().any(|user| user == "3") {
            return Some(reply.clone());
        }
        taken.lock().unwrap().extend(users.iter().cloned());
        Some(Reply::json(200, &json!({"status": "FINISHED"})))
    });
    (posts, ingested)
}

fn users(post: &Post) -> Vec<String> {
    let uid = |event: &Value| event["user"]["uid"].as_str().unwrap().to_owned();
    post.events().iter().map(uid).collect()
}

/// How often user 3 was posted with `others` more.
fn posted_with(posts: &Posts, others: usize) -> usize {
    let requests = posts.requests();
    let batches = requests.iter().filter(|post| post.method == "POST");
    let batches = batches.map(users);
    batches
        .filter(|users| users.len() == others + 1 && users.contains(&"3".to_owned()))
        .count()
}

#[tokio::test]
async fn a_task_that_fails_is_sent_again_then_searched_for_its_one_bad_event() {
    let failed = json!({"status": "FAILED", "error": "user 3 is odd"});
    dead_letters_user_3(&failed, "ended as FAILED: user 3 is odd").await;
}

#[tokio::test]
async fn a_task_that_never_ends_is_posted_once_and_blames_no_event() {
    let running = |status: &str| {
        let reply = Reply::json(200, &json!({"status": status}));
        async {
            let (posts, _) = platform(reply);
            let outbox = Outbox::new();
            fill(&outbox);
            let sink = sink_at(Kind::Asset, &posts.url());
            let delivery = outbox.start(vec![("siem", sink)]);
            let reports = delivery.drain(Duration::from_secs(2)).await.unwrap();
            let report = &reports[0];
            assert_eq!((report.forwarded.dead_letters, report.waiting), (0, 4));
            let why = report.forwarded.retried.as_deref().unwrap();
            assert!(why.contains("has not ended yet"), "{why}");
            assert_eq!(posted_with(&posts, 1), 1);
        }
    };
    join_all(["PENDING", "RUNNING"].map(running)).await;
}

async fn dead_letters_user_3(task: &Value, why: &str) {
    let (posts, ingested) = platform(Reply::json(200, task));
    let outbox = Outbox::new();
    fill(&outbox);
    let report = drain(&outbox, Kind::Asset, &posts).await;
    assert_eq!(
        (report.waiting, report.forwarded.dead_letters),
        (0, 1),
        "{why}"
    );
    assert!(posted_with(&posts, 1) >= 2, "sent again as it was");
    let mut users = ingested.lock().unwrap().clone();
    users.sort();
    users.dedup();
    assert_eq!(users, ["0", "1", "2", "4", "5"], "{why}");
    let letters = outbox.store.dead_letters().unwrap();
    assert_eq!((letters.len(), letters[0].user_id()), (1, "3"), "{why}");
    assert!(letters[0].why.contains(why), "{}", letters[0].why);
}

#[tokio::test]
async fn a_task_with_an_unknown_outcome_blames_no_event_and_acknowledges_nothing() {
    join_all([Reply::status(404), Reply::status(502), Reply::cut()].map(blames_no_event)).await;
}

async fn blames_no_event(reply: Reply) {
    let (posts, _) = platform(reply);
    let outbox = Outbox::new();
    fill(&outbox);
    let sink = sink_at(Kind::Asset, &posts.url());
    let delivery = outbox.start(vec![("siem", sink)]);
    let reports = delivery.drain(Duration::from_secs(3)).await.unwrap();
    let report = &reports[0];
    assert_eq!((report.forwarded.dead_letters, report.waiting), (0, 4));
    assert!(posted_with(&posts, 1) >= 2, "sent again as it was");
    assert!(outbox.store.dead_letters().unwrap().is_empty());
}
