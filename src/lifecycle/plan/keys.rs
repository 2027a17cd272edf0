//! The access keys of one user: created, rotated, deactivated, deleted.
//!
//! With two keys, the older is the one on its way out. Two is AWS's limit: the old one goes before
//! another is created, and where it may not go, nothing is created.

use std::fmt;

use time::{Duration, OffsetDateTime};

use super::ours::{UNUSED_FOR, tag, unknown_access};
use super::{Plan, Rules};
use crate::lifecycle::{DEACTIVATED_TAG, Deactivation, Subject, UserAction};
use crate::model::{AccessKey, Fact, Tag, User};

/// How long an old key is inactive before it is deleted.
const INACTIVE_FOR: Duration = Duration::days(3);

const KEYS: &str = "keys";
const SECRET: &str = "secret";

/// A key with what has to be known of it.
struct Key<'a> {
    id: &'a str,
    created: OffsetDateTime,
    is_active: bool,
    last_used: Option<OffsetDateTime>,
}

/// Plans the keys of `user`, which is to have one. Its parameter holds the secret of `stored`.
pub(super) fn rotate(
    rules: &Rules<'_>,
    user: &User,
    stored: Option<&Fact<Option<String>>>,
    plan: &mut Plan,
) {
    let subject = || Subject::of(user);
    if let Some(why) = unknown_access(user) {
        return plan.hold(subject(), KEYS, why);
    }
    let mut keys: Vec<Key<'_>> = user
        .access_keys
        .value()
        .into_iter()
        .flatten()
        .filter_map(key)
        .collect();
    keys.sort_by_key(|key| key.created);
    if keys.iter().any(|key| key.created > rules.now) {
        let why = "a key was created in the future: one of the clocks is wrong";
        return plan.hold(subject(), KEYS, why);
    }
    if let Some(newest) = keys.last()
        && let Err(why) = is_stored(newest, stored)
    {
        plan.hold(subject(), SECRET, why);
        // Which of two keys is the one to go is not known then; one alone gets a successor.
        if keys.len() > 1 || stored.is_none_or(|it| it.value().is_none()) {
            return;
        }
    }
    match keys.as_slice() {
        [] => plan.act(subject(), UserAction::CreateKey, "has no key"),
        [key] => one(rules, user, key, plan),
        [old, new] => two(rules, user, old, new, plan),
        _ => plan.hold(subject(), KEYS, "has more than two keys"),
    }
}

/// Why it is not certain that the parameter holds the secret of the newest key, if so.
fn is_stored(newest: &Key<'_>, stored: Option<&Fact<Option<String>>>) -> Result<(), String> {
    let id = newest.id;
    let unknown = |why: &dyn fmt::Display| {
        format!("whether the secret of its newest key {id} is in its parameter is unknown: {why}")
    };
    match stored {
        None => Err(unknown(&"the parameter was not looked at")),
        Some(Fact::Unknown(why)) => Err(unknown(why)),
        Some(Fact::Known { value, .. }) => match value {
            Some(held) if held == id => Ok(()),
            Some(held) => Err(format!(
                "its parameter holds the secret of {held}, not of its newest key {id}: no key is \
                 deactivated or deleted; delete {id} if nobody uses it"
            )),
            None => Err(format!(
                "its parameter names no key, so the secret of {id} may be nowhere: no key is \
                 deactivated or deleted; delete {id} if nobody uses it"
            )),
        },
    }
}

fn one(rules: &Rules<'_>, user: &User, key: &Key<'_>, plan: &mut Plan) {
    let age = rules.now - key.created;
    if !key.is_active {
        let why = format!("its only key {} is inactive: activate or delete it", key.id);
        plan.hold(Subject::of(user), KEYS, why);
    } else if age >= rules.settings.rotate_after {
        let old = key.id.to_owned();
        let reason = format!("key is {} days old", age.whole_days());
        plan.act(Subject::of(user), UserAction::RotateKey { old }, reason);
    }
}

fn two(rules: &Rules<'_>, user: &User, old: &Key<'_>, new: &Key<'_>, plan: &mut Plan) {
    let settings = rules.settings;
    let subject = || Subject::of(user);
    let (old_age, new_age) = (rules.now - old.created, rules.now - new.created);
    let is_used = old
        .last_used
        .is_some_and(|at| rules.is_recent(at, UNUSED_FOR));
    if !new.is_active {
        let why = format!(
            "its newer key {} is inactive: activate or delete it",
            new.id
        );
        return plan.hold(subject(), KEYS, why);
    }
    if old_age < settings.delete_after {
        if is_used && old.last_used.is_some_and(|at| at > new.created) {
            let why = format!(
                "{} was used since its successor {} is there, and within 7 days",
                old.id, new.id
            );
            plan.hold(subject(), "deactivation", why);
        }
        return;
    }
    let mark = tag(user, DEACTIVATED_TAG).and_then(Deactivation::parse);
    let mark = mark.filter(|mark| mark.keys == [old.id] && mark.since <= rules.now);
    if old.is_active {
        let is_forced = rules.forced.contains(old.id);
        if is_used && !is_forced {
            let why = format!(
                "{} is {} days old and still used, so nothing is rotated: move its users to {new}, \
                 or plan with --force {}",
                old.id,
                old_age.whole_days(),
                old.id,
                new = new.id,
            );
            return plan.hold(subject(), KEYS, why);
        }
        if new.last_used.is_none() && new_age >= settings.rotate_after && !is_forced {
            let why = format!(
                "which of {} and {new} is in use is not known: move its users to {new}, and plan \
                 with --force {}",
                old.id,
                old.id,
                new = new.id,
            );
            return plan.hold(subject(), KEYS, why);
        }
        let key = old.id.to_owned();
        mark_since(rules, user, old, plan);
        let state = match old.last_used.filter(|_| is_used) {
            Some(at) => format!("forced, though used on {}", at.date()),
            None if is_forced => "forced".to_owned(),
            None => "unused".to_owned(),
        };
        let reason = format!("key is {} days old and {state}", old_age.whole_days());
        return plan.act(subject(), UserAction::DeactivateKey { key }, reason);
    }
    match mark {
        None => mark_since(rules, user, old, plan),
        Some(mark) if rules.now - mark.since < INACTIVE_FOR || is_used => {}
        Some(_) => {
            let key = old.id.to_owned();
            plan.act(
                subject(),
                UserAction::DeleteKey { key },
                "inactive for 3 days",
            );
            one(rules, user, new, plan);
        }
    }
}

/// Says since when the key is inactive, which AWS does not keep.
fn mark_since(rules: &Rules<'_>, user: &User, old: &Key<'_>, plan: &mut Plan) {
    let mark = Deactivation {
        since: rules.now,
        keys: vec![old.id.to_owned()],
    };
    let tag = Tag {
        key: DEACTIVATED_TAG.to_owned(),
        value: mark.to_string(),
    };
    let reason = format!("{} is deleted three days from now", old.id);
    plan.act(
        Subject::of(user),
        UserAction::Tag { tags: vec![tag] },
        reason,
    );
}

fn key(key: &AccessKey) -> Option<Key<'_>> {
    Some(Key {
        id: key.id.as_deref()?,
        created: key.rotated_at?,
        is_active: key.active,
        last_used: key.last_used.as_ref().map(|it| it.at),
    })
}
