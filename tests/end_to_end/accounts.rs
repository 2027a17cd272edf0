//! Accounts that reading tests share, and what must be said of the users in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::support::moto::Account;
use crate::support::seed::{Expected, Mfa, Seed};

/// An account and what an inventory of it must say, by user name.
#[derive(Debug)]
pub(super) struct Planted {
    pub(super) account: Account,
    pub(super) users: BTreeMap<String, Expected>,
}

/// Group, its policies, and whether these make an administrator.
type PlantedGroup = (&'static str, &'static [&'static str], bool);

const GROUPS: [PlantedGroup; 12] = [
    ("administrators", &["AdministratorAccess"], true),
    ("analysts", &["Read"], false),
    ("auditors", &["Read", "SecurityAudit"], false),
    ("billing", &["BillingView"], false),
    ("developers", &["Deploy", "Read"], false),
    ("empty-handed", &[], false),
    ("helpdesk", &["ResetPasswords"], false),
    ("network", &["Deploy", "team-admins"], true),
    ("operators", &["Deploy"], false),
    ("platform", &["POWERUSER-eu"], true),
    ("support", &["Read", "ResetPasswords"], false),
    ("testers", &["Deploy", "Read", "SecurityAudit"], false),
];

/// 253 users over 12 groups; nobody may change it.
pub(super) static LARGE: LazyLock<Planted> = LazyLock::new(|| plant(253));

/// 30 users over the same groups; nobody may change it.
pub(super) static SMALL: LazyLock<Planted> = LazyLock::new(|| plant(30));

/// 12 users over the same groups, for passes at the default pace; nobody may change it.
pub(super) static TINY: LazyLock<Planted> = LazyLock::new(|| plant(12));

/// An account of its own, with `count` users over 12 groups: every tenth user in none, the others
/// in one to three, a third each without MFA, with a virtual device and with a hardware token.
pub(super) fn plant(count: usize) -> Planted {
    let mut seed = Seed::new();
    for (group, policies, _) in GROUPS {
        for policy in policies {
            seed = seed.full_access(policy);
        }
        seed = seed.group(group, policies);
    }
    for number in 0..count {
        let groups = [number, number / 2, number / 3].map(|n| GROUPS[n % GROUPS.len()].0);
        let groups = match number % 10 {
            9 => &[],
            _ => &groups[..=number % 3],
        };
        let mfa = [Mfa::None, Mfa::Virtual, Mfa::Hardware][number % 3];
        let mark = ["", ".", "+", "=", ",", "@", "_", "-"][number % 8];
        seed = seed.user(&format!("user{mark}{number:03}"), groups, mfa);
    }
    let account = Account::new();
    let users = seed.plant(&account);
    Planted { account, users }
}

/// The whole of what the Sekoia dialect must say of one planted user.
#[track_caller]
pub(super) fn assert_event_has(expected: &Expected, event: &Value) {
    let user = &event["user"];
    assert_eq!(user["uid"], expected.arn, "{user:#}");
    assert_eq!(user["uid_alt"], expected.id, "{user:#}");
    assert_eq!(user["account"]["uid_alt"], expected.id, "{user:#}");
    assert_eq!(user["has_mfa"], expected.has_mfa, "{user:#}");
    let is_in = |group: &&PlantedGroup| expected.groups.contains(group.0);
    let groups: Vec<_> = GROUPS.iter().filter(is_in).collect();
    let is_admin = groups.iter().any(|(_, _, is_admin)| *is_admin);
    let (r#type, type_id) = if is_admin { ("Admin", 2) } else { ("User", 1) };
    assert_eq!(user["type"], r#type, "{user:#}");
    assert_eq!(user["type_id"], type_id, "{user:#}");
    let sent = user["groups"].as_array().expect("groups");
    assert_eq!(sent.len(), groups.len(), "{user:#}");
    let sent: BTreeMap<_, BTreeSet<_>> = sent.iter().map(name_and_privileges).collect();
    let planted = groups
        .iter()
        .map(|(name, policies, _)| (*name, policies.iter().copied().collect()));
    assert_eq!(sent, planted.collect(), "{user:#}");
}

fn name_and_privileges(group: &Value) -> (&str, BTreeSet<&str>) {
    let privileges = group["privileges"].as_array().expect("privileges");
    let privileges = privileges
        .iter()
        .map(|policy| policy.as_str().expect("a policy's name"));
    (
        group["name"].as_str().expect("a group's name"),
        privileges.collect(),
    )
}
