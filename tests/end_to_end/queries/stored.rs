//! `--stored`: answers from the last complete pass, without credentials and with their age.

use serde_json::Value;

use super::{SMALL, agent, ask, steady};
use crate::support::agent::Agent;

const SINK: &str = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

/// The state of a pass over the small account, and an agent without credentials.
fn collected() -> Agent {
    let first = agent(&SMALL).config(SINK);
    ask(&first, "collect").expect_code(0);
    // An endpoint that nobody listens at.
    first.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
}

#[test]
fn the_last_pass_answers_with_its_age_in_the_heading() {
    let agent = collected();
    let questions = [
        "users list",
        "users get anna",
        "groups list",
        "groups members ops",
    ];
    let answers = questions.map(|question| {
        let answer = ask(&agent, &format!("{question} --stored")).expect_code(0);
        format!("$ rollcall {question} --stored\n{}\n", answer.stdout)
    });
    insta::assert_snapshot!("stored", steady(&answers.concat(), &SMALL));
}

#[test]
fn a_stored_answer_names_its_source_and_age_and_the_same_users_as_a_live_one() {
    let stored = ask(&collected(), "users list --stored --output json").expect_code(0);
    let stored: Value = serde_json::from_str(&stored.stdout).unwrap();
    assert_eq!(stored["source"], "stored");
    assert!(stored["accounts"][0]["age_seconds"].as_u64().unwrap() < 60);
    let live = ask(&agent(&SMALL), "users list --output json").expect_code(0);
    let live: Value = serde_json::from_str(&live.stdout).unwrap();
    for (stored, live) in [(&stored, &live)] {
        let users = |answer: &Value| answer["users"].as_array().unwrap().clone();
        for (stored, live) in users(stored).iter().zip(users(live)) {
            for fact in ["id", "mfa", "groups", "privilege", "console_access", "tags"] {
                assert_eq!(stored[fact], live[fact], "{fact} of {}", stored["name"]);
            }
        }
    }
}

#[test]
fn whether_there_is_a_group_without_members_is_unknown_to_the_state() {
    for question in ["groups get empty", "groups members empty"] {
        let answer = ask(&collected(), &format!("{question} --stored")).expect_code(4);
        assert_eq!(answer.stdout, "");
        assert!(
            answer.stderr.contains("is unknown; ask without --stored"),
            "{}",
            answer.stderr
        );
    }
}

#[test]
fn without_a_complete_pass_there_is_no_stored_answer() {
    let agent = Agent::new().config(SINK);
    let answer = ask(&agent, "users list --stored").expect_code(6);
    assert!(
        answer.stderr.contains("no complete pass is kept"),
        "{}",
        answer.stderr
    );
    let other = ask(&collected(), "groups list --stored --account 999988887777");
    let other = other.expect_code(6);
    assert!(other.stderr.contains("999988887777"), "{}", other.stderr);
    ask(&collected(), "users get nobody --stored").expect_code(7);
}
