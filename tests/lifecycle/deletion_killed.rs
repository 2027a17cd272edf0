//! A deletion that is killed at any of its writes is finished by the next one.

use std::time::Duration;

use nix::sys::signal::Signal;

use super::common::{agent, left, plant};
use super::deleted::WRITES;
use crate::support::aws_proxy::AwsProxy;
use crate::support::moto::Account;
use crate::support::reply::Reply;

/// Kills a deletion at its first call of `action`, before it is carried out or after, and runs
/// another: nothing is left.
fn killed_at(action: &'static str, is_carried_out: bool) {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let is_it = move |call: &crate::support::aws_proxy::Call| call.action() == action;
    let proxy = match is_carried_out {
        true => AwsProxy::losing_answers(&account, move |call| is_it(call).then(Reply::silence)),
        false => AwsProxy::start(&account, move |call| is_it(call).then(Reply::silence)),
    };
    let direct = agent(&account, "").args(["lifecycle", "delete", &format!("{id}:anna")]);
    let running = direct.env("AWS_ENDPOINT_URL", &proxy.url()).spawn();
    let is_there = || match is_carried_out {
        true => proxy.lost() > 0,
        false => proxy.count(action) > 0,
    };
    for _ in 0..2_000 {
        if is_there() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(is_there(), "{action} is never called");
    running.signal(Signal::SIGKILL);
    assert_eq!(running.wait(Duration::from_secs(10)).code, None);
    direct.run().expect_code(0);
    assert_eq!(left(&account, "anna"), Vec::<&str>::new(), "{action}");
    // Nothing is kept of what has ended.
    let kept = direct
        .state_home()
        .join("rollcall/lifecycle")
        .join(account.id());
    let kept: Vec<_> = std::fs::read_dir(kept)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(kept, ["lock"]);
}

#[test]
fn a_deletion_killed_before_any_of_its_writes_is_finished_by_the_next() {
    WRITES.iter().for_each(|action| killed_at(action, false));
}

#[test]
fn a_deletion_killed_after_any_of_its_writes_is_finished_by_the_next() {
    WRITES.iter().for_each(|action| killed_at(action, true));
}
