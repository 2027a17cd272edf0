//! An account that does not stay as it is.

use fastrand::Rng;
use time::OffsetDateTime;

use crate::support::sim_aws::{SimAccount, SimReport, SimUser};

/// An account of `users` whose credential report is there at once.
pub(super) fn account(seed: u64, users: usize) -> SimAccount {
    let mut account = SimAccount::generate(seed, users);
    report(&mut account);
    account
}

/// The same as another account of this id, with users of its own.
pub(super) fn other_account(id: &str, seed: u64, users: usize) -> SimAccount {
    let mut account = SimAccount::generate(seed, users);
    account.id = id.to_owned();
    for user in account.users.values_mut() {
        user.id = SimUser::new(&format!("{}{id}", user.name)).id;
    }
    report(&mut account);
    account
}

/// Changes about `share` of the users; `going` of them go, and on average as many come.
pub(super) fn change(rng: &mut Rng, account: &mut SimAccount, share: f64, going: usize) {
    let groups: Vec<String> = account.groups.keys().cloned().collect();
    for user in account.users.values_mut() {
        if rng.f64() < share {
            alter(rng, &groups, user);
        }
    }
    let names: Vec<String> = account.users.keys().cloned().collect();
    for name in rng.choose_multiple(&names, going) {
        account.users.remove(name);
    }
    for name in rng.choose_multiple(&names, going) {
        if rng.bool() {
            rename(rng, account, name, &names);
        }
    }
    for _ in 0..rng.usize(..=2 * going) {
        // Sometimes somebody of a name that another one had.
        let mut user = match rng.choice(&names) {
            Some(name) if rng.bool() && !account.users.contains_key(name) => SimUser::new(name),
            _ => SimUser::new(&format!("newcomer-{}", rng.u32(..))),
        };
        user.id = SimUser::new(&format!("{}{}", user.name, rng.u64(..))).id;
        alter(rng, &groups, &mut user);
        account.users.insert(user.name.clone(), user);
    }
    report(account);
}

/// Gives a user another name, perhaps one that another user had.
fn rename(rng: &mut Rng, account: &mut SimAccount, name: &str, names: &[String]) {
    let new = match rng.choice(names) {
        Some(other) if rng.bool() => other.clone(),
        _ => format!("renamed-{}", rng.u32(..)),
    };
    if account.users.contains_key(&new) {
        return;
    }
    if let Some(mut user) = account.users.remove(name) {
        user.name.clone_from(&new);
        account.users.insert(new, user);
    }
}

/// Has a report of now made: an older one would say what was true then, as it says itself.
fn report(account: &mut SimAccount) {
    let now = OffsetDateTime::now_utc();
    account.report = Some(SimReport::of(account, now));
}

fn alter(rng: &mut Rng, groups: &[String], user: &mut SimUser) {
    if rng.bool() {
        match user.mfa.pop_first() {
            Some(_) => user.mfa.clear(),
            None => *user = user.clone().mfa("GAHT00000001"),
        }
    }
    let group = &groups[rng.usize(..groups.len())];
    if !user.groups.remove(group) {
        user.groups.insert(group.clone());
    }
}
