//! `review`: two files of events, and what differs.

use serde_json::{Value, json};

use crate::support::agent::Agent;

/// Events of the demo's account before and after changes that a new version of the mapping might
/// make, with hostile text among them.
pub(super) fn agent() -> Agent {
    let agent = Agent::new();
    let mut events: Vec<Value> = mapped(&agent, "ocsf")
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect();
    agent.file("old.ndjson", &lines(&events));
    events.remove(0);
    for event in &mut events {
        event["time"] = json!(1);
        if event["user"]["type_id"] == 2 {
            event["user"]["type_id"] = json!(99);
        }
        if let Some(groups) = event["user"]["groups"].as_array_mut() {
            groups.retain(|group| group["name"] != "developers");
        }
    }
    events[3]["user"]["full_name"] = json!("</script><script>alert(1)</script>\u{202e}\u{1b}[31m");
    events[4]["user"]["email_addr"] = Value::Null;
    let mut hostile = events[5].clone();
    hostile["user"]["uid"] = json!("arn:aws:iam::111122223333:user/<img src=x onerror=alert(1)>");
    hostile["user"]["name"] = json!("<img src=x onerror=alert(1)>");
    events.push(hostile);
    agent.file("new.ndjson", &lines(&events))
}

/// Events about the demo's users.
fn mapped(agent: &Agent, dialect: &str) -> String {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/demo");
    let files = ["authorization-details.json", "credential-report.csv"];
    let [details, report] = files.map(|file| format!("{demo}/{file}"));
    let map = agent.args(["map", "--dialect", dialect, &details, &report]);
    map.run().expect_code(0).stdout
}

