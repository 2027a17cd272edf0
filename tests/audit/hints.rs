//! Nothing that a record hints at is lost: not by calls that fail, not by a kill, not by another account.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use super::refresh::{PATIENCE, events, wait};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::intake_posts::Posts;
use crate::support::moto::Account;
use crate::support::queue::{Queue, record};
use crate::support::running::Running;
use crate::support::seed::{Mfa, Seed};
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser};
use crate::support::trail::{Faults, Trail};

const SECOND: Duration = Duration::from_secs(1);
const FIRST_PASS: &str = "waiting for the next pass";
const PASS: &str = "collecting users";

fn config(audit: &str, posts: &Posts) -> String {
    format!(
        "[schedule]\nevery = \"1h\"\non_start = true\n[audit]\nrefresh = true\n{audit}\n\
         [[sinks]]\ntype = \"http\"\nname = \"siem\"\nurl = \"{}\"\n",
        posts.url()
    )
}

/// From the next start on, no pass begins by itself.
fn without_a_pass_on_start(agent: &Agent) {
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    agent.config(&config.replace("on_start = true", "on_start = false"));
}

/// An account in a simulation, whose queue is in moto and whose records are in `trail`.
fn agent(sim: &SimAws, account: &Account, trail: Option<&Trail>, config: &str) -> Agent {
    let agent = Agent::new()
        .account(account)
        .config(config)
        .aws(&sim.url())
        .env("AWS_ACCESS_KEY_ID", account.access_key_id())
        .env("AWS_ENDPOINT_URL_SQS", account.url())
        .arg("run");
    match trail {
        Some(trail) => agent.env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url()),
        None => agent,
    }
}

fn started(agent: &Agent, posts: &Posts, name: &str) -> Running {
    let mut running = agent.spawn();
    running.wait_for(FIRST_PASS, PATIENCE);
    wait(&running, || events(posts, name).len() == 1);
    running
}

/// An agent that reads `queue`; after its first pass, ann was given everything. The ARN is that of the
/// policy.
fn attached_behind_a_pass(
    account: &Account,
    posts: &Posts,
    queue: &Queue,
) -> (Agent, Running, String) {
    let seed = Seed::new().full_access("everything");
    seed.user("ann", &[], Mfa::None).plant(account);
    let config = config(&format!("queue_url = \"{}\"", queue.url()), posts);
    let agent = Agent::new().account(account).config(&config).arg("run");
    let running = started(&agent, posts, "ann");
    let arn = format!("arn:aws:iam::{}:policy/everything", account.id());
    let attach = account.iam().attach_user_policy().user_name("ann");
    block_on(attach.policy_arn(&arn).send()).unwrap();
    (agent, running, arn)
}

fn tag(sim: &SimAws, account: &str, name: &str) {
    sim.change(account, |it| {
        let user = it.users.get_mut(name).unwrap();
        user.tags.insert("changed".to_owned(), "yes".to_owned());
    });
}

fn end(running: Running) {
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
}

#[test]
fn a_user_who_may_have_another_name_by_now_is_not_told_as_deleted() {
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let sim = SimAws::start([SimAccount::new(account.id())
        .user(SimUser::new("ann"))
        .user(SimUser::new("bob"))]);
    let config = config(&format!("queue_url = \"{}\"", queue.url()), &posts);
    let running = started(&agent(&sim, &account, None, &config), &posts, "bob");
    sim.change(account.id(), |it| it.rename_user("bob", "robert"));
    sim.inject(Fault::Denied(Denial::NothingAllows).of("ListUsers"));
    queue.record("DeleteUser", &json!({"userName": "bob"}));
    // The pass decides.
    wait(&running, || running.log().matches(PASS).count() == 2);
    wait(&running, || running.log().matches(FIRST_PASS).count() >= 2);
    std::thread::sleep(SECOND * 2);
    let told = events(&posts, "bob");
    assert_eq!(told.len(), 1, "{told:?}\n{}", running.log());
    end(running);
}

