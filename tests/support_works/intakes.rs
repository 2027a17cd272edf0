//! The fake intake through a real HTTP client.

use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::support::intake::Intake;
use crate::support::reply::Reply;

/// Longer than a request takes to arrive on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn intake_records_and_acknowledges() {
    let intake = Intake::start();
    let start = Instant::now();
    let answer = post(&intake, &["alice", "bob"]).await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({}));
    post(&intake, &["bob"]).await.unwrap();

    let posts = intake.posts();
    assert_eq!(posts.len(), 2);
    assert_eq!((posts[0].method.as_str(), posts[0].status), ("POST", 200));
    assert!(intake.connector_url().ends_with(&posts[0].path));
    assert_eq!(posts[0].headers["authorization"], "Bearer key");
    assert_eq!(posts[0].items().len(), 2);
    assert!(posts[0].at >= start && posts[0].at <= posts[1].at);
    assert_eq!(intake.events().len(), 3);
    assert_eq!(intake.users()["bob"], 2);
}

#[tokio::test]
async fn intake_answers_as_scripted_then_as_healthy() {
    let intake = Intake::start();
    let throttled = Reply::status(429).header("retry-after", "1");
    intake.script([Reply::json(503, &json!({"code": "x"})), throttled]);
    assert_eq!(post(&intake, &["a"]).await.unwrap().status(), 503);
    let answer = post(&intake, &["a"]).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    assert!(intake.events().is_empty());
    assert_eq!(post(&intake, &["a"]).await.unwrap().status(), 200);
    intake.otherwise(Some(Reply::status(500)));
    assert_eq!(post(&intake, &["a"]).await.unwrap().status(), 500);
    intake.otherwise(None);
    assert_eq!(post(&intake, &["a"]).await.unwrap().status(), 200);
    assert_eq!(intake.users()["a"], 2);
}

#[tokio::test]
async fn intake_can_be_slow_silent_or_broken() {
    let intake = Intake::start();
    let delay = Duration::from_millis(100);
    let halved = Reply::json(200, &json!({"task_id": "x"})).cut_halfway();
    intake.script([
        Reply::silence(),
        Reply::cut(),
        halved,
        Reply::status(202).after(delay),
    ]);
    let silent = tokio::time::timeout(PATIENCE, post(&intake, &["a"])).await;
    assert!(silent.is_err(), "an answer came");
    assert!(post(&intake, &["a"]).await.is_err(), "an answer came");
    let halved = post(&intake, &["a"]).await.expect("the head of an answer");
    assert_eq!(halved.status(), 200);
    halved.bytes().await.expect_err("a body cut halfway");
    assert!(intake.events().is_empty());
    let start = Instant::now();
    post(&intake, &["a"]).await.unwrap();
    assert!(start.elapsed() >= delay);
    assert_eq!((intake.posts().len(), intake.events().len()), (4, 1));
}

#[tokio::test]
async fn tasks_follow_their_scripts() {
    let intake = Intake::start();
    intake.tasks([&["PENDING", "RUNNING", "FINISHED"], &["FAILED"]]);
    let mut statuses = Vec::new();
    for polls in [4, 2, 1] {
        let answer: Value = post(&intake, &["a"]).await.unwrap().json().await.unwrap();
        let id = answer["task_id"].as_str().expect("a task_id").to_owned();
        for _ in 0..polls {
            statuses.push(poll(&intake, &id).await);
        }
    }
    let names: Vec<_> = statuses
        .iter()
        .filter_map(|task| task["status"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "PENDING", "RUNNING", "FINISHED", "FINISHED", "FAILED", "FAILED", "FINISHED"
        ]
    );
    assert!(statuses[0]["error"].is_null() && statuses[4]["error"].is_string());
    assert_eq!((intake.posts().len(), intake.requests().len()), (3, 10));
}

#[tokio::test]
async fn intake_refuses_what_sekoia_would_not_take() {
    let intake = Intake::start();
    let request = client().post(intake.connector_url()).body("not json");
    assert_eq!(request.send().await.unwrap().status(), 400);
    let elsewhere = client().get(format!("{}/elsewhere", intake.url()));
    assert_eq!(elsewhere.send().await.unwrap().status(), 404);
    assert_eq!(poll(&intake, "task-0").await["message"], "no such task");
}

async fn post(intake: &Intake, uids: &[&str]) -> reqwest::Result<Response> {
    let items: Vec<_> = uids
        .iter()
        .map(|uid| json!({"user": {"uid": uid}}))
        .collect();
    let request = client().post(intake.connector_url()).bearer_auth("key");
    request
        .json(&json!({"version": 1, "items": items}))
        .send()
        .await
}

async fn poll(intake: &Intake, id: &str) -> Value {
    let request = client().get(format!("{}/api/v1/tasks/{id}", intake.url()));
    request.send().await.unwrap().json().await.unwrap()
}

fn client() -> Client {
    // Only the first call of a process installs it; reqwest is built without a provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}
