//! Whether policies together allow everything on everything.

use std::collections::BTreeSet;

use crate::analyze::decision::{AppliedPolicy, Request, Truth, statement_applies};
use crate::analyze::document::{Effect, Pattern, Resolved, Statement, Variable, witness};
use crate::analyze::escalation::asker::Asker;

/// An action, a resource and an action of IAM that no policy names.
const ANY_ACTION: &str = "rollcall-any:rollcall-any";
const ANY_RESOURCE: &str = "arn:rollcall-any";
const ANY_IAM_ACTION: &str = "iam:rollcall-any";

/// Whether the Allow statements of `policies` together cover every action on every resource.
///
/// What they leave out, if anything, is left out by each of them: an action that no list names, or
/// one that a NotAction names; likewise for resources. Those are asked for, one by one.
pub(in crate::analyze) fn everything(asker: &Asker<'_>, policies: &[AppliedPolicy]) -> Truth {
    let statements = || {
        let documents = policies
            .iter()
            .filter_map(|policy| policy.document.as_deref());
        let all = documents.flat_map(|document| document.statements.iter());
        all.filter(|statement| statement.effect == Effect::Allow)
    };
    let missing = policies.iter().filter(|policy| policy.document.is_none());
    let missing = missing.fold(Truth::False, |truth, policy| {
        truth.or(Truth::on_document(&policy.source.label()))
    });
    if missing.is_false() && !statements().any(is_broad) {
        return Truth::False;
    }
    let (actions, resources) = (
        left_out_actions(statements()),
        left_out_resources(statements()),
    );
    let context = asker.context();
    let mut all = Truth::True;
    for action in &actions {
        for resource in &resources {
            let request = Request {
                principal: asker.principal,
                action,
                resource,
                context: &context,
            };
            let mut allowed = missing.clone();
            for statement in statements() {
                allowed = allowed.or(statement_applies(statement, &request));
                if allowed.is_true() {
                    break;
                }
            }
            all = all.and(allowed);
            if all.is_false() {
                return all;
            }
        }
    }
    all
}

/// Whether a statement covers almost everything, so that a union with others may be everything.
fn is_broad(statement: &Statement) -> bool {
    let action = &statement.action;
    action.is_negated || action.patterns.iter().any(|it| it.matches(ANY_ACTION))
}

fn left_out_actions<'a>(statements: impl Iterator<Item = &'a Statement>) -> BTreeSet<String> {
    let negated = statements.filter(|statement| statement.action.is_negated);
    let lists: Vec<&[Pattern]> = negated.map(|it| it.action.patterns.as_slice()).collect();
    let mut actions = BTreeSet::from([ANY_ACTION.to_owned(), ANY_IAM_ACTION.to_owned()]);
    actions.extend(intersections(&lists, &Pattern::parse("*:*")));
    actions
}

fn left_out_resources<'a>(statements: impl Iterator<Item = &'a Statement>) -> BTreeSet<String> {
    let resources = statements.filter_map(|statement| statement.resource.as_ref());
    let lists: Vec<Vec<Pattern>> = resources
        .filter(|resource| resource.is_negated)
        .map(|resource| {
            let patterns = resource.texts.iter().filter_map(|text| {
                match text.resolve(|_| Variable::Value("rollcall-any".to_owned())) {
                    Resolved::Pattern(pattern) => Some(pattern),
                    Resolved::Unresolvable | Resolved::Unknown(_) => None,
                }
            });
            patterns.collect()
        })
        .collect();
    let lists: Vec<&[Pattern]> = lists.iter().map(Vec::as_slice).collect();
    // A text that is `*` itself, as a tag may be, is no wildcard.
    let mut found = BTreeSet::from(["*".to_owned(), ANY_RESOURCE.to_owned()]);
    found.extend(intersections(&lists, &Pattern::parse("*")));
    found
}

/// Texts that one list, or two lists together, name within `bounds`.
fn intersections(lists: &[&[Pattern]], bounds: &Pattern) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for (index, list) in lists.iter().enumerate() {
        for one in *list {
            texts.extend(witness(one, bounds));
            let others = lists.iter().skip(index + 1).flat_map(|list| list.iter());
            texts.extend(others.filter_map(|other| witness(one, other)));
        }
    }
    texts
}
