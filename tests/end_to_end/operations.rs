//! What an operator asks the state: what changed, how things are, and whether it is whole.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use super::accounts::{Planted, plant};
use super::common::{self, sekoia_agent, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Fault, SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(20);

#[track_caller]
fn printed(agent: &Agent, args: &str) -> String {
    let agent = args
        .split(' ')
        .fold(agent.clone(), |agent, arg| agent.arg(arg));
    agent.run().expect_code(0).stdout
}

#[track_caller]
fn document(agent: &Agent, args: &str) -> Value {
    let text = printed(agent, &format!("{args} --output json"));
    serde_json::from_str(&text).expect("a JSON document")
}

fn join(planted: &Planted, user: &str, group: &str) {
    let join = planted.account.iam().add_user_to_group().user_name(user);
    block_on(join.group_name(group).send()).expect("in the group");
}

/// A user in no group, and three passes: it is created, and becomes an administrator.
fn newcomer_made_administrator() -> (Planted, Intake, Agent) {
    let planted = plant(4);
    let intake = Intake::start();
    let agent = sekoia_agent(&planted.account, &intake);
    printed(&agent, "collect");
    let create = planted.account.iam().create_user().user_name("newcomer");
    block_on(create.send()).expect("a user");
    printed(&agent, "collect");
    join(&planted, "newcomer", "administrators");
    printed(&agent, "collect");
    (planted, intake, agent)
}

#[test]
fn history_and_diff_show_what_happened_to_users_between_passes() {
    let (_planted, _intake, agent) = newcomer_made_administrator();
    let diff = printed(&agent, "diff");
    assert!(diff.contains("1 user\n  newcomer changed\n"), "{diff}");
    assert!(diff.contains("user.type    User -> Admin"), "{diff}");
    assert!(
        diff.contains("user.groups  none -> administrators"),
        "{diff}"
    );

    let passes = document(&agent, "history");
    let ids: Vec<&str> = passes.as_array().unwrap().iter().map(id).collect();
    assert_eq!(ids.len(), 3, "{passes}");
    let since_first = document(&agent, &format!("diff --from {}", ids[0]));
    let user = &since_first[0]["users"][0];
    assert_eq!(user["user_name"], "newcomer");
    assert_eq!(user["kind"], "appeared", "whatever happened to it since");
    // No pass is that old: it is counted from the first.
    let of_a_day = document(&agent, "diff --since 24h");
    assert_eq!(of_a_day[0]["users"], since_first[0]["users"]);
    let of_no_time = document(&agent, "diff --since 0s");
    assert_eq!(
        of_no_time[0]["users"][0]["kind"], "changed",
        "since the last but one"
    );
    let of_ages = document(&agent, "diff --since 300years");
    assert_eq!(of_ages[0]["users"], since_first[0]["users"]);

    let history = printed(&agent, "history newcomer");
    let kinds: Vec<_> = history
        .lines()
        .filter(|line| line.contains("newcomer"))
        .collect();
    assert!(kinds[0].ends_with("newcomer appeared"), "{history}");
    assert!(kinds[1].ends_with("newcomer changed"), "{history}");
    let nobody = agent.args(["history", "nobody"]).run().expect_code(7);
    assert!(
        nobody.stderr.contains("nothing is kept about user"),
        "{}",
        nobody.stderr
    );
}

fn id(pass: &Value) -> &str {
    pass["pass"]["id"].as_str().expect("a pass id")
}

#[test]
fn a_pass_without_news_is_no_line_of_the_history_once_another_follows() {
    let (_planted, _intake, agent) = newcomer_made_administrator();
    for _ in 0..3 {
        printed(&agent, "collect");
    }
    assert_eq!(document(&agent, "history").as_array().unwrap().len(), 4);
    assert!(printed(&agent, "diff").contains("nothing changed"));
}

#[test]
fn status_shows_accounts_and_sinks_and_those_that_are_configured_no_more() {
    let planted = plant(10);
    let intake = Intake::start();
    let agent = sekoia_agent(&planted.account, &intake);
    assert!(printed(&agent, "status").contains("no account has been passed over yet"));
    printed(&agent, "collect");
    let status = document(&agent, "status");
    let account = &status["accounts"][0];
    assert_eq!(account["id"], planted.account.id());
    let is_admin = |group: &String| ["administrators", "network", "platform"].contains(&&**group);
    let users = planted.users.values();
    let admins = users
        .filter(|user| user.groups.iter().any(is_admin))
        .count();
    assert_eq!(account["last_complete"]["tally"]["admins"], admins as u64);
    assert_eq!(account["last_complete"]["users"], 10);
    assert_eq!(account["last_incomplete"], Value::Null);
    assert_eq!(status["sinks"][0]["waiting"], 0);

    intake.otherwise(Some(Reply::status(503)));
    agent
        .args(["collect", "--full", "--drain-timeout", "1s"])
        .run()
        .expect_code(5);
    let config = sekoia_config(&intake, "").replace("type =", "name = \"renamed\"\ntype =");
    let status = printed(&agent.config(&config), "status");
    let rows: Vec<Vec<&str>> = status
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let row = |start: &[&str]| rows.iter().any(|row| row.starts_with(start));
    assert!(row(&["renamed", "0", "0", "0"]), "{status}");
    assert!(row(&["sekoia-asset", "10"]), "{status}");
    assert!(
        status.contains("sekoia-asset: not in the configuration any more"),
        "{status}"
    );
    let warned = agent.args(["collect", "--drain-timeout", "1s"]).run();
    assert!(
        warned
            .stderr
            .contains("a sink that is not configured any more"),
        "{}",
        warned.stderr
    );
}

#[test]
fn a_sink_that_was_renamed_is_told_of_with_what_waits_for_it_and_which_is_new() {
    let planted = plant(3);
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(503)));
    let agent = sekoia_agent(&planted.account, &intake);
    let collect = ["collect", "--drain-timeout", "1s"];
    agent.args(collect).run().expect_code(5);
    intake.otherwise(None);
    let renamed = sekoia_config(&intake, "").replace("type =", "name = \"assets\"\ntype =");
    let output = agent.config(&renamed).args(collect).run().expect_code(0);
    let told = output
        .stderr
        .lines()
        .find(|line| line.contains("not configured any more"));
    let told = told.expect("a warning");
    for part in ["sink=\"sekoia-asset\"", "events=3", "new=\"assets\""] {
        assert!(told.contains(part), "{told}");
    }
}

