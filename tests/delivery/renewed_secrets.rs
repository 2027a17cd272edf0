//! A secret that was rotated is read again when the old one is refused.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rollcall::config::SecretRef;
use serde_json::json;

use super::chaos::fill;
use super::fixture::{KEY, KINDS, Kind, Outbox, sink_with_key_in};
use super::log::record;
use crate::support::intake_posts::{Post, Posts};
use crate::support::reply::Reply;

const NEW_KEY: &str = "n3w-very-secret";

/// The key that a post came with.
fn key(post: &Post) -> String {
    let headers = ["authorization", "x-sekoiaio-intake-key", "x-key"];
    let value = headers.iter().find_map(|name| post.headers.get(*name));
    let value = value.expect("a key").to_str().unwrap();
    value.trim_start_matches("Bearer ").to_owned()
}

/// A secret in a file, and a receiver that lets in with one key alone.
struct Rotation {
    _dir: tempfile::TempDir,
    file: PathBuf,
    valid: Arc<Mutex<&'static str>>,
    posts: Posts,
}

impl Rotation {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key");
        fs::write(&file, KEY).unwrap();
        let valid = Arc::new(Mutex::new(KEY));
        let (posts, now_valid) = (Posts::start(), Arc::clone(&valid));
        posts.decide(move |post| {
            let key = key(post);
            let words = json!({"message": format!("no such key: {key}")});
            let is_valid = key == *now_valid.lock().unwrap();
            (!is_valid).then(|| Reply::json(401, &words))
        });
        Self {
            _dir: dir,
            file,
            valid,
            posts,
        }
    }

    async fn drain(&self, kind: Kind, outbox: &Outbox) -> rollcall::run::SinkReport {
        let secret = SecretRef::File(self.file.clone());
        let sink = sink_with_key_in(kind, &self.posts.url(), secret);
        let delivery = outbox.start(vec![("siem", sink)]);
        let drained = delivery.drain(Duration::from_secs(30)).await;
        drained.unwrap().remove(0)
    }
}

#[tokio::test]
async fn a_rotated_secret_is_read_again_and_the_same_batch_sent_at_once() {
    for kind in KINDS {
        let rotation = Rotation::new();
        fs::write(&rotation.file, NEW_KEY).unwrap();
        *rotation.valid.lock().unwrap() = NEW_KEY;
        let outbox = Outbox::new();
        fill(&outbox);
        // The sink still has the old one.
        let report = rotation.drain(kind, &outbox).await;
        assert_eq!(
            (report.waiting, report.forwarded.stopped),
            (0, None),
            "{kind:?}"
        );
        let requests = rotation.posts.requests();
        let keys: Vec<String> = requests.iter().map(key).collect();
        assert_eq!(keys, [KEY, NEW_KEY, NEW_KEY, NEW_KEY], "{kind:?}");
        assert_eq!(requests[0].events(), requests[1].events(), "{kind:?}");
    }
}

#[tokio::test]
async fn a_secret_that_is_the_same_or_refused_as_well_stops_the_sink_and_keeps_everything() {
    for kind in KINDS {
        for (rotated, requests) in [(KEY, 1), (NEW_KEY, 2)] {
            let rotation = Rotation::new();
            fs::write(&rotation.file, rotated).unwrap();
            *rotation.valid.lock().unwrap() = "another";
            let outbox = Outbox::new();
            fill(&outbox);
            let report = rotation.drain(kind, &outbox).await;
            assert_eq!(report.waiting, 6, "{kind:?}");
            assert!(report.forwarded.stopped.is_some(), "{kind:?}");
            assert_eq!(rotation.posts.requests().len(), requests, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn neither_the_old_nor_the_new_secret_is_logged_or_reported_when_both_are_refused() {
    let (log, _guard) = record();
    for kind in KINDS {
        let rotation = Rotation::new();
        fs::write(&rotation.file, NEW_KEY).unwrap();
        let words = json!({"message": format!("neither {KEY} nor {NEW_KEY}")});
        rotation
            .posts
            .script([Reply::json(401, &words), Reply::json(401, &words)]);
        let outbox = Outbox::new();
        fill(&outbox);
        let report = rotation.drain(kind, &outbox).await;
        let stopped = report.forwarded.stopped.unwrap();
        assert!(
            !stopped.contains(KEY) && !stopped.contains(NEW_KEY),
            "{stopped}"
        );
    }
    let log = log.text();
    assert!(log.contains("using the new ones"), "{log}");
    assert!(log.contains("neither ["), "{log}");
    assert!(!log.contains(KEY) && !log.contains(NEW_KEY), "{log}");
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_again_stays_as_it_was_and_that_is_logged_once() {
    let (log, _guard) = record();
    let rotation = Rotation::new();
    fs::remove_file(&rotation.file).unwrap();
    *rotation.valid.lock().unwrap() = "another";
    let outbox = Outbox::new();
    fill(&outbox);
    let report = rotation.drain(Kind::Intake, &outbox).await;
    assert!(report.forwarded.stopped.unwrap().contains("401"));
    let log = log.text();
    let warned: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warned.len(), 1, "{log}");
    let file = rotation.file.display().to_string();
    assert!(
        warned[0].contains("siem") && warned[0].contains(&file),
        "{log}"
    );
}
