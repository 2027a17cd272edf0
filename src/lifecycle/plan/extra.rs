//! One user that there should not be: quarantined first, deleted later, by whatever guards let it.

use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::ours::{Owner, UNUSED_FOR, exempt, last_used, owner, tag, unknown_access};
use super::{Observed, Plan, Rules};
use crate::lifecycle::{
    Deactivation, DesiredState, PlannedAction, QUARANTINE_TAG, Subject, UserAction,
};
use crate::model::User;

/// Whoever is younger may be desired by a state that is only on its way.
const AGE_MIN: Duration = Duration::DAY;

/// The removal of `user`, unless it is not ours or a guard holds it.
pub(super) fn user(
    rules: &Rules<'_>,
    user: &User,
    desired: &DesiredState,
    observed: &Observed,
    plan: &mut Plan,
) -> Option<PlannedAction> {
    match owner(user, rules.settings) {
        Owner::Us => {}
        // Most of an account is others', and only what looks like ours is worth a word.
        Owner::Others(why) => {
            if user.path.starts_with(&rules.settings.path) {
                plan.hold(Subject::of(user), "everything", format!("not ours: {why}"));
            }
            return None;
        }
        Owner::Unknown(why) => {
            let why = format!("whose it is is not known: tags unknown: {why}");
            plan.hold(Subject::of(user), "everything", why);
            return None;
        }
    }
    if let Some(why) = rules.why_ahead(user) {
        plan.hold(Subject::of(user), "removal", why);
        return None;
    }
    let guarded = desired.removal_bar.clone();
    let guarded = guarded.or_else(|| observed.why_incomplete.clone());
    if let Some(why) = guarded.or_else(|| guard(rules, user, observed)) {
        plan.hold(Subject::of(user), "removal", why);
        return None;
    }
    match removal(rules, user) {
        Ok((action, reason)) => Some(PlannedAction {
            user: Subject::of(user),
            action,
            reason,
        }),
        Err(why) => {
            plan.hold(Subject::of(user), "deletion", why);
            None
        }
    }
}

/// Why `user` is never removed, if so.
fn guard(rules: &Rules<'_>, user: &User, observed: &Observed) -> Option<String> {
    if user.arn == observed.caller {
        return Some("it is the caller itself".to_owned());
    }
    match exempt(user, rules.settings) {
        Ok(None) => {}
        Ok(Some(by)) => return Some(format!("it is exempt by {by}")),
        Err(why) => return Some(why),
    }
    if let Some(why) = unknown_access(user) {
        return Some(why);
    }
    if rules.is_recent(user.created_at, AGE_MIN) {
        return Some("it is younger than a day".to_owned());
    }
    last_used(user)
        .filter(|&at| rules.is_recent(at, UNUSED_FOR))
        .map(|at| format!("it was used on {}", at.date()))
}

/// The next step of its removal, and why; or what it waits for.
fn removal(rules: &Rules<'_>, user: &User) -> Result<(UserAction, String), String> {
    let keys = user.access_keys.value().into_iter().flatten();
    let active: Vec<String> = keys
        .filter(|key| key.active)
        .filter_map(|key| key.id.clone())
        .collect();
    let has_password = user.console.value().is_some_and(|it| it.enabled);
    let Some(mark) = tag(user, QUARANTINE_TAG) else {
        let (since, keys) = (rules.now, active);
        let mark = Deactivation { since, keys };
        return Ok((UserAction::Quarantine { mark }, "not desired".to_owned()));
    };
    let Some(mut mark) = Deactivation::parse(mark) else {
        return Err(format!("its tag {QUARANTINE_TAG} says no time"));
    };
    if !active.is_empty() || has_password {
        // Broken off, or somebody gave access back: the wait begins again.
        mark.since = rules.now;
        mark.keys.extend(active);
        mark.keys.sort();
        mark.keys.dedup();
        let reason = "not desired, in quarantine, and still with access".to_owned();
        return Ok((UserAction::Quarantine { mark }, reason));
    }
    let wait = Duration::days(rules.settings.quarantine_days.into());
    match rules.is_recent(mark.since, wait) {
        false => {
            let reason = format!("in quarantine since {}", mark.since.date());
            Ok((UserAction::Delete, reason))
        }
        true => {
            let until = mark
                .since
                .checked_add(wait)
                .and_then(|it| it.format(&Rfc3339).ok());
            let until = until.unwrap_or_else(|| "a time without end".to_owned());
            Err(format!("in quarantine until {until}"))
        }
    }
}