/// A port that is free at this moment.
fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

#[test]
fn status_is_asked_of_the_daemon_that_holds_the_state() {
    let planted = plant(4);
    let intake = Intake::start();
    let config = sekoia_config(&intake, "");
    let agent = sekoia_agent(&planted.account, &intake);
    let address = free_port();
    let agent = agent.config(&format!("[status]\nlisten = \"{address}\"\n{config}"));
    let running = agent.arg("run").spawn();
    let last = || document(&agent, "status")["accounts"][0]["last_complete"].clone();
    until(SOON, || !last().is_null());
    let status = document(&agent, "status");
    assert_eq!(status["daemon"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["accounts"][0]["last_complete"]["users"], 4);
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_second_daemon_is_told_of_the_state_that_is_held_and_not_of_the_address() {
    let planted = plant(1);
    let intake = Intake::start();
    let config = sekoia_config(&intake, "");
    let agent = sekoia_agent(&planted.account, &intake);
    let address = free_port();
    let agent = agent.config(&format!("[status]\nlisten = \"{address}\"\n{config}"));
    let running = agent.arg("run").spawn();
    until(SOON, || {
        !document(&agent, "status")["accounts"][0].is_null()
    });
    let second = agent.arg("run").run().expect_code(6);
    assert!(
        second.stderr.contains("holds the state directory"),
        "{}",
        second.stderr
    );
    assert!(!second.stderr.contains("in use"), "{}", second.stderr);
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_compacted_state_is_smaller_or_the_same_and_still_knows_what_was_sent() {
    let planted = plant(12);
    let intake = Intake::start();
    let agent = sekoia_agent(&planted.account, &intake);
    printed(&agent, "collect");
    let info = document(&agent, "state info");
    assert_eq!(info["trees"][0]["records"], 12, "{info}");
    assert!(printed(&agent, "state compact").contains("before"));
    let compacted = document(&agent, "state info");
    assert!(compacted["bytes"].as_u64() <= info["bytes"].as_u64());
    assert_eq!(compacted["trees"], info["trees"]);
    assert!(printed(&agent, "state verify").contains("all whole"));
    let posts = intake.posts().len();
    printed(&agent, "collect");
    assert_eq!(
        intake.posts().len(),
        posts,
        "an unchanged account was sent again"
    );
}

#[test]
fn an_interrupted_compaction_leaves_one_whole_store() {
    let planted = plant(6);
    let intake = Intake::start();
    let agent = sekoia_agent(&planted.account, &intake);
    printed(&agent, "collect");
    let dir = agent.state_home().join("rollcall");
    let (store, old, new) = (
        dir.join("store"),
        dir.join("store.old"),
        dir.join("store.new"),
    );
    std::fs::create_dir(&new).expect("half a copy");
    std::fs::write(new.join("db"), "half").expect("half a copy");
    printed(&agent, "collect");
    assert!(!new.exists());
    std::fs::rename(&store, &old).expect("killed between the renames");
    std::fs::create_dir(&new).expect("a copy");
    printed(&agent, "collect");
    assert!(store.exists() && !old.exists() && !new.exists());
    common::assert_each_once(&planted.users, &intake.events());
}

/// The store's record of the last complete pass of an account makes it pass.
#[test]
fn status_shows_the_last_quiet_complete_pass_after_an_incomplete_one() {
    let account = SimAccount::new("210000000001").user(SimUser::new("alice"));
    let sim = SimAws::start([account]);
    let agent = Agent::new()
        .aws(&sim.url())
        .env("AWS_ACCESS_KEY_ID", "210000000001");
    for _ in 0..3 {
        agent.arg("collect").run().expect_code(0);
    }
    let before = document(&agent, "status")["accounts"][0].clone();
    sim.inject(Fault::WrongCount(3).of("GetAccountSummary"));
    agent.arg("collect").run().expect_code(4);
    let after = document(&agent, "status")["accounts"][0].clone();
    assert_eq!(after["last_complete"], before["last_complete"]);
    assert_ne!(after["last_incomplete"], Value::Null);
}
