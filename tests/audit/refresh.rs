//! Users who change are read again within seconds: a record is the hint, what is read is the truth.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::intake_posts::Posts;
use crate::support::moto::Account;
use crate::support::queue::{Queue, record};
use crate::support::running::Running;
use crate::support::seed::{Mfa, Seed};
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};
use crate::support::trail::{Faults, Trail};

pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon of one account that makes one pass, and hears of changes by `queue`.
fn agent(account: &Account, queue: &Queue, posts: &Posts) -> Agent {
    let config = format!(
        "[schedule]\nevery = \"1h\"\n[audit]\nrefresh = true\nqueue_url = \"{}\"\n\
         [[sinks]]\ntype = \"http\"\nname = \"siem\"\nurl = \"{}\"\n",
        queue.url(),
        posts.url()
    );
    Agent::new().account(account).config(&config).arg("run")
}

/// The events about the user `name` that were taken, in order.
pub(super) fn events(posts: &Posts, name: &str) -> Vec<Value> {
    let posts = posts.requests().into_iter().filter(|it| it.acknowledged);
    let events = posts.flat_map(|post| post.events());
    events.filter(|it| it["user"]["name"] == name).collect()
}

#[track_caller]
pub(super) fn wait(running: &Running, mut is_so: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "in vain\n{}", running.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    start.elapsed()
}

fn end(running: Running) {
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
}

