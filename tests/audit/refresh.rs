//! Users who change are read again within seconds: a record is the hint, what is read is the truth.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::intake_posts::Posts;
use crate::support::moto::Account;
use crate::support::queue::Queue;
use crate::support::running::Running;
use crate::support::seed::{Mfa, Seed};

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
