//! Boundaries with which a new user or role has to be created.

use crate::analyze::decision::Boundary;
use crate::analyze::document::{Effect, Pattern, witness};
use crate::analyze::escalation::asker::Asker;

/// No boundary, and those that conditions on the creation name.
pub(super) fn boundaries(asker: &Asker<'_>, kind: &str) -> Vec<Boundary> {
    let action = format!("iam:create{kind}");
    let documents = asker.principal.policies.iter();
    let documents = documents.filter_map(|policy| policy.document.as_ref());
    let statements = documents.flat_map(|document| &document.statements);
    let granting = statements.filter(|it| it.effect == Effect::Allow && it.action.matches(&action));
    let conditions = granting.flat_map(|it| &it.conditions);
    let values = conditions
        .filter(|condition| condition.key == "iam:permissionsboundary")
        .flat_map(|condition| &condition.values);
    let mut arns: Vec<String> = values
        .filter_map(|value| witness(value.fixed()?, &Pattern::parse("*")))
        .collect();
    arns.sort_unstable();
    arns.dedup();
    let named = arns.into_iter().map(|arn| Boundary::Policy {
        arn,
        document: None,
    });
    std::iter::once(Boundary::None).chain(named).collect()
}

/// The action that removes the boundary again, if there is one.
pub(super) fn removal(boundary: &Boundary, kind: &str) -> Option<&'static str> {
    match (boundary, kind) {
        (Boundary::None, _) => None,
        (_, "user") => Some("iam:DeleteUserPermissionsBoundary"),
        _ => Some("iam:DeleteRolePermissionsBoundary"),
    }
}