#[test]
fn who_cannot_be_read_is_tried_again_and_holds_up_nobody() {
    let (account, posts) = (Account::new(), Posts::start());
    let trail = Trail::start(Faults::default());
    let sim = SimAws::start([SimAccount::new(account.id())
        .user(SimUser::new("ann"))
        .user(SimUser::new("bob"))]);
    let config = config("enabled = true", &posts);
    let running = started(&agent(&sim, &account, Some(&trail), &config), &posts, "bob");
    sim.inject(Fault::Says("not now").of("GetUser").about("ann").times(2));
    for name in ["ann", "bob"] {
        tag(&sim, account.id(), name);
        let tagged = record(account.id(), "TagUser", &json!({"userName": name}));
        trail.add_record("us-east-1", tagged, Duration::ZERO);
    }
    let took = wait(&running, || events(&posts, "bob").len() == 2);
    assert!(took < SECOND * 15, "{took:?}");
    wait(&running, || events(&posts, "ann").len() == 2);
    assert_eq!(running.log().matches(PASS).count(), 1, "{}", running.log());
    end(running);
}

#[test]
fn a_user_whose_record_was_taken_is_told_after_a_kill() {
    let (account, posts) = (Account::new(), Posts::start());
    let trail = Trail::start(Faults::default());
    let sim = SimAws::start([SimAccount::new(account.id()).user(SimUser::new("ann"))]);
    let agent = agent(
        &sim,
        &account,
        Some(&trail),
        &config("enabled = true", &posts),
    );
    let running = started(&agent, &posts, "ann");
    sim.delay(Some("GetUser"), SECOND * 30);
    tag(&sim, account.id(), "ann");
    let tagged = record(account.id(), "TagUser", &json!({"userName": "ann"}));
    trail.add_record("us-east-1", tagged, Duration::ZERO);
    wait(&running, || sim.calls().contains_key("GetUser"));
    // Far later than the record was taken.
    std::thread::sleep(SECOND);
    running.signal(Signal::SIGKILL);
    running.wait(PATIENCE);
    sim.delay(Some("GetUser"), Duration::ZERO);
    without_a_pass_on_start(&agent);
    let running = agent.spawn();
    let took = wait(&running, || events(&posts, "ann").len() == 2);
    assert!(took < SECOND * 15, "{took:?}");
    assert!(!running.log().contains(PASS), "{}", running.log());
    end(running);
}

#[test]
fn a_pass_that_was_asked_for_is_made_after_a_kill() {
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let (agent, running, arn) = attached_behind_a_pass(&account, &posts, &queue);
    // A pass alone is asked for, half a minute later.
    queue.record("CreatePolicyVersion", &json!({"policyArn": arn}));
    wait(&running, || queue.len() == 0);
    running.signal(Signal::SIGKILL);
    running.wait(PATIENCE);
    without_a_pass_on_start(&agent);
    let running = agent.spawn();
    wait(&running, || events(&posts, "ann").len() == 2);
    assert_eq!(running.log().matches(PASS).count(), 1, "{}", running.log());
    end(running);
    // It is made once.
    let mut running = agent.spawn();
    running.wait_for(FIRST_PASS, PATIENCE);
    std::thread::sleep(SECOND * 2);
    let waits: Vec<String> = running.log().lines().map(str::to_owned).collect();
    let wait_ms = waits.iter().find_map(|line| line.split_once("wait_ms="));
    let wait_ms: String = wait_ms
        .unwrap()
        .1
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    assert!(
        wait_ms.parse::<u64>().unwrap() > 60_000,
        "{}",
        running.log()
    );
    end(running);
}

#[test]
fn a_message_behind_a_long_pass_is_heeded_however_often_it_was_received() {
    let (account, posts) = (Account::new(), Posts::start());
    let (queue, proxy) = (Queue::new(&account), AwsProxy::hurrying(&account));
    let mut ann = SimUser::new("ann");
    let serial = format!("arn:aws:iam::{}:mfa/ann", account.id());
    let since = time::macros::datetime!(2026-01-02 03:04:05 UTC);
    ann.mfa.insert(serial, since);
    let sim = SimAws::start([SimAccount::new(account.id()).user(ann)]);
    // MFA is read before this answers.
    sim.delay(Some("GetAccountAuthorizationDetails"), SECOND * 12);
    sim.inject(Fault::Says("not now").of("GetUser").times(1));
    let config = config(&format!("queue_url = \"{}\"", queue.url()), &posts);
    let agent = agent(&sim, &account, None, &config);
    let running = agent.env("AWS_ENDPOINT_URL_SQS", &proxy.url()).spawn();
    wait(&running, || {
        sim.calls().contains_key("ListVirtualMFADevices")
    });
    std::thread::sleep(SECOND * 2);
    sim.change(account.id(), |it| {
        it.users.get_mut("ann").unwrap().mfa.clear()
    });
    queue.record("DeactivateMFADevice", &json!({"userName": "ann"}));
    wait(&running, || {
        let told = events(&posts, "ann");
        told.last().is_some_and(|it| it["user"]["has_mfa"] == false)
    });
    assert_eq!(queue.len(), 0);
    end(running);
}

