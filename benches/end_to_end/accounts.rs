//! The accounts that are collected: always the same for the same size.

use time::{Duration, OffsetDateTime};

use crate::sim_aws::{SimAccount, SimReport};

const SEED: u64 = 7;
/// One user in so many has an MFA device that is no app, where apps are the rule.
const WITHOUT_APP: usize = 500;

/// Who has which MFA devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mfa {
    /// Apps, which are virtual devices; one user in 500 has something else.
    Apps,
    /// Every eighth user has something else: a security key, a hardware token, a telephone.
    Mixed,
}

/// So many accounts, which share the users between them.
pub(crate) fn accounts(count: usize, users: usize, mfa: Mfa) -> Vec<SimAccount> {
    let seeds = SEED..SEED + count as u64;
    seeds
        .map(|seed| account(seed, users / count, mfa))
        .collect()
}

/// An account of so many users, with a credential report an hour old, as any pass but the first
/// finds it.
fn account(seed: u64, users: usize, mfa: Mfa) -> SimAccount {
    let mut account = SimAccount::generate(seed, users);
    if mfa == Mfa::Apps {
        let others = account.users.values().filter(|user| !has_app(&user.mfa));
        let others: Vec<String> = others.map(|user| user.name.clone()).collect();
        let kept = (users / WITHOUT_APP).max(1);
        let every = others.len().div_ceil(kept).max(1);
        for (_, name) in others.iter().enumerate().filter(|(n, _)| n % every != 0) {
            let serial_number = account.virtual_mfa(name);
            if let Some(user) = account.users.get_mut(name)
                && let Some((_, enabled_at)) = user.mfa.pop_first()
            {
                user.mfa.clear();
                user.mfa.insert(serial_number, enabled_at);
            }
        }
    }
    let an_hour_ago = OffsetDateTime::now_utc() - Duration::HOUR;
    account.report = Some(SimReport::of(&account, an_hour_ago));
    account
}

/// Whether there is an app among these devices, or no device at all.
fn has_app<T>(devices: &std::collections::BTreeMap<String, T>) -> bool {
    devices.is_empty() || devices.keys().any(|serial| serial.contains(":mfa/"))
}
