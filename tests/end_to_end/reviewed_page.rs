//! `review --html`: one page that needs nothing else, and in which no name runs.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::reviewed;
use crate::support::agent::Agent;
use crate::support::browser::chromium;

const PAGE_BYTES_MAX: usize = 2_000_000;
/// A large page takes long in a build without optimization, and on a machine that is busy.
const TIMEOUT: Duration = Duration::from_secs(240);

/// The page about what differs between two files of `agent`'s home.
fn page(agent: &Agent) -> String {
    page_with(agent, &[])
}

fn page_with(agent: &Agent, more: &[&str]) -> String {
    let files = ["review", "old.ndjson", "new.ndjson", "--html", "page.html"];
    let agent = more
        .iter()
        .fold(agent.args(files), |agent, it| agent.arg(it));
    agent.timeout(TIMEOUT).run().expect_code(0);
    std::fs::read_to_string(agent.home().join("page.html")).expect("the page")
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect(start);
    rest.split_once(end).expect(end).0
}

#[test]
fn page_has_what_it_needs_and_its_policy_lets_nothing_else_run() {
    let page = page(&reviewed::agent());
    let data = between(&page, "id=\"data\">", "</script>");
    let json: Value = serde_json::from_str(data).expect("the data");
    assert_eq!(json["files"], json!(["old.ndjson", "new.ndjson"]));
    assert!(!data.contains(['<', '>', '&', '\u{202e}', '\u{2028}', '\u{1b}']));
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for (start, end) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let hash = STANDARD.encode(Sha256::digest(between(&page, start, end)));
        assert!(policy.contains(&hash), "{start} in {policy}");
    }
    assert_eq!(page.matches("<script").count(), 2);
    let own = page.replace(data, "");
    for outside in ["src=", "http:", "https:", "url(", "@import", "innerHTML"] {
        assert!(!own.contains(outside), "{outside}");
    }
}

/// The page about a thousand users, whose events `change` changes, given their numbers.
fn page_of_a_thousand(change: impl Fn(&mut Value, usize)) -> String {
    let agent = reviewed::agent();
    let old = std::fs::read_to_string(agent.home().join("old.ndjson")).expect("events");
    let users: Vec<&str> = old.lines().collect();
    let (mut before, mut after) = (String::new(), String::new());
    for number in 0..1_000 {
        let line = users[number % users.len()];
        let event: Value = serde_json::from_str(line).expect("an event");
        let name = event["user"]["name"].as_str().expect("a name");
        // Who it is differs everywhere in the event.
        let line = line.replace(name, &format!("{name}-{number}"));
        let mut event: Value = serde_json::from_str(&line).expect("an event");
        event["user"]["uid"] = json!(format!("arn:aws:iam::111122223333:user/{name}-{number}"));
        event["user"]["uid_alt"] = json!(format!("AIDA{number:017}"));
        event["unmapped"]["aws_iam"]["tags"] = tags("before", number);
        before += &format!("{event}\n");
        change(&mut event, number);
        after += &format!("{event}\n");
    }
    page(&agent.file("old.ndjson", &before).file("new.ndjson", &after))
}

/// As many tags as a user may have, each with a value of its own.
fn tags(word: &str, user: usize) -> Value {
    let tag = |tag: usize| json!({"key": format!("cost:{tag:02}"), "value": format!("{word} {tag} of user {user}")});
    (0..50).map(tag).collect()
}

#[test]
fn page_of_a_thousand_changed_users_stays_small() {
    let page = page_of_a_thousand(|event, number| {
        event["user"]["type_id"] = json!(99);
        event["user"]["full_name"] = json!(format!("Changed {number}"));
    });
    assert!(page.len() < PAGE_BYTES_MAX, "{} bytes", page.len());
}

#[test]
fn page_of_a_thousand_users_whose_tags_all_changed_is_bounded_and_counts_what_it_leaves_out() {
    let page = page_of_a_thousand(|event, number| {
        event["unmapped"]["aws_iam"]["tags"] = tags("after", number);
        event["user"]["type_id"] = json!(99);
    });
    assert!(page.len() < PAGE_BYTES_MAX, "{} bytes", page.len());
    let data = between(&page, "id=\"data\">", "</script>");
    let data: Value = serde_json::from_str(data).expect("the data");
    let items = data["bounds"]["items"].as_u64().expect("a bound");
    let [type_id, tags] = [0, 1].map(|at| &data["fields"][at]);
    assert_eq!(
        (&type_id["users"], &type_id["left_out"]),
        (&json!(1_000), &json!(0))
    );
    assert_eq!(tags["field"], "unmapped.aws_iam.tags[].value");
    assert_eq!(tags["left_out"], json!(1_000 * (50 - items)));
    assert_eq!(tags["left_out_of"]["7"], json!(50 - items));
}

#[test]
fn source_is_beside_the_event_of_its_user() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/demo");
    let details = demo
        .join("authorization-details.json")
        .display()
        .to_string();
    let page = page_with(&reviewed::agent(), &["--source", &details]);
    let data = between(&page, "id=\"data\">", "</script>");
    let data: Value = serde_json::from_str(data).expect("the data");
    let users = data["users"].as_array().expect("users");
    let with = |name: &str| {
        let user = users.iter().find(|user| user["name"] == name);
        user.expect(name)["source"].is_number()
    };
    assert!(with("ben.whitfield") && !with("root_account"));
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn browser_shows_hostile_names_as_text_and_complains_of_nothing() {
    let Some(chromium) = chromium() else {
        eprintln!("skipped: no chromium in PATH or ROLLCALL_TEST_CHROMIUM");
        return;
    };
    let agent = reviewed::agent();
    page(&agent);
    let address = format!("file://{}", agent.home().join("page.html").display());
    let browser = Agent::of(chromium).args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        "--dump-dom",
        &address,
    ]);
    let output = browser.run().expect_code(0);
    let complaints = output.stderr.lines().filter(|it| it.contains("CONSOLE"));
    assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&str>::new());
    let (_, shown) = output.stdout.split_once("</head>").expect("a page");
    let (shown, _) = shown.split_once("id=\"data\"").expect("the data");
    assert!(shown.contains("17 of 17 users"), "{shown}");
    assert!(shown.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(shown.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
    // Once, as everywhere else.
    assert!(shown.contains(r"alert(1)&lt;/script&gt;\u{202e}\u{1b}[31m"));
    assert!(!shown.contains("<img") && !shown.contains("<script>alert"));
}
