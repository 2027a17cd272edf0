//! What a principal may write to: of many writers, most have nothing to do with a given user.

use std::sync::Arc;

use crate::analyze::decision::{AppliedPolicy, Boundary, PolicySource, Principal, PrincipalKind};
use crate::analyze::document::{Effect, Policy, Statement};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::node::Node;
use crate::analyze::escalation::power::reach::Reach;
use crate::analyze::escalation::raise::writes;

const JOINING: &str = "iam:addusertogroup";

/// A writer, and what it may write to.
pub(super) struct Writer<'w> {
    pub(super) asker: Asker<'w>,
    reach: Reach,
    /// Whether it may put users into groups, which are not theirs before.
    joins: bool,
}

impl<'w> Writer<'w> {
    pub(super) fn new(asker: Asker<'w>) -> Self {
        let principal = asker.principal;
        let writing = Principal {
            policies: principal.policies.iter().map(cut).collect(),
            ..principal.clone()
        };
        let documents = writing.policies.iter().map(|it| it.document.as_ref());
        let mut statements = documents.flat_map(|it| it.map(|it| &it.statements));
        let is_joining = |it: &Statement| it.action.matches(JOINING);
        Self {
            asker,
            joins: statements.any(|all| all.iter().any(is_joining)),
            reach: Reach::of(&asker, &writing),
        }
    }

    /// Whether it may write to one of `things`, which are those of `node`.
    pub(super) fn may_write_to(&self, node: &Node<'_>, things: &[&str]) -> bool {
        let is_user = node.principal.kind == PrincipalKind::User;
        (self.joins && is_user) || things.iter().any(|arn| self.reach.covers(arn))
    }
}

/// `policy` with the statements that allow to write alone.
fn cut(policy: &AppliedPolicy) -> AppliedPolicy {
    let document = policy.document.as_ref().map(|document| {
        let is_writing = |it: &&Statement| it.effect == Effect::Allow && writes(it);
        let statements = document.statements.iter().filter(is_writing);
        Arc::new(Policy {
            statements: statements.cloned().collect(),
        })
    });
    AppliedPolicy {
        source: policy.source.clone(),
        document,
    }
}

impl Graph<'_> {
    /// What makes more of `node` when it is written to: itself, its groups, its policies, and its
    /// boundary.
    pub(super) fn things<'n>(&'n self, node: &'n Node<'_>) -> Vec<&'n str> {
        let groups = node.groups.iter();
        let groups = groups.filter_map(|&at| self.account.groups.get(at));
        let policies = node.principal.policies.iter();
        let policies = policies.filter_map(|policy| match &policy.source {
            PolicySource::Managed { arn, .. } => Some(arn.as_str()),
            _ => None,
        });
        let boundary = match &node.principal.boundary {
            Boundary::Policy { arn, .. } => Some(arn.as_str()),
            Boundary::None | Boundary::Unread => None,
        };
        let own = std::iter::once(node.principal.arn.as_str());
        let others = groups.map(|it| it.arn.as_str()).chain(policies);
        own.chain(others).chain(boundary).collect()
    }
}
