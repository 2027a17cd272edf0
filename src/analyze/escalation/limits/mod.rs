//! What stands between a grant of everything and an administrator, and whether the principal can
//! lift it itself.

pub(super) mod cap;
pub(super) mod deny;
pub(super) mod full;
pub(super) mod lift;

use std::sync::{Arc, LazyLock};

use self::deny::denies;
use self::full::everything;
use self::lift::Lift;
use crate::analyze::decision::{
    AppliedPolicy, Boundary, Holder, PolicySource, Principal, PrincipalKind, Truth,
};
use crate::analyze::document::{
    ActionElement, Effect, Pattern, Policy, ResourceElement, Statement, Text,
};
use crate::analyze::escalation::asker::Asker;

/// Whether a principal is an administrator, and what limits it.
#[derive(Debug, Clone)]
pub(in crate::analyze) struct Standing {
    /// Whether everything is allowed, or can be after the principal lifts its limits.
    pub(in crate::analyze) is_admin: Truth,
    /// Whether everything would be allowed but for a boundary or service control policy.
    pub(in crate::analyze) is_capped: Truth,
    /// What limits the principal.
    pub(in crate::analyze) limits: Vec<Limit>,
}

/// One limit.
#[derive(Debug, Clone)]
pub(in crate::analyze) struct Limit {
    pub(in crate::analyze) kind: LimitKind,
    /// Whether it applies at all.
    pub(in crate::analyze) applies: Truth,
    /// The paths that lift it; none if the principal cannot.
    pub(in crate::analyze) lifted_by: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::analyze) enum LimitKind {
    /// A Deny of an identity policy.
    Deny {
        source: PolicySource,
        statement: usize,
        sid: Option<String>,
    },
    /// A document that is missing or malformed, and may deny.
    Missing { source: PolicySource },
    /// The permissions boundary.
    Boundary { arn: String },
    /// Service control policies, by name; some are guardrails that leave IAM alone.
    ServiceControl { names: Vec<String> },
}

static EVERYTHING: LazyLock<Arc<Policy>> = LazyLock::new(|| {
    Arc::new(Policy {
        statements: vec![Statement {
            sid: None,
            effect: Effect::Allow,
            principal: None,
            action: ActionElement {
                is_negated: false,
                patterns: vec![Pattern::parse("*")],
            },
            resource: Some(ResourceElement {
                is_negated: false,
                texts: vec![Text::parse("*", false, true)],
            }),
            conditions: Vec::new(),
        }],
    })
});

/// The document that allows everything on everything.
pub(in crate::analyze::escalation) fn everything_document() -> Arc<Policy> {
    Arc::clone(&EVERYTHING)
}

/// `principal` with a policy more, which allows everything.
pub(in crate::analyze) fn granted_everything(principal: &Principal) -> Principal {
    let holder = match principal.kind {
        PrincipalKind::User => Holder::User(principal.name.clone()),
        PrincipalKind::Role => Holder::Role(principal.name.clone()),
    };
    let mut granted = principal.clone();
    granted.policies.push(AppliedPolicy {
        source: PolicySource::Inline {
            holder,
            name: "rollcall-any".to_owned(),
        },
        document: Some(everything_document()),
    });
    granted
}

/// How `asker` stands to being an administrator.
pub(in crate::analyze) fn standing(asker: &Asker<'_>) -> Standing {
    let full = everything(asker, &asker.principal.policies);
    let none = Standing {
        is_admin: Truth::False,
        is_capped: Truth::False,
        limits: Vec::new(),
    };
    if full.is_false() {
        return none;
    }
    let mut limits = denies(asker);
    limits.extend(boundary(asker));
    let (lifted, rest) = lift_all(asker, &mut limits);
    let organization = cap::organization(asker);
    limits.extend(organization.limit);
    let by_denies = rest.denies;
    let is_admin = full
        .clone()
        .and(lifted)
        .and(!by_denies.clone())
        .and(!rest.boundary.clone())
        .and(!organization.caps.clone());
    let is_capped = full
        .and(!by_denies)
        .and(rest.boundary.or(organization.caps));
    Standing {
        is_admin,
        is_capped,
        limits,
    }
}

/// What is left after everything was lifted that could be.
struct Rest {
    denies: Truth,
    boundary: Truth,
}

/// Lifts the limits in rounds; the result holds if what was lifted certainly could be.
///
/// The ways that are noted are those of the round in which a limit is first lifted, so that the
/// order of policies and statements does not matter.
fn lift_all(asker: &Asker<'_>, limits: &mut [Limit]) -> (Truth, Rest) {
    let mut state = asker.principal.clone();
    let mut is_lifted = vec![false; limits.len()];
    let mut certainty = Truth::True;
    // First with what is certain; what is uncertain counts only where nothing else helps.
    for with_uncertain in [false, true] {
        loop {
            let before = state.clone();
            let mut is_progress = false;
            for (limit, is_done) in limits.iter_mut().zip(&mut is_lifted) {
                if *is_done {
                    continue;
                }
                let ways = lift::ways(&asker.as_principal(&before), &limit.kind);
                let open = ways
                    .iter()
                    .filter(|way| way.truth.is_true())
                    .map(|way| way.id);
                limit.lifted_by.extend(open);
                if best(ways, with_uncertain).is_none() {
                    continue;
                }
                // What was lifted in this round before may only help.
                let ways = lift::ways(&asker.as_principal(&state), &limit.kind);
                let Some(Lift { truth, after, .. }) = best(ways, with_uncertain) else {
                    continue;
                };
                certainty = certainty.and(truth);
                state = after;
                *is_done = true;
                is_progress = true;
            }
            if !is_progress {
                break;
            }
        }
    }
    let mut rest = Rest {
        denies: Truth::False,
        boundary: Truth::False,
    };
    for (limit, _) in limits
        .iter()
        .zip(&is_lifted)
        .filter(|(_, is_done)| !**is_done)
    {
        let applies = limit.applies.clone();
        match limit.kind {
            LimitKind::Deny { .. } | LimitKind::Missing { .. } => {
                rest.denies = rest.denies.or(applies);
            }
            _ => rest.boundary = rest.boundary.or(applies),
        }
    }
    (certainty, rest)
}

/// The most certain of `ways`.
fn best(ways: Vec<Lift>, with_uncertain: bool) -> Option<Lift> {
    let mut open = ways.into_iter().filter(|way| !way.truth.is_false());
    let first = open.next()?;
    let best = match first.truth.is_true() {
        true => first,
        false => open.find(|way| way.truth.is_true()).unwrap_or(first),
    };
    (best.truth.is_true() || with_uncertain).then_some(best)
}

fn boundary(asker: &Asker<'_>) -> Option<Limit> {
    let (arn, document) = match &asker.principal.boundary {
        Boundary::None => return None,
        Boundary::Unread => {
            let what = "the permissions boundary".to_owned();
            return Some(Limit {
                applies: Truth::on_document(&what),
                kind: LimitKind::Missing {
                    source: PolicySource::Unread { what },
                },
                lifted_by: Vec::new(),
            });
        }
        Boundary::Policy { arn, document } => (arn, document),
    };
    let applies = match document {
        None => Truth::on_document(arn),
        Some(document) => cap::limits(asker, document, arn),
    };
    (!applies.is_false()).then(|| Limit {
        kind: LimitKind::Boundary { arn: arn.clone() },
        applies,
        lifted_by: Vec::new(),
    })
}
