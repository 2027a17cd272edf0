//! `run`: passes repeat, never overlap, and back off when they fail.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::accounts::{SMALL, plant};
use super::common::{self, API_KEY, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, Call, aws_error};
use crate::support::block_on;
use crate::support::http::Server;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::running::Running;

const SOON: Duration = Duration::from_secs(20);
const HASTY: &str = "[schedule]\nevery = \"10ms\"\n";

#[test]
fn passes_repeat_without_overlap_and_bring_a_user_created_meanwhile() {
    let planted = plant(12);
    let proxy = AwsProxy::transparent(&planted.account);
    let intake = Intake::start();
    let agent = Agent::new()
        .config(&sekoia_config(&intake, HASTY))
        .account(&planted.account)
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .env("SEKOIA_API_KEY", API_KEY);
    let running = agent.arg("run").spawn();
    until(SOON, || proxy.count("GetCallerIdentity") >= 3);
    let create = planted.account.iam().create_user().user_name("newcomer");
    block_on(create.send()).unwrap();
    until(SOON, || intake.users().len() == 13);
    end(running);

    let names = common::names(&intake.events());
    assert!(
        names.len() == 13 && names.values().all(|&count| count == 1),
        "{names:?}"
    );
    let calls = proxy.calls();
    let mut passes: Vec<_> = calls
        .split(|call| call.action() == "GetCallerIdentity")
        .collect();
    assert!(
        passes.remove(0).is_empty(),
        "a pass begins with the account"
    );
    passes.pop();
    for pass in passes {
        let count = |action| {
            pass.iter()
                .filter(|call: &&Call| call.action() == action)
                .count()
        };
        let users = count("ListMFADevices");
        assert_eq!(count("ListUsers"), 1, "{pass:?}");
        assert!(
            [12, 13].contains(&users) && count("ListGroupsForUser") == users,
            "{pass:?}"
        );
    }
}

#[test]
fn refused_pass_is_not_retried_at_once() {
    let proxy = AwsProxy::start(&SMALL.account, |_| {
        Some(aws_error(403, "InvalidClientTokenId"))
    });
    let agent = Agent::new()
        .config(HASTY)
        .account(&SMALL.account)
        .env("AWS_ENDPOINT_URL", &proxy.url());
    let running = agent.args(["--log-format", "json", "run"]).spawn();
    until(SOON, || proxy.calls().len() == 1);
    std::thread::sleep(Duration::from_secs(2));
    let stderr = end(running);
    assert_eq!(proxy.calls().len(), 1, "{stderr}");
    let waits = stderr.lines().filter_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON logs");
        line["wait_ms"].as_u64()
    });
    let waits: Vec<_> = waits.collect();
    assert!(matches!(waits[..], [22_500..=30_000]), "{waits:?}");
}

#[test]
fn unreachable_aws_is_asked_a_few_times_and_the_daemon_lives_on() {
    let attempts = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&attempts);
    let aws = Server::start(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        ready(Reply::cut())
    });
    let agent = Agent::new().config(HASTY).aws(&aws.url());
    let running = agent.arg("run").spawn();
    until(SOON, || attempts.load(Ordering::Relaxed) > 0);
    std::thread::sleep(Duration::from_millis(3_500));
    let stderr = end(running);
    let attempts = attempts.load(Ordering::Relaxed);
    assert!((2..=4).contains(&attempts), "{attempts} attempts\n{stderr}");
    assert!(stderr.lines().count() < 10, "{stderr}");
}

/// Ends a daemon that is still there to take the signal; its log.
#[track_caller]
fn end(mut running: Running) -> String {
    running.signal(Signal::SIGTERM);
    running.wait_for("SIGTERM", SOON);
    running.wait(SOON).expect_code(0).stderr
}
