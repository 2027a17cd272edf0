//! Compares what was found about a user with what is so.

use std::collections::BTreeSet;
use std::fmt::Debug;

use rollcall::model::{AccessKey, ConsoleAccess, Fact, Group, Mfa, User};

/// The outcome for one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Facts that are told and not so: what was told, and what is so.
    pub(crate) wrong: Vec<String>,
    /// Facts that are not told, by the names of [`User::unknown_facts`].
    pub(crate) unknown: BTreeSet<&'static str>,
}

/// Compares `found`, of any plan, with an expected user, without regard to order or sources. A
/// fact may tell less than there is, such as only that MFA is active: that much must be so.
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
        |is, told| sorted(is) == sorted(told),
    );
    wrong.unless(
        "groups",
        of,
        |user| &user.groups,
        |is, told| {
            let (is, told) = (by_name(is), by_name(told));
            is.len() == told.len() && is.into_iter().zip(told).all(|(is, told)| agrees(is, told))
        },
    );
    wrong.unless(
        "attached_policies",
        of,
        |user| &user.attached_policies,
        |is, told| sorted(is) == sorted(told),
    );
    wrong.unless(
        "inline_policies",
        of,
        |user| &user.inline_policies,
        |is, told| sorted(is) == sorted(told),
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
        |is, told| keys_agree(is, told),
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
    fn unless_equal<T: PartialEq + Debug>(&mut self, name: &str, is: &T, told: &T) {
        if is != told {
            self.0.push(format!("{name}: told {told:?}, is {is:?}"));
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
        if let Some(told) = fact(found).value().filter(|told| !agrees(is, told)) {
            self.0.push(format!("{name}: told {told:?}, is {is:?}"));
        }
    }
}

fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut items: Vec<_> = items.iter().collect();
    items.sort();
    items
}

fn by_name(groups: &[std::sync::Arc<Group>]) -> Vec<&Group> {
    let mut groups: Vec<&Group> = groups.iter().map(AsRef::as_ref).collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    groups
}

fn agrees(is: &Group, told: &Group) -> bool {
    let policies = (is.attached_policies.value(), told.attached_policies.value());
    let inline = (is.inline_policies.value(), told.inline_policies.value());
    (&is.name, &is.arn, &is.id) == (&told.name, &told.arn, &told.id)
        && pair(policies).is_none_or(|(is, told)| sorted(is) == sorted(told))
        && pair(inline).is_none_or(|(is, told)| sorted(is) == sorted(told))
}

fn pair<T>((is, told): (Option<T>, Option<T>)) -> Option<(T, T)> {
    is.zip(told)
}

fn mfa_agrees(is: &Mfa, told: &Mfa) -> bool {
    let Mfa::Devices(devices) = is else {
        return false;
    };
    match told {
        Mfa::Devices(told) => {
            told.len() == devices.len() && told.iter().all(|device| devices.contains(device))
        }
        Mfa::AtLeast(told) => {
            !devices.is_empty() && told.iter().all(|device| devices.contains(device))
        }
        Mfa::Active(told) => *told != devices.is_empty(),
    }
}

fn console_agrees(is: &ConsoleAccess, told: &ConsoleAccess) -> bool {
    let changed = (is.password_last_changed, told.password_last_changed);
    is.enabled == told.enabled && (changed.1.is_none() || changed.0 == changed.1)
}

/// The credential report tells no ids.
fn keys_agree(is: &[AccessKey], told: &[AccessKey]) -> bool {
    let mut left: Vec<&AccessKey> = is.iter().collect();
    told.len() == is.len()
        && told.iter().all(|told| {
            let same = left.iter().position(|is| {
                (told.id.is_none() || is.id == told.id)
                    && (is.active, is.rotated_at) == (told.active, told.rotated_at)
                    && is.last_used == told.last_used
            });
            same.map(|index| left.remove(index)).is_some()
        })
}
