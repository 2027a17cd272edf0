//! The least that has to be taken from an administrator so that it is none.

use super::privilege::Change;
use crate::analyze::account::{IamAccount, IamUser};
use crate::analyze::decision::{AppliedPolicy, Holder, PolicySource, Principal, Session};
use crate::analyze::document::Effect;
use crate::analyze::escalation::{Asker, standing};

/// Changes after all of which `user` is no administrator in any of `sessions`; with any one of
/// them left out, it still is.
pub(super) fn of(account: &IamAccount, user: &IamUser, sessions: &[Session]) -> Vec<Change> {
    let principal = &user.principal;
    let changes = candidates(principal);
    let is_admin = |removed: &[&Change]| {
        let changed = without(principal, removed);
        let mut sessions = sessions.iter();
        sessions.any(|session| {
            let asker = Asker::new(account, &changed, *session);
            !standing(&asker).is_admin.is_false()
        })
    };
    for (index, one) in changes.iter().enumerate() {
        if !is_admin(&[one]) {
            return vec![one.clone()];
        }
        for other in changes.iter().take(index) {
            if !is_admin(&[other, one]) && is_admin(&[other]) {
                return in_order(vec![other.clone(), one.clone()]);
            }
        }
    }
    let mut kept: Vec<&Change> = changes.iter().collect();
    if is_admin(&kept) {
        return Vec::new();
    }
    let mut index = 0;
    while index < kept.len() {
        let left_out = kept.remove(index);
        if is_admin(&kept) {
            kept.insert(index, left_out);
            index += 1;
        }
    }
    in_order(kept.into_iter().cloned().collect())
}

fn in_order(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort();
    changes
}

/// What may be taken away: what allows something, from the user itself rather than from a group
/// that others are in.
fn candidates(principal: &Principal) -> Vec<Change> {
    let allows = |policy: &&AppliedPolicy| {
        let statements = policy.document.iter().flat_map(|it| it.statements.iter());
        statements
            .clone()
            .any(|statement| statement.effect == Effect::Allow)
    };
    let user = Holder::User(principal.name.clone()).label();
    let policies = principal.policies.iter().filter(allows);
    let mut changes: Vec<Change> = policies
        .filter_map(|policy| match &policy.source {
            PolicySource::Inline { holder, name } => Some(match holder {
                Holder::Group(group) => membership(&user, group),
                holder => Change::Inline {
                    from: holder.label(),
                    policy: name.clone(),
                },
            }),
            PolicySource::Managed { holder, arn, .. } => Some(match holder {
                Holder::Group(group) => membership(&user, group),
                holder => Change::Attached {
                    from: holder.label(),
                    policy: arn.clone(),
                },
            }),
            _ => None,
        })
        .collect();
    changes.sort();
    changes.dedup();
    changes
}

fn membership(user: &str, group: &str) -> Change {
    Change::Membership {
        from: user.to_owned(),
        group: group.to_owned(),
    }
}

/// `principal` after `removed`.
fn without(principal: &Principal, removed: &[&Change]) -> Principal {
    let is_removed = |policy: &AppliedPolicy| {
        removed.iter().any(|change| match (change, &policy.source) {
            (Change::Membership { group, .. }, PolicySource::Inline { holder, .. })
            | (Change::Membership { group, .. }, PolicySource::Managed { holder, .. }) => {
                *holder == Holder::Group(group.clone())
            }
            (Change::Inline { from, policy }, PolicySource::Inline { holder, name }) => {
                *from == holder.label() && policy == name
            }
            (Change::Attached { from, policy }, PolicySource::Managed { holder, arn, .. }) => {
                *from == holder.label() && policy == arn
            }
            _ => false,
        })
    };
    let policies = principal
        .policies
        .iter()
        .filter(|policy| !is_removed(policy));
    Principal {
        policies: policies.cloned().collect(),
        ..principal.clone()
    }
}
