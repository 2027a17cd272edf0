//! Principals that reach the top after a change of themselves: a group joined that may assume a role,
//! a boundary removed that kept them from it.

use std::ops::ControlFlow;

use crate::analyze::decision::{Session, Truth};
use crate::analyze::escalation::actions::Digests;
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Found;
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::coalition::sessions;
use crate::analyze::escalation::graph::node::Node;
use crate::analyze::escalation::own::{Change, changes};
use crate::analyze::escalation::power::Power;
use crate::analyze::paths::Path;

impl Graph<'_> {
    /// Adds whoever reaches one at the top once it has changed itself; tells whom.
    pub(super) fn vary(&mut self, counts: &impl Fn(&Truth) -> bool) -> Vec<usize> {
        let tops = self.positions(counts);
        if tops.is_empty() {
            return Vec::new();
        }
        let mut added: Vec<(usize, Found)> = Vec::new();
        for (position, node) in self.below(counts) {
            if !node.actions.may_change_itself() {
                continue;
            }
            for session in sessions(node) {
                let asker = Asker::new(self.account, node.principal, session);
                for (path, change) in changes(&asker, node.groups, true) {
                    let found = self.after(node, session, (path, &change), &tops, counts);
                    if let Some(found) = found {
                        added.push((position, found));
                        break;
                    }
                }
            }
        }
        self.note(added)
    }

    /// How `node`, after `change`, reaches one of `tops` in `session`.
    fn after(
        &self,
        node: &Node<'_>,
        session: Session,
        (path, change): (&'static Path, &Change),
        tops: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let mut digests = Digests::default();
        let changed = Node {
            id: node.id,
            principal: &change.principal,
            groups: &change.groups,
            sessions: vec![session],
            taken_sessions: vec![session],
            is_mfa_out_of_reach: node.is_mfa_out_of_reach,
            actions: digests.actions(&change.principal),
            is_unread: false,
            is_named: node.is_named,
            standings: Vec::new(),
            own: Vec::new(),
        };
        let mut found = None;
        let _ = self.takes(&changed, &[session], tops, &mut |target, by, truth, _| {
            let worth = self.is_top.get(target).cloned().unwrap_or(Truth::False);
            let truth = change.truth.clone().and(worth).and(truth);
            let id = self.nodes.get(target).map(|it| it.id);
            if !counts(&truth) {
                return ControlFlow::Continue(());
            }
            let asker = Asker::new(self.account, &change.principal, session);
            let candidate = id.and_then(|id| self.candidate(&changed, by, id));
            let on = candidate.map(|it| Power::new(asker).steps(by, it));
            let steps = change.steps.iter().cloned();
            found = Some(Found {
                path,
                truth,
                session,
                target: id,
                steps: steps.chain(on.unwrap_or_default()).collect(),
                assumes: by.assumes.clone(),
            });
            ControlFlow::Break(())
        });
        found
    }
}
