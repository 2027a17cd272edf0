//! The ways in which a principal can lift a limit, and what it is afterwards.

use std::sync::Arc;

use crate::analyze::account::is_customer_managed;
use crate::analyze::decision::{
    AppliedPolicy, Boundary, Holder, PolicySource, Principal, PrincipalKind, Truth,
};
use crate::analyze::document::{Effect, Policy};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::limits::cap;
use crate::analyze::escalation::limits::full::everything;
use crate::analyze::escalation::limits::{LimitKind, everything_document, granted_everything};

/// The path that brings back an older version of a policy.
const OLDER_VERSION: &str = "iam-setdefaultpolicyversion";

/// A way to lift a limit.
pub(in crate::analyze::escalation) struct Lift {
    /// The path.
    pub(in crate::analyze::escalation) id: &'static str,
    /// Whether the principal may.
    pub(in crate::analyze::escalation) truth: Truth,
    /// The principal afterwards.
    pub(in crate::analyze::escalation) after: Principal,
}

/// The ways to lift a limit of that kind.
pub(in crate::analyze::escalation) fn ways(asker: &Asker<'_>, kind: &LimitKind) -> Vec<Lift> {
    match kind {
        LimitKind::Boundary { arn } => of_boundary(asker, arn),
        LimitKind::Deny { source, .. } => of_deny(asker, source),
        LimitKind::Missing { .. } | LimitKind::ServiceControl { .. } => Vec::new(),
    }
}

fn of_boundary(asker: &Asker<'_>, arn: &str) -> Vec<Lift> {
    let principal = asker.principal;
    let own = principal.arn.as_str();
    let actions: [(&'static str, &str); 2] = match principal.kind {
        PrincipalKind::User => [
            ("iam-022", "iam:deleteuserpermissionsboundary"),
            (
                "iam-putuserpermissionsboundary",
                "iam:putuserpermissionsboundary",
            ),
        ],
        PrincipalKind::Role => [
            ("iam-023", "iam:deleterolepermissionsboundary"),
            (
                "iam-putrolepermissionsboundary",
                "iam:putrolepermissionsboundary",
            ),
        ],
    };
    let after = || Principal {
        boundary: Boundary::None,
        ..principal.clone()
    };
    let mut ways: Vec<Lift> = actions
        .into_iter()
        .map(|(id, action)| Lift {
            id,
            truth: asker.may(action, own, &principal.boundary),
            after: after(),
        })
        .collect();
    if is_customer_managed(arn) {
        ways.push(Lift {
            id: "iam-boundarypolicyversion",
            truth: asker.may_add_version(arn),
            after: after(),
        });
        let is_open = |document: &Arc<Policy>| cap::limits(asker, document, arn).is_false();
        let is_one_open = older(asker, arn).any(is_open);
        ways.extend(is_one_open.then(|| Lift {
            id: OLDER_VERSION,
            truth: asker.may("iam:setdefaultpolicyversion", arn, &Boundary::None),
            after: after(),
        }));
    }
    ways
}

/// The documents of a policy's other versions.
fn older<'a>(asker: &Asker<'a>, arn: &str) -> impl Iterator<Item = &'a Arc<Policy>> {
    let policy = asker.account.policies.get(arn);
    let older = policy.into_iter().flat_map(|policy| &policy.older);
    older.map(|(_, document)| document)
}

/// Bringing back a version of the policy `arn` that denies nothing.
fn brought_back(asker: &Asker<'_>, source: &PolicySource, arn: &str) -> Vec<Lift> {
    let denies_nothing = |document: &&Arc<Policy>| {
        let mut statements = document.statements.iter();
        statements.all(|statement| statement.effect == Effect::Allow)
    };
    let versions = older(asker, arn).filter(denies_nothing);
    let ways = versions.filter_map(|version| {
        let after = replaced(asker.principal, source, version);
        kept_full(asker, OLDER_VERSION, after, || {
            asker.may("iam:setdefaultpolicyversion", arn, &Boundary::None)
        })
    });
    ways.collect()
}

