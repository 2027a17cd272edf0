//! What following needs: `policy`, `check` and `plan` know it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::agent::Agent;
use crate::support::moto::Account;
use crate::support::queue::Queue;
use crate::support::trail::{Faults, Trail};

const ENABLED: &str = "enabled = true";
const QUEUE: &str = "enabled = true\nrefresh = true\n\
    queue_url = \"https://sqs.us-east-1.amazonaws.com/111122223333/rollcall\"";

fn agent(audit: &str) -> Agent {
    let sink = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let audit_sink = if audit.is_empty() { "" } else { "audit = true" };
    Agent::new().config(&format!("[audit]\n{audit}\n{sink}{audit_sink}\n"))
}

fn statements(agent: &Agent, holder: &str) -> Vec<Value> {
    let output = agent.args(["policy", "--for", holder]).run().expect_code(0);
    let policy: Value = serde_json::from_str(&output.stdout).unwrap();
    policy["Statement"].as_array().unwrap().clone()
}

#[test]
fn the_policy_of_the_audit_log_is_the_least_that_it_needs() {
    let follows = json!({
        "Sid": "FollowCloudTrail", "Effect": "Allow",
        "Action": "cloudtrail:LookupEvents", "Resource": "*",
    });
    assert_eq!(
        statements(&agent(""), "audit"),
        std::slice::from_ref(&follows)
    );
    let queue = json!({
        "Sid": "ReadQueue", "Effect": "Allow",
        "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "Resource": "arn:aws:sqs:us-east-1:111122223333:rollcall",
    });
    let of_queue = statements(&agent(QUEUE), "audit");
    assert_eq!(of_queue.len(), 3, "{of_queue:?}");
    assert_eq!((&of_queue[0], &of_queue[2]), (&follows, &queue));
    let changed = of_queue[1]["Action"].as_array().unwrap();
    assert_eq!(
        (&of_queue[1]["Sid"], changed.len()),
        (&json!("ReadChanged"), 12)
    );
    assert!(changed.contains(&json!("iam:GetUser")), "{changed:?}");
    assert!(statements(&agent(QUEUE), "accounts").contains(&of_queue[1]));
    assert!(statements(&agent(ENABLED), "accounts").contains(&follows));
    assert!(!statements(&agent(""), "accounts").contains(&follows));
}

#[test]
fn check_and_plan_try_every_region_and_name_what_is_denied() {
    let trail = Trail::start(Faults::default());
    let agent = agent(ENABLED)
        .account(&Account::new())
        .env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url())
        .timeout(Duration::from_secs(60));
    let plan = agent.arg("plan").run().expect_code(0);
    assert!(
        plan.stdout.contains("CloudTrail in us-east-1, us-east-2"),
        "{}",
        plan.stdout
    );
    let line = |output: &str| {
        let mut lines = output.lines();
        lines
            .find(|line| line.contains("LookupEvents"))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(line(&agent.arg("check").run().stdout).starts_with("ok"));
    trail.deny("us-east-2");
    let check = agent.arg("check").run();
    assert!(
        line(&check.stdout).starts_with("missing"),
        "{}",
        check.stdout
    );
    let plan = agent.arg("plan").run().expect_code(0);
    let denied = "the audit log: cloudtrail:LookupEvents is denied";
    assert!(plan.stdout.contains(denied), "{}", plan.stdout);
}

#[test]
fn check_and_plan_try_the_queue() {
    let (account, trail) = (Account::new(), Trail::start(Faults::default()));
    let queue = Queue::new(&account);
    let asked = |url: &str, question: &str| {
        let audit = format!("{ENABLED}\nrefresh = true\nqueue_url = \"{url}\"");
        agent(&audit)
            .account(&account)
            .env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url())
            .timeout(Duration::from_secs(60))
            .arg(question)
            .run()
    };
    let line = |output: &str| {
        let mut lines = output.lines();
        let line = lines.find(|line| line.contains(" queue "));
        line.unwrap_or_default().to_owned()
    };
    let check = asked(queue.url(), "check");
    assert!(line(&check.stdout).starts_with("ok"), "{}", check.stdout);
    asked(queue.url(), "plan").expect_code(0);
    let nowhere = format!("{}-nowhere", queue.url());
    let check = asked(&nowhere, "check");
    assert!(
        line(&check.stdout).starts_with("failed"),
        "{}",
        check.stdout
    );
    let plan = asked(&nowhere, "plan").expect_code(4);
    let why = "the queue of the audit log cannot be read";
    assert!(plan.stderr.contains(why), "{}", plan.stderr);
}