fn remove_mfa(account: &Account, name: &str) {
    let iam = account.iam();
    let devices = block_on(iam.list_mfa_devices().user_name(name).send()).unwrap();
    for device in devices.mfa_devices() {
        let off = iam.deactivate_mfa_device().user_name(name);
        block_on(off.serial_number(device.serial_number()).send()).unwrap();
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a measurement is there to be read")]
fn a_user_whose_mfa_is_removed_is_told_within_seconds_and_deleted_ones_too() {
    let (account, posts) = (Account::new(), Posts::start());
    let seed = Seed::new().user("ann", &[], Mfa::Virtual);
    seed.user("bob", &[], Mfa::None)
        .user("eve", &[], Mfa::None)
        .plant(&account);
    let queue = Queue::new(&account);
    let mut running = agent(&account, &queue, &posts).spawn();
    running.wait_for("waiting for the next pass", PATIENCE);
    wait(&running, || events(&posts, "ann").len() == 1);
    assert_eq!(events(&posts, "ann")[0]["user"]["has_mfa"], true);

    remove_mfa(&account, "ann");
    queue.record("DeactivateMFADevice", &json!({"userName": "ann"}));
    // Nothing of this one has changed.
    queue.record("TagUser", &json!({"userName": "eve"}));
    let took = wait(&running, || events(&posts, "ann").len() == 2);
    eprintln!("MFA removed: at the sink after {took:.1?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let event = &events(&posts, "ann")[1];
    assert_eq!(event["user"]["has_mfa"], false, "{event}");
    assert_eq!(
        event["unmapped"]["aws_iam"]["stale"],
        Value::Null,
        "{event}"
    );

    block_on(account.iam().delete_user().user_name("bob").send()).unwrap();
    queue.record("DeleteUser", &json!({"userName": "bob"}));
    let took = wait(&running, || events(&posts, "bob").len() == 2);
    eprintln!("user deleted: at the sink after {took:.1?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    // It was said, and is not true.
    queue.record("DeleteUser", &json!({"userName": "eve"}));
    wait(&running, || queue.len() == 0);
    end(running);
    assert_eq!(
        events(&posts, "eve").len(),
        1,
        "{:?}",
        events(&posts, "eve")
    );
    assert_eq!(events(&posts, "ann").len(), 2);
}

#[test]
fn a_group_has_its_members_read_and_a_pass_asked_for_and_a_message_without_a_record_stays() {
    let (account, posts) = (Account::new(), Posts::start());
    let seed = Seed::new().full_access("everything").group("staff", &[]);
    let seed = seed
        .user("ann", &["staff"], Mfa::None)
        .user("bob", &[], Mfa::None);
    seed.plant(&account);
    let queue = Queue::new(&account);
    let mut running = agent(&account, &queue, &posts).spawn();
    running.wait_for("waiting for the next pass", PATIENCE);
    wait(&running, || events(&posts, "ann").len() == 1);
    queue.send("no record");
    let arn = format!("arn:aws:iam::{}:policy/everything", account.id());
    let attach = account.iam().attach_group_policy().group_name("staff");
    block_on(attach.policy_arn(&arn).send()).unwrap();
    let request = json!({"groupName": "staff", "policyArn": arn});
    queue.record("AttachGroupPolicy", &request);
    let took = wait(&running, || events(&posts, "ann").len() >= 2);
    assert!(took < Duration::from_secs(10), "{took:?}");
    let event = events(&posts, "ann").remove(1);
    assert!(event.to_string().contains(&arn), "{event}");
    // Only a pass reads what the policy allows.
    wait(&running, || {
        running.log().matches("collecting users").count() == 2
    });
    wait(&running, || events(&posts, "ann").len() >= 3);
    assert_eq!(queue.len(), 1, "{}", running.log());
    end(running);
    assert_eq!(events(&posts, "bob").len(), 1);
}

#[test]
fn a_change_behind_a_pass_over_its_account_is_told_after_the_pass() {
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let mut ann = SimUser::new("ann");
    let serial = format!("arn:aws:iam::{}:mfa/ann", account.id());
    ann.mfa
        .insert(serial, time::macros::datetime!(2026-01-02 03:04:05 UTC));
    let sim = SimAws::start([SimAccount::new(account.id()).user(ann)]);
    // MFA is read before this answers.
    let details = Some("GetAccountAuthorizationDetails");
    sim.delay(details, Duration::from_secs(12));
    // By then, what the pass has to tell is at the sink.
    sim.delay(Some("GetUser"), Duration::from_secs(2));
    let agent = agent(&account, &queue, &posts).aws(&sim.url());
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let running = agent
        .config(&format!("{config}batch_size = 1\n"))
        .env("AWS_ACCESS_KEY_ID", account.access_key_id())
        .env("AWS_ENDPOINT_URL_SQS", account.url())
        .spawn();
    let is_read = || sim.calls().contains_key("ListVirtualMFADevices");
    wait(&running, is_read);
    std::thread::sleep(Duration::from_secs(2));
    sim.change(account.id(), |it| {
        it.users.get_mut("ann").unwrap().mfa.clear()
    });
    queue.record("DeactivateMFADevice", &json!({"userName": "ann"}));
    let told = || {
        let told = events(&posts, "ann").into_iter();
        told.map(|it| it["user"]["has_mfa"].clone())
            .collect::<Vec<Value>>()
    };
    wait(&running, || queue.len() == 0);
    // It is tried every two seconds.
    std::thread::sleep(Duration::from_millis(2_500));
    assert!(told().is_empty(), "the pass goes on: {:?}", told());
    assert!(!sim.calls().contains_key("GetUser"), "{:?}", sim.calls());
    wait(&running, || told().last() == Some(&Value::Bool(false)));
    end(running);
    assert_eq!(told(), [true, false]);
}

#[test]
fn a_record_of_cloudtrail_has_its_user_read_without_a_sink_for_records() {
    let (account, posts) = (Account::new(), Posts::start());
    let trail = Trail::start(Faults::default());
    let seed = Seed::new().user("ann", &[], Mfa::Virtual);
    seed.user("bob", &[], Mfa::None).plant(&account);
    let config = format!(
        "[schedule]\nevery = \"1h\"\n[audit]\nenabled = true\nrefresh = true\n\
         [[sinks]]\ntype = \"http\"\nname = \"siem\"\nurl = \"{}\"\n",
        posts.url()
    );
    let agent = Agent::new().account(&account).config(&config);
    let agent = agent.env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url());
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", PATIENCE);
    wait(&running, || events(&posts, "ann").len() == 1);
    remove_mfa(&account, "ann");
    let request = json!({"userName": "ann"});
    let removed = record(account.id(), "DeactivateMFADevice", &request);
    trail.add_record("us-east-1", removed, Duration::ZERO);
    let took = wait(&running, || events(&posts, "ann").len() == 2);
    assert!(took < Duration::from_secs(10), "{took:?}");
    end(running);
    assert_eq!(events(&posts, "ann")[1]["user"]["has_mfa"], false);
}

/// Two accounts: the pass over the first takes minutes, and in the second users change.
#[test]
#[expect(clippy::print_stderr, reason = "a measurement is there to be read")]
fn changes_are_at_the_sink_within_ten_seconds_while_a_pass_over_another_account_runs() {
    const SLOW: &str = "210000000100";
    const CHANGING: &str = "210000000101";
    let changes = match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => 100,
        None => 8,
    };
    let (account, posts) = (Account::new(), Posts::start());
    let queue = Queue::new(&account);
    let names: Vec<String> = (0..=changes).map(|at| format!("user{at}")).collect();
    let changing = names.iter().fold(SimAccount::new(CHANGING), |it, name| {
        it.user(SimUser::new(name))
    });
    let mut slow = SimAccount::generate(7, 2_000);
    slow.id = SLOW.to_owned();
    let sim = SimAws::start([slow, changing]);
    let accounts = format!(
        "[aws]\nstrategy = \"per-user\"\nmfa = \"live\"\n[[aws.accounts]]\nid = \"{SLOW}\"\n\
         [[aws.accounts]]\nid = \"{CHANGING}\"\nrole_arn = \"arn:aws:iam::{CHANGING}:role/read\"\n"
    );
    let agent = agent(&account, &queue, &posts).aws(&sim.url());
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    sim.delay_key(account.access_key_id(), Duration::from_secs(1));
    let mut running = agent
        .config(&format!("{config}{accounts}"))
        .env("AWS_ACCESS_KEY_ID", account.access_key_id())
        .env("AWS_ENDPOINT_URL_SQS", account.url())
        .spawn();
    wait(&running, || {
        names.iter().all(|it| !events(&posts, it).is_empty())
    });
    let mut delays: Vec<Duration> = Vec::new();
    let tag = |name: &str| {
        sim.change(CHANGING, |it| {
            let user = it.users.get_mut(name).unwrap();
            user.tags.insert("changed".to_owned(), "yes".to_owned());
        });
        queue.record_of(CHANGING, "TagUser", &json!({"userName": name}));
    };
    let mut shown = std::collections::BTreeMap::new();
    let start = Instant::now();
    let mut next = names.iter().take(changes);
    while delays.len() < changes {
        assert!(
            start.elapsed() < PATIENCE * 5,
            "{delays:?}\n{}",
            running.log()
        );
        if let Some(name) = next.next() {
            tag(name);
            shown.insert(name.clone(), Instant::now());
        }
        std::thread::sleep(Duration::from_millis(fastrand::u64(50..500)));
        shown.retain(|name, at: &mut Instant| {
            let is_told = events(&posts, name).len() > 1;
            delays.extend(is_told.then(|| at.elapsed()));
            !is_told
        });
    }
    assert!(!running.has_ended() && !running.log().contains("waiting for the next pass"));
    end(running);
    delays.sort();
    let (median, slowest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    eprintln!("{changes} changes: median {median:.1?}, slowest {slowest:.1?}");
    assert!(slowest < Duration::from_secs(10), "{delays:?}");
}