fn of_deny(asker: &Asker<'_>, source: &PolicySource) -> Vec<Lift> {
    let own = asker.principal.arn.as_str();
    let boundary = &asker.principal.boundary;
    let mut ways = Vec::new();
    match source {
        PolicySource::Inline { holder, .. } => {
            let (target, put, delete) = match holder {
                Holder::User(_) => (
                    own.to_owned(),
                    ("iam-007", "iam:putuserpolicy"),
                    ("iam-deleteuserpolicy", "iam:deleteuserpolicy"),
                ),
                Holder::Role(_) => (
                    own.to_owned(),
                    ("iam-005", "iam:putrolepolicy"),
                    ("iam-deleterolepolicy", "iam:deleterolepolicy"),
                ),
                Holder::Group(name) => (
                    group_arn(asker, name),
                    ("iam-011", "iam:putgrouppolicy"),
                    ("iam-deletegrouppolicy", "iam:deletegrouppolicy"),
                ),
            };
            ways.push(Lift {
                id: put.0,
                truth: asker.may(put.1, &target, boundary),
                after: rewritten(asker.principal, source),
            });
            ways.extend(removal(asker, source, delete.0, || {
                asker.may(delete.1, &target, boundary)
            }));
        }
        PolicySource::Managed { holder, arn, .. } => {
            let (target, id, action) = match holder {
                Holder::User(_) => (
                    own.to_owned(),
                    "iam-detachuserpolicy",
                    "iam:detachuserpolicy",
                ),
                Holder::Role(_) => (
                    own.to_owned(),
                    "iam-detachrolepolicy",
                    "iam:detachrolepolicy",
                ),
                Holder::Group(name) => (
                    group_arn(asker, name),
                    "iam-detachgrouppolicy",
                    "iam:detachgrouppolicy",
                ),
            };
            if is_customer_managed(arn) {
                ways.push(Lift {
                    id: "iam-denypolicyversion",
                    truth: asker.may_add_version(arn),
                    after: rewritten(asker.principal, source),
                });
                ways.extend(brought_back(asker, source, arn));
            }
            ways.extend(removal(asker, source, id, || {
                asker.may_detach(action, &target, arn)
            }));
        }
        _ => {}
    }
    if let PolicySource::Inline { holder, .. } | PolicySource::Managed { holder, .. } = source
        && let Holder::Group(name) = holder
    {
        let target = group_arn(asker, name);
        let after = without(asker.principal, |other| {
            matches!(other, PolicySource::Inline { holder: it, .. }
                | PolicySource::Managed { holder: it, .. } if it == holder)
        });
        ways.extend(kept_full(asker, "iam-removeuserfromgroup", after, || {
            asker.may("iam:removeuserfromgroup", &target, &Boundary::None)
        }));
    }
    ways
}

/// The removal of one policy, if everything is still allowed afterwards.
fn removal(
    asker: &Asker<'_>,
    source: &PolicySource,
    id: &'static str,
    may: impl FnOnce() -> Truth,
) -> Option<Lift> {
    let after = without(asker.principal, |other| other == source);
    kept_full(asker, id, after, may)
}

/// The way to `after`, which has to grant everything, or else the principal grants itself
/// everything before.
fn kept_full(
    asker: &Asker<'_>,
    id: &'static str,
    after: Principal,
    may: impl FnOnce() -> Truth,
) -> Option<Lift> {
    let truth = may();
    if truth.is_false() {
        return None;
    }
    let full = everything(&asker.as_principal(&after), &after.policies);
    if full.is_true() {
        return Some(Lift { id, truth, after });
    }
    let own = asker.principal.arn.as_str();
    let actions = match asker.principal.kind {
        PrincipalKind::User => ["iam:putuserpolicy", "iam:attachuserpolicy"],
        PrincipalKind::Role => ["iam:putrolepolicy", "iam:attachrolepolicy"],
    };
    let grants = actions.iter().fold(Truth::False, |grants, action| {
        grants.or(asker.may(action, own, &asker.principal.boundary))
    });
    let truth = truth.and(grants);
    (!truth.is_false()).then(|| Lift {
        id,
        truth,
        after: granted_everything(&after),
    })
}

/// The principal after a policy was replaced by one that allows everything.
pub(in crate::analyze::escalation) fn rewritten(
    principal: &Principal,
    source: &PolicySource,
) -> Principal {
    replaced(principal, source, &everything_document())
}

/// The principal after the document of a policy was replaced.
fn replaced(principal: &Principal, source: &PolicySource, document: &Arc<Policy>) -> Principal {
    let mut after = principal.clone();
    for policy in &mut after.policies {
        let is_same_policy = match (&policy.source, source) {
            (PolicySource::Managed { arn: one, .. }, PolicySource::Managed { arn: other, .. }) => {
                one == other
            }
            (one, other) => one == other,
        };
        if is_same_policy {
            policy.document = Some(Arc::clone(document));
        }
    }
    after
}

fn without(principal: &Principal, is_gone: impl Fn(&PolicySource) -> bool) -> Principal {
    let policies = principal.policies.iter();
    let rest = policies.filter(|policy: &&AppliedPolicy| !is_gone(&policy.source));
    Principal {
        policies: rest.cloned().collect(),
        ..principal.clone()
    }
}

/// The ARN of the group `name`.
pub(in crate::analyze::escalation) fn group_arn(asker: &Asker<'_>, name: &str) -> String {
    let groups = asker.account.groups.iter();
    let mut named = groups.filter(|group| group.name == name);
    named
        .next()
        .map(|group| group.arn.clone())
        .unwrap_or_default()
}
