//! A principal cut down to what its policies say of one action.

use std::sync::Arc;

use crate::analyze::account::IamAccount;
use crate::analyze::decision::{AppliedPolicy, Boundary, Principal, resource_tag};
use crate::analyze::document::Policy;

/// `principal` with the statements on `action` alone; it is decided on as before, since no other
/// statement applies to the action.
pub(in crate::analyze::escalation) fn to_action(principal: &Principal, action: &str) -> Principal {
    let policies = principal.policies.iter().filter_map(|policy| {
        let Some(document) = &policy.document else {
            return Some(policy.clone());
        };
        let document = cut(document, action);
        let is_empty = document.statements.is_empty();
        (!is_empty).then(|| AppliedPolicy {
            source: policy.source.clone(),
            document: Some(document),
        })
    });
    Principal {
        kind: principal.kind,
        arn: principal.arn.clone(),
        name: principal.name.clone(),
        id: principal.id.clone(),
        tags: principal.tags.clone(),
        policies: policies.collect(),
        boundary: match &principal.boundary {
            Boundary::Policy {
                arn,
                document: Some(document),
            } => Boundary::Policy {
                arn: arn.clone(),
                document: Some(cut(document, action)),
            },
            other => other.clone(),
        },
    }
}

/// Whether a condition of what applies to `principal` is on the tags of what is asked for.
pub(in crate::analyze::escalation) fn is_on_tags(
    principal: &Principal,
    account: &IamAccount,
) -> bool {
    let boundary = match &principal.boundary {
        Boundary::Policy { document, .. } => document.as_ref(),
        Boundary::None | Boundary::Unread => None,
    };
    let levels = account.service_control_policies.iter().flatten().flatten();
    let policies = principal.policies.iter().chain(levels);
    let mut documents = policies
        .filter_map(|it| it.document.as_ref())
        .chain(boundary);
    documents.any(|document| names_tags(document))
}

/// Whether a condition of `document` is on the tags of what is asked for.
pub(in crate::analyze::escalation) fn names_tags(document: &Policy) -> bool {
    let conditions = document.statements.iter().flat_map(|it| &it.conditions);
    conditions
        .map(|it| resource_tag(&it.key))
        .any(|tag| tag.is_some())
}

fn cut(document: &Arc<Policy>, action: &str) -> Arc<Policy> {
    let is_on = |statement: &&crate::analyze::document::Statement| statement.action.matches(action);
    if document
        .statements
        .iter()
        .all(|statement| is_on(&statement))
    {
        return Arc::clone(document);
    }
    let statements = document.statements.iter().filter(is_on);
    Arc::new(Policy {
        statements: statements.cloned().collect(),
    })
}
