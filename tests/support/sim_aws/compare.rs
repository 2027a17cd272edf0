//! Compares what was found about a user with what is so.

use std::collections::BTreeSet;
use std::fmt::Debug;

use rollcall::model::{AccessKey, ConsoleAccess, Fact, Group, Mfa, User};

/// The outcome for one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Facts that are claimed and wrong: what is claimed, and what is so.
    pub(crate) wrong: Vec<String>,
    /// Facts that are unknown, by the names of [`User::unknown_facts`].
    pub(crate) unknown: BTreeSet<&'static str>,
}

/// Compares `found`, of any plan, with an expected user, without regard to order or sources. A
/// fact may claim less than there is, such as only that MFA is active: that much must be so.
pub(crate) fn compare(expected: &User, found: &User) -> Verdict {
    let mut wrong = Wrong(Vec::new());
    wrong.unless_equal("name", &expected.name, &found.name);
    wrong.unless_equal("arn", &expected.arn, &found.arn);
    wrong.unless_equal("id", &expected.id, &found.id);
    wrong.unless_equal("path", &expected.path, &found.path);
    wrong.unless_equal("created_at", &expected.created_at, &found.created_at);
    let of = (expected, found);
    wrong.unless(
        "password_last_used",
        of,
        |user| &user.password_last_used,
        PartialEq::eq,
    );
    wrong.unless(
        "tags",
        of,
        |user| &user.tags,
        |is, claimed| sorted(is) == sorted(claimed),
    );
    wrong.unless(
        "groups",
        of,
        |user| &user.groups,
        |is, claimed| {
            let (is, claimed) = (by_name(is), by_name(claimed));
            is.len() == claimed.len()
                && is
                    .into_iter()
                    .zip(claimed)
                    .all(|(is, claimed)| agrees(is, claimed))
        },
    );
    wrong.unless(
        "attached_policies",
        of,
        |user| &user.attached_policies,
        |is, claimed| sorted(is) == sorted(claimed),
    );
    wrong.unless(
        "inline_policies",
        of,
        |user| &user.inline_policies,
        |is, claimed| sorted(is) == sorted(claimed),
    );
    wrong.unless(
        "permissions_boundary",
        of,
        |user| &user.permissions_boundary,
        PartialEq::eq,
    );
    wrong.unless("mfa", of, |user| &user.mfa, mfa_agrees);
    wrong.unless("console_access", of, |user| &user.console, console_agrees);
    wrong.unless(
        "access_keys",
        of,
        |user| &user.access_keys,
        |is, claimed| keys_agree(is, claimed),
    );
    wrong.unless(
        "service_specific_credentials",
        of,
        |user| &user.service_specific_credentials,
        |is, claimed| are_same(is, claimed),
    );
    wrong.unless(
        "signing_certificates",
        of,
        |user| &user.signing_certificates,
        |is, claimed| are_same(is, claimed),
    );
    wrong.unless(
        "ssh_public_keys",
        of,
        |user| &user.ssh_public_keys,
        |is, claimed| are_same(is, claimed),
    );
    Verdict {
        wrong: wrong.0,
        unknown: found
            .unknown_facts()
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
    }
}

struct Wrong(Vec<String>);

impl Wrong {
    fn unless_equal<T: PartialEq + Debug>(&mut self, name: &str, is: &T, claimed: &T) {
        if is != claimed {
            self.0.push(format!("{name}: found {claimed:?}, is {is:?}"));
        }
    }

    /// An unknown fact is never wrong.
    fn unless<'u, T: Debug + 'u>(
        &mut self,
        name: &str,
        (expected, found): (&'u User, &'u User),
        fact: impl Fn(&'u User) -> &'u Fact<T>,
        agrees: impl Fn(&T, &T) -> bool,
    ) {
        let is = fact(expected).value().expect("an expected user is known");
        if let Some(claimed) = fact(found).value().filter(|claimed| !agrees(is, claimed)) {
            self.0.push(format!("{name}: found {claimed:?}, is {is:?}"));
        }
    }
}

fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut items: Vec<_> = items.iter().collect();
    items.sort();
    items
}

/// The same in any order.
fn are_same<T: PartialEq>(is: &[T], claimed: &[T]) -> bool {
    is.len() == claimed.len() && is.iter().all(|one| claimed.contains(one))
}

fn by_name(groups: &[std::sync::Arc<Group>]) -> Vec<&Group> {
    let mut groups: Vec<&Group> = groups.iter().map(AsRef::as_ref).collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    groups
}

fn agrees(is: &Group, claimed: &Group) -> bool {
    let policies = (
        is.attached_policies.value(),
        claimed.attached_policies.value(),
    );
    let inline = (is.inline_policies.value(), claimed.inline_policies.value());
    (&is.name, &is.arn, &is.id) == (&claimed.name, &claimed.arn, &claimed.id)
        && pair(policies).is_none_or(|(is, claimed)| sorted(is) == sorted(claimed))
        && pair(inline).is_none_or(|(is, claimed)| sorted(is) == sorted(claimed))
}

fn pair<T>((is, claimed): (Option<T>, Option<T>)) -> Option<(T, T)> {
    is.zip(claimed)
}

fn mfa_agrees(is: &Mfa, claimed: &Mfa) -> bool {
    let Mfa::Devices(devices) = is else {
        return false;
    };
    match claimed {
        Mfa::Devices(claimed) => {
            claimed.len() == devices.len() && claimed.iter().all(|device| devices.contains(device))
        }
        Mfa::AtLeast(claimed) => {
            !devices.is_empty() && claimed.iter().all(|device| devices.contains(device))
        }
        Mfa::Active(claimed) => *claimed != devices.is_empty(),
    }
}

fn console_agrees(is: &ConsoleAccess, claimed: &ConsoleAccess) -> bool {
    let changed = (is.password_last_changed, claimed.password_last_changed);
    is.enabled == claimed.enabled && (changed.1.is_none() || changed.0 == changed.1)
}

/// The credential report has no ids.
fn keys_agree(is: &[AccessKey], claimed: &[AccessKey]) -> bool {
    let mut left: Vec<&AccessKey> = is.iter().collect();
    claimed.len() == is.len()
        && claimed.iter().all(|claimed| {
            let same = left.iter().position(|is| {
                (claimed.id.is_none() || is.id == claimed.id)
                    && (is.active, is.rotated_at) == (claimed.active, claimed.rotated_at)
                    && is.last_used == claimed.last_used
            });
            same.map(|index| left.remove(index)).is_some()
        })
}