fn lines(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

#[test]
fn differences_are_told_by_field_over_all_users() {
    let agent = agent();
    let output = agent.args(["review", "old.ndjson", "new.ndjson"]).run();
    let text = output.expect_code(0).stdout;
    insta::assert_snapshot!("review", text);
}

#[test]
fn json_tells_the_same_whole() {
    let agent = agent().args(["review", "old.ndjson", "new.ndjson", "--output", "json"]);
    let output = agent.run().expect_code(0);
    let json: Value = serde_json::from_str(&output.stdout).expect("JSON");
    insta::assert_json_snapshot!("review_json", json);
}

#[test]
fn two_passes_over_the_same_users_differ_in_stamps_alone() {
    for dialect in ["ocsf", "sekoia"] {
        let agent = Agent::new();
        let agent = agent.file("old.ndjson", &mapped(&agent, dialect));
        let agent = agent.file("new.ndjson", &mapped(&agent, dialect));
        let review = agent.args(["review", "old.ndjson", "new.ndjson", "--exit-code"]);
        review.run().expect_code(0);
        let with_stamps = review.arg("--stamps").run();
        if dialect == "ocsf" {
            let text = with_stamps.expect_code(7).stdout;
            assert!(
                text.contains("\nmetadata.correlation_uid: 42 users\n"),
                "{text}"
            );
        }
    }
}

#[test]
fn code_7_says_that_something_differs_only_if_asked() {
    let agent = agent().args(["review", "old.ndjson"]);
    agent
        .args(["old.ndjson", "--exit-code"])
        .run()
        .expect_code(0);
    agent
        .args(["new.ndjson", "--exit-code"])
        .run()
        .expect_code(7);
    agent.args(["new.ndjson"]).run().expect_code(0);
}

#[test]
fn a_missing_file_and_a_line_that_is_no_event_are_usage_errors_that_name_them() {
    let agent = agent()
        .file("bad.ndjson", "{}\n")
        .args(["review", "old.ndjson"]);
    for (file, place) in [
        ("gone.ndjson", "gone.ndjson"),
        ("bad.ndjson", "bad.ndjson:1: "),
    ] {
        let output = agent.arg(file).run().expect_code(2);
        assert!(output.stderr.contains(place), "{}", output.stderr);
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn one_of_the_two_may_be_standard_input_and_lists_are_events_too() {
    let agent = agent();
    let old = std::fs::read_to_string(agent.home().join("old.ndjson")).expect("events");
    let list: Vec<Value> = old
        .lines()
        .map(|it| serde_json::from_str(it).expect("an event"))
        .collect();
    let agent = agent.file("list.json", &format!("{:#}", json!(list)));
    let review = agent.args(["review", "-", "list.json", "--exit-code"]);
    let piped = review.in_shell("exec \"$0\" \"$@\" < old.ndjson".to_owned());
    let said = piped.run().expect_code(0).stdout;
    assert_eq!(said, "42 users before, 42 after: 0 changed, 42 unchanged\n");
    let twice = agent.args(["review", "-", "-"]).run().expect_code(2);
    assert!(twice.stderr.contains("standard input"), "{}", twice.stderr);
}

#[test]
fn a_page_never_takes_the_place_of_what_it_is_made_from() {
    let agent = agent();
    let page = agent.home().join("new.ndjson");
    let before = std::fs::read(&page).expect("events");
    let output = agent
        .args([
            "review",
            "old.ndjson",
            "new.ndjson",
            "--html",
            "./new.ndjson",
        ])
        .run();
    let stderr = output.expect_code(2).stderr;
    assert!(stderr.contains("another name"), "{stderr}");
    assert_eq!(std::fs::read(&page).expect("events"), before);
}

#[test]
fn a_page_is_written_through_no_link_that_lay_beside_it_and_leaves_other_names_alone() {
    let agent = agent()
        .file("mine.txt", "mine")
        .file("page.html", "earlier");
    let home = agent.home();
    std::os::unix::fs::symlink("mine.txt", home.join("page.html.part")).expect("a link");
    std::fs::hard_link(home.join("page.html"), home.join("kept.html")).expect("a name");
    let args = ["review", "old.ndjson", "new.ndjson", "--html", "page.html"];
    agent.args(args).run().expect_code(0);
    let read = |name: &str| std::fs::read_to_string(home.join(name)).expect("a text");
    assert_eq!(
        (read("mine.txt"), read("kept.html")),
        ("mine".to_owned(), "earlier".to_owned())
    );
    assert!(
        read("page.html").starts_with("<!doctype html>"),
        "{:.20}",
        read("page.html")
    );
}

#[test]
fn two_dialects_are_told_instead_of_a_difference_in_every_field() {
    let agent = agent();
    let agent = agent.file("sekoia.ndjson", &mapped(&agent, "sekoia"));
    let output = agent.args(["review", "old.ndjson", "sekoia.ndjson"]).run();
    let stderr = output.expect_code(2).stderr;
    assert!(
        stderr.contains("old.ndjson holds events of dialect ocsf"),
        "{stderr}"
    );
    assert!(
        stderr.contains("sekoia.ndjson of dialect sekoia"),
        "{stderr}"
    );
    let old = std::fs::read_to_string(agent.home().join("old.ndjson")).expect("events");
    let sekoia = mapped(&agent, "sekoia");
    let halves = old.lines().take(20).chain(sekoia.lines().skip(20));
    let both: Vec<&str> = halves.collect();
    let agent = agent.file("both.ndjson", &both.join("\n"));
    for files in [["both.ndjson", "old.ndjson"], ["old.ndjson", "both.ndjson"]] {
        let [one, other] = files;
        let output = agent.args(["review", one, other]).run().expect_code(2);
        let why = "both.ndjson holds events of both dialects";
        assert!(output.stderr.contains(why), "{}", output.stderr);
    }
}

#[test]
fn what_gzip_packed_is_reviewed_and_validated_as_it_is() {
    let agent = agent();
    let packed = agent.in_shell("gzip -k old.ndjson".to_owned()).run();
    packed.expect_code(0);
    let args = ["review", "old.ndjson", "old.ndjson.gz", "--exit-code"];
    agent.args(args).run().expect_code(0);
    agent
        .args(["validate", "old.ndjson.gz"])
        .run()
        .expect_code(0);
}
