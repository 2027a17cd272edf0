//! The paths of a principal, and how each goes on.

use crate::analyze::decision::{Session, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, NodeId, Step};
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::node::{Node, top_paths};
use crate::analyze::escalation::power::{Candidate, Power};
use crate::analyze::paths::{Catalogue, Family, Gain, Path};

impl<'a> Graph<'a> {
    /// Every path of `node`, each to its best target.
    pub(in crate::analyze) fn paths(&self, node: &Node<'a>) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        if node.is_unread {
            return found;
        }
        for one in node
            .own
            .iter()
            .filter(|it| node.sessions.contains(&it.session))
        {
            match found.iter_mut().find(|it| it.path.id == one.path.id) {
                Some(known) if !known.truth.is_true() => *known = one.clone(),
                Some(_) => {}
                None => found.push(one.clone()),
            }
        }
        for session in &node.sessions {
            let power = Power::new(Asker::new(self.account, node.principal, *session));
            for path in top_paths(node) {
                let is_known = found
                    .iter()
                    .any(|it| it.path.id == path.id && it.truth.is_true());
                if is_known {
                    continue;
                }
                if let Some(one) = self.best_target(node, &power, path) {
                    found.retain(|it| it.path.id != path.id || it.truth.is_true());
                    found.push(one);
                }
            }
        }
        for session in &node.sessions {
            let power = Power::new(Asker::new(self.account, node.principal, *session));
            found.extend(self.roles_that_grant_themselves(node, &power));
        }
        found.retain(|it| node.sessions.contains(&it.session));
        found
    }

    /// What `id` does to become an administrator, once it is taken over.
    pub(in crate::analyze) fn way_on(&self, id: NodeId) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = Some(id);
        while let Some(id) = at.take() {
            let Some(node) = self.node(id) else {
                break;
            };
            if node.is_admin_alone() {
                break;
            }
            let own = node.own.iter().find(|found| found.truth.is_true());
            if let Some(own) = own.or(node.own.first()) {
                steps.extend(own.steps.iter().cloned());
                break;
            }
            let via = self.via.get(self.position(id)).copied().flatten();
            let Some((path, target)) = via else {
                break;
            };
            let session = node
                .taken_sessions
                .first()
                .copied()
                .unwrap_or(Session::Unknown);
            let asker = Asker::new(self.account, node.principal, session);
            let candidate = self.candidate(node, path, target);
            steps.extend(
                candidate
                    .map(|it| Power::new(asker).steps(path, it))
                    .unwrap_or_default(),
            );
            at = Some(target);
        }
        steps
    }

    /// Roles that the principal may assume, and that then grant themselves more.
    fn roles_that_grant_themselves(&self, node: &Node<'a>, power: &Power<'a>) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        let assume = Catalogue::get()
            .paths
            .iter()
            .filter(|path| path.entry.is_some());
        let assume: Vec<&'static Path> = assume
            .filter(|path| path.needs.is_empty() && path.gains == Some(Gain::Top))
            .collect();
        for id in &self.self_granting {
            let &NodeId::Role(index) = id else {
                continue;
            };
            let Some(role) = self.account.roles.get(index) else {
                continue;
            };
            let own = self
                .node(NodeId::Role(index))
                .map_or(&[][..], |node| node.own.as_slice());
            let own = own
                .iter()
                .filter(|found| found.path.family == Family::RoleSelf);
            for found in own {
                if all
                    .iter()
                    .any(|it| it.path.id == found.path.id && it.truth.is_true())
                {
                    continue;
                }
                let candidate = Candidate::Role(index, role);
                let enter = assume
                    .iter()
                    .filter(|path| self.may_enter(node, path, index));
                let entered = enter.map(|path| power.reaches(path, candidate));
                let entered = entered.fold(Truth::False, Truth::or);
                let truth = entered.and(found.truth.clone());
                if truth.is_false() {
                    continue;
                }
                let first = Step::new("sts:AssumeRole", role.principal.arn.as_str());
                all.retain(|it| it.path.id != found.path.id);
                all.push(Found {
                    truth,
                    session: power.asker.session,
                    target: None,
                    steps: [first]
                        .into_iter()
                        .chain(found.steps.iter().cloned())
                        .collect(),
                    ..found.clone()
                });
            }
        }
        all
    }
}
