//! An account at a glance.

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use super::tree::Tree;
use crate::analyze::{Tier, judge};
use crate::model::Snapshot;

/// How many paths and policies are named.
const NAMED_MAX: usize = 10;

/// The accounts of the files.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    accounts: Vec<AccountSummary>,
}

#[derive(Debug, Serialize)]
struct AccountSummary {
    account: String,
    /// Users by tier, strongest first.
    tiers: Vec<Count>,
    /// The paths that most users have.
    paths: Vec<Count>,
    /// The policies that make most administrators.
    policies: Vec<Count>,
}

#[derive(Debug, Serialize)]
struct Count {
    name: String,
    users: usize,
}

/// The verdicts on all users of `snapshots`, counted.
pub(super) fn of(snapshots: &[&Snapshot], now: OffsetDateTime) -> Summary {
    Summary {
        accounts: snapshots.iter().map(|it| account(it, now)).collect(),
    }
}

/// The same for people.
pub(super) fn text(snapshots: &[&Snapshot], now: OffsetDateTime) -> String {
    let mut tree = Tree::default();
    if snapshots.is_empty() {
        tree.line(0, "No users in these files");
    }
    for account in of(snapshots, now).accounts {
        tree.line(0, &format!("Account {}", account.account));
        for (title, counts) in [
            ("Users by tier", &account.tiers),
            ("Paths by users who have them", &account.paths),
            ("Policies by administrators they make", &account.policies),
        ] {
            if !counts.is_empty() {
                tree.line(1, title);
            }
            for Count { name, users } in counts {
                tree.hang(&format!("    {users:>6}  "), name);
            }
        }
    }
    tree.0
}

fn account(snapshot: &Snapshot, now: OffsetDateTime) -> AccountSummary {
    let mut tiers: BTreeMap<Tier, usize> = BTreeMap::new();
    let mut paths: BTreeMap<String, usize> = BTreeMap::new();
    let mut policies: BTreeMap<String, usize> = BTreeMap::new();
    for privilege in judge(snapshot, now).into_values() {
        *tiers.entry(privilege.tier).or_default() += 1;
        if privilege.tier == Tier::CanEscalate {
            for path in privilege.paths {
                *paths.entry(path.id).or_default() += 1;
            }
        }
        let mut proof: Vec<String> = privilege
            .proof
            .into_iter()
            .map(|it| format!("{} of {}", it.policy, it.from))
            .collect();
        proof.dedup();
        for policy in proof {
            *policies.entry(policy).or_default() += 1;
        }
    }
    let tiers = tiers.into_iter().map(|(tier, users)| Count {
        name: tier.as_str().to_owned(),
        users,
    });
    AccountSummary {
        account: snapshot.account.id.clone(),
        tiers: tiers.collect(),
        paths: most(paths),
        policies: most(policies),
    }
}

fn most(counts: BTreeMap<String, usize>) -> Vec<Count> {
    let counts = counts
        .into_iter()
        .map(|(name, users)| Count { name, users });
    let mut counts: Vec<Count> = counts.collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.users));
    counts.truncate(NAMED_MAX);
    counts
}
