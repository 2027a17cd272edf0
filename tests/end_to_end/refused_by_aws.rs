//! AWS that refuses, throttles, or no longer knows a user.

use std::sync::atomic::{AtomicU32, Ordering};

use super::accounts::{self, SMALL};
use super::common::{self, API_KEY, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, Call, aws_error};
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::running::Output;

#[test]
fn denied_list_users_ends_with_3_and_names_the_permission() {
    let (output, intake) =
        collect(|call| (call.action() == "ListUsers").then(|| aws_error(403, "AccessDenied")));
    let output = output.expect_code(3);
    assert!(
        output.stderr.contains("allow iam:ListUsers to the caller"),
        "{}",
        output.stderr
    );
    assert!(intake.requests().is_empty());
}

#[test]
fn invalid_credentials_end_with_3_and_a_remedy() {
    let (output, intake) = collect(|_| Some(aws_error(403, "InvalidClientTokenId")));
    let output = output.expect_code(3);
    assert!(
        output.stderr.contains("check the credentials"),
        "{}",
        output.stderr
    );
    assert!(intake.requests().is_empty());
}

#[test]
fn user_that_vanishes_is_left_out_and_is_no_error() {
    let gone = SMALL.users.keys().nth(7).expect("a user");
    let (output, intake) = collect(move |call| {
        let is_gone =
            call.action() == "ListGroupsForUser" && call.parameter("UserName") == Some(gone);
        is_gone.then(|| aws_error(404, "NoSuchEntity"))
    });
    let output = output.expect_code(0);
    assert!(
        output.stderr.contains("29 (1 deleted meanwhile)"),
        "{}",
        output.stderr
    );
    let mut others = SMALL.users.clone();
    others.remove(gone);
    common::assert_each_once(&others, &intake.events());
}

#[test]
fn throttling_now_and_then_costs_time_and_nothing_else() {
    let count = AtomicU32::new(0);
    let (output, intake) = collect(move |_| {
        let is_unlucky = count.fetch_add(1, Ordering::Relaxed) % 9 == 8;
        is_unlucky.then(|| aws_error(400, "Throttling"))
    });
    let output = output.expect_code(0);
    let mut lines = output.stderr.lines();
    let line = lines.find(|line| line.starts_with("unknown facts"));
    assert!(
        line.is_some_and(|line| line.ends_with(" none")),
        "{}",
        output.stderr
    );
    common::assert_each_once(&SMALL.users, &intake.events());
    for event in intake.events() {
        let name = event["user"]["name"].as_str().expect("a name");
        accounts::assert_event_has(&SMALL.users[name], &event);
    }
}

#[test]
fn a_limit_on_making_reports_is_throttling_and_not_the_end_of_the_report() {
    let count = AtomicU32::new(0);
    let proxy = AwsProxy::start(&SMALL.account, move |call| {
        let is_first = call.action() == "GenerateCredentialReport"
            && count.fetch_add(1, Ordering::Relaxed) == 0;
        is_first.then(|| aws_error(409, "LimitExceeded"))
    });
    let sink = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let agent = Agent::new()
        .config(sink)
        .account(&SMALL.account)
        .env("AWS_ENDPOINT_URL", &proxy.url());
    let output = agent.arg("collect").run().expect_code(0);
    let mut lines = output.stderr.lines();
    let row = lines.find(|line| line.starts_with("passwords, keys"));
    assert!(
        row.is_some_and(|row| row.ends_with("from the credential report")),
        "{}",
        output.stderr
    );
}

/// One `collect` of the small account through a proxy with `rule`.
fn collect(rule: impl Fn(&Call) -> Option<Reply> + Send + Sync + 'static) -> (Output, Intake) {
    let proxy = AwsProxy::start(&SMALL.account, rule);
    let intake = Intake::start();
    let agent = Agent::new()
        .config(&sekoia_config(&intake, ""))
        .account(&SMALL.account)
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .env("SEKOIA_API_KEY", API_KEY);
    (agent.arg("collect").run(), intake)
}

/// moto dates every report 2015.
#[test]
fn a_report_that_cannot_be_made_anew_is_the_one_that_there_is_and_its_age_is_told() {
    let count = AtomicU32::new(0);
    let proxy = AwsProxy::start(&SMALL.account, move |call| {
        let is_refused = call.action() == "GenerateCredentialReport"
            && count.fetch_add(1, Ordering::Relaxed) > 0;
        is_refused.then(|| aws_error(409, "LimitExceeded"))
    });
    let sink = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let agent = Agent::new()
        .config(sink)
        .account(&SMALL.account)
        .env("AWS_ENDPOINT_URL", &proxy.url());
    agent.arg("collect").run().expect_code(0);
    let before = proxy.count("GenerateCredentialReport");
    let output = agent.arg("collect").run().expect_code(0);
    assert_eq!(proxy.count("GenerateCredentialReport") - before, 3);
    for says in [
        "no new credential report; taking the one that there is",
        "days old, and so are its facts",
    ] {
        assert!(output.stderr.contains(says), "{}", output.stderr);
    }
    let mut lines = output.stderr.lines();
    let row = lines.find(|line| line.starts_with("passwords, keys"));
    assert!(
        row.is_some_and(|row| row.ends_with("from the credential report")),
        "{}",
        output.stderr
    );
}