#[test]
fn a_message_that_is_no_record_goes_after_five_tries_and_is_in_the_log() {
    let (account, posts) = (Account::new(), Posts::start());
    let (queue, proxy) = (Queue::new(&account), AwsProxy::hurrying(&account));
    Seed::new().user("ann", &[], Mfa::None).plant(&account);
    let config = config(&format!("queue_url = \"{}\"", queue.url()), &posts);
    let agent = Agent::new().account(&account).config(&config).arg("run");
    let running = agent.env("AWS_ENDPOINT_URL_SQS", &proxy.url()).spawn();
    queue.send("no record");
    wait(&running, || queue.len() == 0);
    let log = running.log();
    end(running);
    assert_eq!(
        log.matches("is no record: it comes again").count(),
        4,
        "{log}"
    );
    assert_eq!(
        log.matches("is no record and is taken off").count(),
        1,
        "{log}"
    );
}

#[test]
fn an_account_that_answers_slowly_holds_up_no_other() {
    const QUICK: &str = "210000000201";
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let sim = SimAws::start([
        SimAccount::new(account.id()).user(SimUser::new("ann")),
        SimAccount::new(QUICK).user(SimUser::new("bob")),
    ]);
    let accounts = format!(
        "{}[[aws.accounts]]\nid = \"{}\"\n[[aws.accounts]]\nid = \"{QUICK}\"\n\
         role_arn = \"arn:aws:iam::{QUICK}:role/read\"\n",
        config(&format!("queue_url = \"{}\"", queue.url()), &posts),
        account.id()
    );
    let running = started(&agent(&sim, &account, None, &accounts), &posts, "ann");
    let change = |of: &str, name: &str| {
        tag(&sim, of, name);
        queue.record_of(of, "TagUser", &json!({"userName": name}));
    };
    change(QUICK, "bob");
    wait(&running, || events(&posts, "bob").len() == 2);
    sim.change(QUICK, |it| it.users.get_mut("bob").unwrap().tags.clear());
    sim.delay_key(account.access_key_id(), SECOND * 10);
    change(account.id(), "ann");
    std::thread::sleep(SECOND * 2);
    queue.record_of(QUICK, "UntagUser", &json!({"userName": "bob"}));
    let took = wait(&running, || events(&posts, "bob").len() == 3);
    assert!(took < SECOND * 10, "{took:?}");
    assert_eq!(events(&posts, "ann").len(), 1);
    wait(&running, || events(&posts, "ann").len() == 2);
    end(running);
}

#[test]
fn credentials_for_single_services_and_ssh_keys_are_read_again_too() {
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let ann = SimUser::new("ann");
    let (service, ssh) = (
        ann.clone().with_service_credential().service_credentials,
        ann.clone().with_ssh_key().ssh_keys,
    );
    let sim = SimAws::start([SimAccount::new(account.id()).user(ann)]);
    let config = config(&format!("queue_url = \"{}\"", queue.url()), &posts);
    let config = format!("{config}[aws]\naccess_keys = \"ids\"\n");
    let running = started(&agent(&sim, &account, None, &config), &posts, "ann");
    let ids: Vec<String> = service.keys().chain(ssh.keys()).cloned().collect();
    sim.change(account.id(), |it| {
        let ann = it.users.get_mut("ann").unwrap();
        (ann.service_credentials, ann.ssh_keys) = (service, ssh);
    });
    queue.record(
        "CreateServiceSpecificCredential",
        &json!({"userName": "ann"}),
    );
    wait(&running, || events(&posts, "ann").len() == 2);
    let told = events(&posts, "ann")[1].to_string();
    assert!(ids.iter().all(|id| told.contains(id)), "{ids:?} {told}");
    end(running);
}

