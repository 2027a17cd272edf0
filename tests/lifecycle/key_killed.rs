//! A rotation that is killed at any of its calls loses no secret, and leaves none unknown.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nix::sys::signal::Signal;
use rollcall::lifecycle::{Intents, UserRef};

use super::begun::nobody;
use super::common::{created, executor, keys, stored};
use super::secret::is_in_a_file;
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::reply::Reply;

/// What the process that is killed reads.
const TASK: &str = "ROLLCALL_TEST_ROTATE";

/// That process: this test alone, which does nothing when nobody asks.
#[test]
#[ignore = "another test starts it"]
fn rotates_when_asked() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let parts: Vec<&str> = task.split('|').collect();
    let [url, account, user, state_dir] = parts[..] else {
        panic!("{task}");
    };
    let user: UserRef = user.parse().unwrap();
    let moto = Account::of_key(url, account);
    block_on(async {
        let executor = executor(&moto, url, Path::new(state_dir)).await;
        executor.create_key(&user).await.unwrap();
    });
}

/// Rotates the key of a user and kills that at call `nth`, before it is carried out or after, and
/// rotates again; whether there is such a call.
fn killed_at(nth: usize, is_carried_out: bool) -> bool {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    finish(&account, &user, home.path());
    let old = keys(&account, "anna");
    let calls = AtomicUsize::new(0);
    let freeze = move |_: &_| (calls.fetch_add(1, Ordering::SeqCst) == nth).then(Reply::silence);
    let proxy = match is_carried_out {
        true => AwsProxy::losing_answers(&account, freeze),
        false => AwsProxy::start(&account, freeze),
    };
    let task = [&proxy.url(), account.access_key_id(), &user.to_string()].map(|it| it.to_owned());
    let task = format!("{}|{}", task.join("|"), home.path().display());
    let mut running = Agent::of(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture"])
        .arg("lifecycle::key_killed::rotates_when_asked")
        .env(TASK, &task)
        .spawn();
    let is_there = || match is_carried_out {
        true => proxy.lost() > 0,
        false => proxy.calls().len() > nth,
    };
    while !is_there() && !running.has_ended() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let is_killed = is_there();
    if is_killed {
        running.signal(Signal::SIGKILL);
    }
    let output = running.wait(Duration::from_secs(20));
    if !is_killed {
        output.expect_code(0);
        return false;
    }
    // Whoever reads the parameter has a key that works, at every moment.
    let held = stored(&account, "anna")["access_key_id"].clone();
    assert!(
        keys(&account, "anna")
            .iter()
            .any(|(id, is_active)| *is_active && held == **id)
    );
    finish(&account, &user, home.path());
    let new = keys(&account, "anna");
    assert_eq!((new.len(), &new[0]), (2, &old[0]), "call {nth}");
    let held = stored(&account, "anna");
    assert_eq!(held["access_key_id"], *new[1].0, "call {nth}");
    let secret = held["secret_access_key"].as_str().unwrap();
    let said = format!("{}{}", output.stdout, output.stderr);
    assert!(!said.contains(secret) && !is_in_a_file(home.path(), secret));
    true
}

/// Finishes what was begun; rotates where nothing was.
fn finish(account: &Account, user: &UserRef, state_dir: &Path) {
    age_intents(account, state_dir);
    block_on(async {
        let executor = executor(account, account.url(), state_dir).await;
        for ended in executor.finish_begun(&nobody()).await.unwrap() {
            ended.result.unwrap();
        }
        if keys(account, &user.name).len() < 2 {
            executor.create_key(user).await.unwrap();
        }
    });
}

/// Whatever was begun was begun ten minutes ago: listings have settled.
pub(super) fn age_intents(account: &Account, state_dir: &Path) {
    let dir = state_dir.join("lifecycle").join(account.id());
    let begun = Intents::look(state_dir, account.id()).unwrap();
    for mut intent in begun {
        intent.since -= time::Duration::minutes(10);
        let path = dir.join(format!("{}.json", intent.user.id));
        std::fs::write(path, serde_json::to_vec(&intent).unwrap()).unwrap();
    }
}

/// Once, or four times where that may take long.
fn killed_at_each_call(is_carried_out: bool) {
    let rounds = match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => 4,
        None => 1,
    };
    for _ in 0..rounds {
        let mut calls = 0;
        while killed_at(calls, is_carried_out) {
            calls += 1;
        }
        // GetCallerIdentity, ListAccessKeys, GetParameter, ListTagsForResource, CreateAccessKey,
        // PutParameter, GetParameter, GetCallerIdentity, AddTagsToResource.
        assert_eq!(calls, 9);
    }
}

#[test]
fn a_rotation_killed_before_any_of_its_calls_is_finished_by_the_next() {
    killed_at_each_call(false);
}

#[test]
fn a_rotation_killed_after_any_of_its_calls_is_finished_by_the_next() {
    killed_at_each_call(true);
}
