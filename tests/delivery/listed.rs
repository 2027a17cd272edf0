//! What lists show of sinks with long names, on terminals of 60 and of 80 columns.

use rollcall::cli::OutputFormat;
use rollcall::config::OutboxLimits;
use rollcall::control::{Answers, Query, Request};
use rollcall::map::Dialect;
use rollcall::run::Receiver;
use rollcall::table::Width;
use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::fixture::{Outbox, Scripted, receiver, rejected, unauthorized};

const SINK: &str = "production-security-operations-center-europe-west";
const USER: &str = "a-service-account-with-a-name-of-sixty-four-characters-in-total-";

/// A rejected event about a user with a long name, another event that waits, and long reasons.
async fn outbox() -> Outbox {
    let outbox = Outbox::new();
    for user in ["ann", USER] {
        let arn = format!("arn:aws:iam::111122223333:user/{user}");
        let event = json!({"user": {"name": user, "uid": arn}});
        outbox.stage(SINK, &user[..3], &event.to_string());
    }
    let mut script = [(); 9].map(|()| rejected());
    script[8] = unauthorized();
    let first = Scripted::new(script).otherwise(rejected());
    let delivery = outbox.start(vec![(SINK, Box::new(first))]);
    let drained = delivery.drain(std::time::Duration::from_secs(3_600)).await;
    drop(drained.unwrap());
    let events = outbox.store.next_batch(
        &receiver(SINK),
        rollcall::store::BatchLimits {
            count: 9,
            bytes: usize::MAX,
        },
    );
    for event in events.unwrap().events {
        let why = format!(
            "it answered 400 Bad Request ({})",
            "no such field; ".repeat(9)
        );
        let now = time::OffsetDateTime::now_utc();
        outbox
            .store
            .dead_letter(&event.receipt(), &why, now)
            .unwrap();
    }
    outbox
}

#[tokio::test(start_paused = true)]
async fn lists_keep_to_the_terminals_width_and_break_no_word() {
    let outbox = outbox().await;
    let answers = Answers {
        store: outbox.store.clone(),
        receivers: vec![Receiver {
            sink: "siem".to_owned(),
            id: "siem@00000002".to_owned(),
            dialect: Dialect::Ocsf,
            outbox: OutboxLimits {
                events: 100,
                bytes: 1_000_000,
            },
        }],
        daemon: None,
    };
    for columns in [60, 80] {
        for query in [Query::ListLetters, Query::StateInfo, Query::Status] {
            let request = Request {
                query,
                output: OutputFormat::Table,
                width: Width::Terminal(columns),
            };
            let text = answers.answer(&request).unwrap().stdout;
            let text = text.as_str();
            for line in text.lines().filter(|it| !it.starts_with("directory ")) {
                let is_one_word = line.split_whitespace().count() <= 2;
                assert!(
                    line.width() <= usize::from(columns) || is_one_word,
                    "{columns}: {line:?} in\n{text}"
                );
            }
            assert!(text.contains(SINK), "{columns}:\n{text}");
            if request.query == Query::ListLetters {
                assert!(
                    text.contains("\nuser      ann\n") || text.contains(USER),
                    "{text}"
                );
            }
        }
    }
}