#[test]
fn the_status_tells_what_cannot_be_followed_or_read_again() {
    let (account, posts) = (Account::new(), Posts::start());
    let trail = Trail::start(Faults::default());
    trail.deny("us-east-2");
    let queue = format!("{}/210000000999/nowhere", account.url());
    let config = config(&format!("enabled = true\nqueue_url = \"{queue}\""), &posts);
    let agent = Agent::new().account(&account).config(&config);
    let agent = agent.env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url());
    let mut running = agent.arg("run").spawn();
    running.wait_for(FIRST_PASS, PATIENCE);
    let status = || agent.arg("status").run().stdout;
    let region = format!(
        "records of CloudTrail cannot be read in {} us-east-2",
        account.id()
    );
    let queue = "messages cannot be received from";
    wait(&running, || {
        // A table has it over several lines.
        let status: Vec<String> = status().split_whitespace().map(str::to_owned).collect();
        let status = status.join(" ");
        status.contains(&region) && status.contains(queue)
    });
    end(running);
}

#[test]
fn a_user_who_was_renamed_and_then_deleted_is_told_as_deleted() {
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let sim = SimAws::start([SimAccount::new(account.id())
        .user(SimUser::new("ann"))
        .user(SimUser::new("bob"))
        .user(SimUser::new("eve"))]);
    let config = config(&format!("queue_url = \"{}\"", queue.url()), &posts);
    let running = started(&agent(&sim, &account, None, &config), &posts, "bob");
    sim.change(account.id(), |it| {
        it.users.remove("bob");
        it.rename_user("eve", "eva");
    });
    // Nobody is kept by the name that was deleted.
    for (from, to) in [("bob", "robert"), ("eve", "eva")] {
        let request = json!({"userName": from, "newUserName": to});
        queue.record("UpdateUser", &request);
    }
    queue.record("DeleteUser", &json!({"userName": "robert"}));
    wait(&running, || events(&posts, "bob").len() == 2);
    wait(&running, || events(&posts, "eva").len() == 1);
    assert_eq!(running.log().matches(PASS).count(), 1, "{}", running.log());
    end(running);
    let told = events(&posts, "bob").remove(1);
    assert_eq!(told["activity_name"], "Delete", "{told}");
    assert_eq!(events(&posts, "eve").len(), 1);
}

#[test]
fn a_refresh_that_finds_other_policies_than_the_last_pass_asks_for_one() {
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let (_agent, running, _) = attached_behind_a_pass(&account, &posts, &queue);
    // The record of that has not come.
    queue.record("TagUser", &json!({"userName": "ann"}));
    wait(&running, || running.log().matches(PASS).count() == 2);
    wait(&running, || {
        let told = events(&posts, "ann");
        told.last().is_some_and(|it| it["user"]["type_id"] == 2)
    });
    end(running);
}

#[test]
fn what_changed_while_nobody_listened_is_read_once_somebody_does_again() {
    let (account, posts) = (Account::new(), Posts::start());
    let trail = Trail::start(Faults::default());
    let sim = SimAws::start([SimAccount::new(account.id()).user(SimUser::new("ann"))]);
    // Without a listener, the records are followed for this sink.
    let records = "[[sinks]]\ntype = \"ndjson\"\npath = \"records.ndjson\"\naudit = true\n";
    let config = config("enabled = true", &posts) + records;
    let agent = agent(&sim, &account, Some(&trail), &config);
    let running = started(&agent, &posts, "ann");
    // Until then everything is told by the pass.
    std::thread::sleep(SECOND * 6);
    end(running);
    without_a_pass_on_start(&agent);
    let with = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    agent.config(&with.replace("refresh = true", "refresh = false"));
    let mut running = agent.spawn();
    running.wait_for(FIRST_PASS, PATIENCE);
    tag(&sim, account.id(), "ann");
    let tagged = record(account.id(), "TagUser", &json!({"userName": "ann"}));
    trail.add_record("us-east-1", tagged, Duration::ZERO);
    std::thread::sleep(SECOND * 7);
    end(running);
    assert_eq!(events(&posts, "ann").len(), 1);
    agent.config(&with);
    let running = agent.spawn();
    let took = wait(&running, || events(&posts, "ann").len() == 2);
    assert!(took < SECOND * 15, "{took:?}");
    assert!(!running.log().contains(PASS), "{}", running.log());
    end(running);
}
