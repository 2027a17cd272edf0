//! Answers in every format, as a reader sees them.

use rollcall::map::Dialect;
use rollcall::validate::Rules;
use serde_json::Value;

use super::{SMALL, agent, ask, steady};
use crate::end_to_end::common;

/// Every question about the small account, and its answers in a format.
fn answers(format: &str) -> String {
    let questions = [
        "users list",
        "users get anna",
        "groups list",
        "groups get ops",
        "groups members ops",
    ];
    let answers = questions.map(|question| {
        let answer = ask(&agent(&SMALL), &format!("{question} --output {format}"));
        let answer = answer.expect_code(0);
        format!("$ rollcall {question}\n{}\n", answer.stdout)
    });
    steady(&answers.concat(), &SMALL)
}

#[test]
fn answers_are_tables_for_people() {
    insta::assert_snapshot!("tables", answers("table"));
}

#[test]
fn answers_are_one_json_object_that_names_what_is_unknown() {
    insta::assert_snapshot!("json", answers("json"));
}

#[test]
fn answers_are_csv_without_a_formula() {
    let answers = answers("csv");
    assert!(answers.contains(",'=cmd@x,"), "{answers}");
    insta::assert_snapshot!("csv", answers);
}

#[test]
fn each_line_of_ndjson_is_what_the_json_object_lists() {
    let of = |question: &str, format: &str| {
        let question = format!("{question} --output {format}");
        ask(&agent(&SMALL), &question).expect_code(0).stdout
    };
    for (question, key) in [("users list", "users"), ("groups list", "groups")] {
        let object: Value = serde_json::from_str(&of(question, "json")).unwrap();
        let lines = of(question, "ndjson");
        let lines: Vec<Value> = lines
            .lines()
            .map(|it| serde_json::from_str(it).unwrap())
            .collect();
        assert_eq!(object[key], Value::from(lines));
        assert_eq!(object["source"], "live");
    }
}

#[test]
fn ocsf_answers_are_strictly_valid_events_of_users_and_of_groups() {
    for question in ["users list", "users get Anna", "groups members ops"] {
        let answer = ask(&agent(&SMALL), &format!("{question} --output ocsf"));
        let events = common::valid_lines(Dialect::Ocsf, &answer.expect_code(0).stdout);
        assert!(!events.is_empty() && events.iter().all(|it| it["class_uid"] == 5003));
        let passes = events.iter().map(|it| &it["metadata"]["correlation_uid"]);
        assert_eq!(passes.collect::<std::collections::HashSet<_>>().len(), 1);
    }
    for question in ["groups list", "groups get OPS"] {
        let answer = ask(&agent(&SMALL), &format!("{question} --output ocsf"));
        let answer = answer.expect_code(0);
        for line in answer.stdout.lines() {
            let problems = Rules::of(Dialect::Ocsf).check(line);
            assert!(problems.is_empty(), "{problems:#?} in {line}");
            let event: Value = serde_json::from_str(line).unwrap();
            assert_eq!(
                (&event["class_uid"], &event["activity_id"]),
                (&3004.into(), &2.into())
            );
        }
    }
}
