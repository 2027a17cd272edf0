//! What stands between a grant of everything and an administrator, and whether the principal can
//! lift it itself.

use std::sync::{Arc, LazyLock};

use super::asker::Asker;
use super::cap;
use super::full::everything;
use super::lift::{self, Lift};
use crate::analyze::decision::{
    AppliedPolicy, Boundary, Holder, PolicySource, Principal, PrincipalKind, Request, Truth,
    resolve_text, statement_applies,
};
use crate::analyze::document::{
    ActionElement, Effect, Pattern, Policy, ResourceElement, Statement, Text, witness,
};

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
    /// Service control policies that leave IAM alone.
    Guardrail,
    /// Service control policies that do not.
    ServiceControl,
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
pub(super) fn everything_document() -> Arc<Policy> {
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
                let open = ways.iter().filter(|way| way.truth.is_true()).map(|way| way.id);
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
    for (limit, _) in limits.iter().zip(&is_lifted).filter(|(_, is_done)| !**is_done) {
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

fn denies(asker: &Asker<'_>) -> Vec<Limit> {
    let mut limits = Vec::new();
    for policy in &asker.principal.policies {
        if policy.document.is_none() {
            limits.push(Limit {
                kind: LimitKind::Missing {
                    source: policy.source.clone(),
                },
                applies: Truth::on_document(&policy.source.label()),
                lifted_by: Vec::new(),
            });
        }
        let statements = policy.document.iter().flat_map(|it| it.statements.iter());
        for (index, statement) in statements.enumerate() {
            if statement.effect != Effect::Deny {
                continue;
            }
            let applies = may_apply(asker, statement);
            if !applies.is_false() {
                limits.push(Limit {
                    kind: LimitKind::Deny {
                        source: policy.source.clone(),
                        statement: index,
                        sid: statement.sid.clone(),
                    },
                    applies,
                    lifted_by: Vec::new(),
                });
            }
        }
    }
    limits
}

/// Whether there is a request to which a Deny applies.
pub(super) fn may_apply(asker: &Asker<'_>, statement: &Statement) -> Truth {
    let any = Pattern::parse("*:*");
    let named = statement.action.patterns.iter();
    let mut actions: Vec<String> = match statement.action.is_negated {
        true => vec![
            "rollcall-any:rollcall-any".to_owned(),
            "iam:rollcall-any".to_owned(),
        ],
        false => named.filter_map(|it| witness(it, &any)).collect(),
    };
    // A list of everything may still tell IAM from the rest by its conditions.
    actions.push("iam:rollcall-any".to_owned());
    let context = asker.context();
    let request = |action, resource, context| Request {
        principal: asker.principal,
        action,
        resource,
        context,
    };
    let resources: Vec<String> = match &statement.resource {
        Some(resource) if !resource.is_negated => {
            let texts = resource.texts.iter();
            let asked = request("", "*", &context);
            texts
                .map(|text| match resolve_text(text, &asked) {
                    Some(pattern) => witness(&pattern, &Pattern::parse("*")).unwrap_or_default(),
                    None => text.written.clone(),
                })
                .collect()
        }
        _ => vec!["*".to_owned()],
    };
    // Whoever creates or changes a principal leaves the boundary out.
    let unbounded = asker.context().without("iam:permissionsboundary");
    let mut truth = Truth::False;
    for action in &actions {
        for resource in &resources {
            for context in [&context, &unbounded] {
                let asked = request(action, resource, context);
                truth = truth.or(statement_applies(statement, &asked));
            }
        }
    }
    truth
}

fn boundary(asker: &Asker<'_>) -> Option<Limit> {
    let (arn, document) = match &asker.principal.boundary {
        Boundary::None => return None,
        Boundary::Unread => ("", None),
        Boundary::Policy { arn, document } => (arn.as_str(), document.as_ref()),
    };
    let applies = match document {
        None => Truth::on_document("permissions boundary"),
        Some(document) => cap::limits(asker, document, arn),
    };
    (!applies.is_false()).then(|| Limit {
        kind: LimitKind::Boundary {
            arn: arn.to_owned(),
        },
        applies,
        lifted_by: Vec::new(),
    })
}
