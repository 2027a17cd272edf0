//! The Deny statements of a principal, as far as they can apply.

use crate::analyze::decision::{Request, Truth, resolve_text, statement_applies};
use crate::analyze::document::{Effect, Pattern, Statement, witness};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::limits::{Limit, LimitKind};

/// What denies something to the principal, or may.
pub(in crate::analyze::escalation) fn denies(asker: &Asker<'_>) -> Vec<Limit> {
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
pub(in crate::analyze::escalation) fn may_apply(asker: &Asker<'_>, statement: &Statement) -> Truth {
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
