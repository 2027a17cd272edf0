//! Which users a list has, in which order, and which of their fields; and what was recorded about one.

use serde_json::{Value, json};

use super::{SMALL, agent, ask};
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::queue::record;
use crate::support::seed::{Mfa, Seed};
use crate::support::trail::{Faults, Trail};

/// The answer to `question` about the small account, line by line.
fn lines(question: &str) -> Vec<Value> {
    let question = format!("{question} --output ndjson");
    let answer = ask(&agent(&SMALL), &question).expect_code(0);
    let line = |line: &str| serde_json::from_str(line).unwrap();
    answer.stdout.lines().map(line).collect()
}

#[test]
fn users_come_in_the_order_and_number_and_with_the_fields_that_are_asked_for() {
    let named = |users: Vec<Value>| -> Vec<String> {
        let name = |user: &Value| user["name"].as_str().unwrap().to_owned();
        users.iter().map(name).collect()
    };
    let last = lines("users list --sort name:desc --limit 2");
    assert_eq!(named(last), ["bob", "Anna"]);
    let used = lines("users list --sort last_used:desc --limit 1 --fields name,mfa");
    let fields: Vec<&String> = used[0].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["mfa", "name", "unknown"], "{used:?}");
    assert!(lines("users list --created-since 2999-01-01").is_empty());
    assert_eq!(
        lines("users list --created-since 1d --name bob").len(),
        1,
        "created just now"
    );
    let csv = ask(
        &agent(&SMALL),
        "users list --name anna --fields mfa,user --output csv",
    );
    let csv = csv.expect_code(0).stdout;
    assert_eq!(csv.lines().next(), Some("mfa,user,unknown,as_last_known"));
    assert!(csv.lines().nth(1).unwrap().starts_with("no,Anna,"), "{csv}");
    let table = ask(
        &agent(&SMALL),
        "users list --name anna --fields user,can_do",
    );
    let table = table.expect_code(0).stdout;
    let words: Vec<&str> = table.split_whitespace().collect();
    assert_eq!(words, ["user", "can_do", "Anna", "admin"]);
}

#[test]
fn what_makes_no_sense_together_is_refused_and_says_what_to_give() {
    for (question, says) in [
        ("users list --deleted", "--stored"),
        ("users list --fields nonsense", "the columns are"),
        ("users list --fields can_do --output json", "the fields are"),
        ("users list --fields name --output ocsf", "--output json"),
        (
            "users list --deleted --stored --output ocsf",
            "--output json",
        ),
        ("users list --sort age", "last_used"),
        ("users list --limit 0", "--limit"),
        (
            "users get anna --activity 7d --stored",
            "leave one of them out",
        ),
        ("users get anna --activity 7d --output csv", "ndjson"),
        ("users get anna --activity 400d", "--activity 90d"),
    ] {
        let refused = ask(&agent(&SMALL), question).expect_code(2);
        assert!(
            refused.stderr.contains(says),
            "{question}: {}",
            refused.stderr
        );
        assert_eq!(refused.stdout, "", "{question}");
    }
}

#[test]
fn deleted_users_are_listed_as_last_known_with_the_time_of_their_deletion() {
    let account = Account::new();
    let seed = Seed::new().user("ann", &[], Mfa::None);
    seed.user("bob", &[], Mfa::None).plant(&account);
    let sink = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let agent = agent(&account).config(sink);
    ask(&agent, "collect").expect_code(0);
    block_on(account.iam().delete_user().user_name("bob").send()).unwrap();
    ask(&agent, "collect").expect_code(0);
    let list = |question: &str| {
        let answer = ask(&agent, &format!("{question} --stored --output json"));
        let answer: Value = serde_json::from_str(&answer.expect_code(0).stdout).unwrap();
        answer["users"].as_array().unwrap().clone()
    };
    let deleted = list("users list --deleted");
    assert_eq!(deleted.len(), 1, "{deleted:?}");
    assert_eq!(deleted[0]["name"], "bob");
    assert!(deleted[0]["deleted_at"].is_string(), "{deleted:?}");
    assert!(list("users list").iter().all(|it| it["name"] != "bob"));
    let table = ask(&agent, "users list --deleted --stored").expect_code(0);
    assert!(table.stdout.contains("deleted_at"), "{}", table.stdout);
}

#[test]
fn the_activity_about_a_user_is_shown_beside_it() {
    let trail = Trail::start(Faults::default());
    let small = agent(&SMALL).env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url());
    for name in ["Anna", "bob"] {
        let tagged = record(SMALL.id(), "TagUser", &json!({"userName": name}));
        trail.add_record("us-east-1", tagged, std::time::Duration::ZERO);
    }
    let of = |format: &str| {
        let question = format!("users get anna --activity 7d --output {format}");
        ask(&small, &question).expect_code(0).stdout
    };
    let answer: Value = serde_json::from_str(&of("json")).unwrap();
    let activity = answer["users"][0]["activity"].as_array().unwrap();
    assert_eq!(activity.len(), 1, "{activity:?}");
    assert_eq!(activity[0]["api"]["operation"], "TagUser");
    assert!(of("table").contains("TagUser"));
    assert_eq!(of("ocsf").lines().count(), 2);
    trail.deny("us-east-2");
    let partial = ask(&small, "users get anna --activity 7d").expect_code(4);
    assert!(partial.stdout.contains("TagUser"), "{}", partial.stdout);
    assert!(partial.stderr.contains("activity is not known there"));
    // What could not be read is never an empty list.
    let of_nobody = "users get =cmd@x --activity 7d --output";
    let unknown = ask(&small, &format!("{of_nobody} table")).expect_code(4);
    assert!(
        unknown.stdout.contains("activity is not known"),
        "{}",
        unknown.stdout
    );
    let unknown = ask(&small, &format!("{of_nobody} json")).expect_code(4);
    let answer: Value = serde_json::from_str(&unknown.stdout).unwrap();
    let user = &answer["users"][0];
    assert!(user.get("activity").is_none() && user["unknown"]["activity"].is_string());
}
