//! Principals that reach the top after a change of themselves: a group joined that may assume a role,
//! a boundary removed that kept them from it.

use std::ops::ControlFlow;

use crate::analyze::decision::{Principal, Session, Truth};
use crate::analyze::escalation::actions::Digests;
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::coalition::sessions;
use crate::analyze::escalation::graph::node::Node;
use crate::analyze::escalation::own::chain::{self, Chain};
use crate::analyze::escalation::own::changes;
use crate::analyze::escalation::power::Power;
use crate::analyze::escalation::tagging::Toward;
use crate::analyze::paths::Path;

impl Graph<'_> {
    /// Adds whoever reaches one at the top once it has changed itself; tells whom.
    pub(super) fn vary(&mut self, counts: &impl Fn(&Truth) -> bool) -> Vec<usize> {
        let tops = self.positions(counts);
        let mut added: Vec<(usize, Found)> = Vec::new();
        for (position, node) in self.below(counts) {
            if !node.actions.may_change_itself() {
                continue;
            }
            for session in sessions(node) {
                let found = self.varied(node, session, &tops, counts);
                added.extend(found.map(|found| (position, found)));
            }
        }
        self.note(added)
    }

    /// How `node` reaches one of `tops` in `session`, or what it creates, once it has changed itself.
    fn varied(
        &self,
        node: &Node<'_>,
        session: Session,
        tops: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let asker = Asker::new(self.account, node.principal, session);
        let of_chain = |chain: &Chain| {
            let changed = changed(node, session, &chain.principal, &chain.groups);
            let before = (chain.path()?, chain.truth.clone(), chain.steps());
            self.after(&changed, session, before, tops, counts)
        };
        let goal = |chain: &Chain| of_chain(chain).map_or(Truth::False, |found| found.truth);
        let toward = tops.iter().filter_map(|at| self.nodes.get(*at));
        let toward: Vec<Toward<'_>> = toward.map(|it| it.principal.into()).collect();
        let changes = changes(&asker, node.groups, Some(&toward));
        if let Some((chain, _)) = chain::least(&asker, node.groups, &changes, counts, &goal) {
            return of_chain(&chain);
        }
        let mut others = changes.iter().filter(|(_, it)| it.adds.is_none());
        others.find_map(|(path, change)| {
            let changed = changed(node, session, &change.principal, &change.groups);
            let before = (*path, change.truth.clone(), change.steps.clone());
            self.after(&changed, session, before, tops, counts)
        })
    }

    /// How `changed`, after what came `before`, reaches one of `tops`, or creates one.
    pub(super) fn after(
        &self,
        changed: &Node<'_>,
        session: Session,
        (path, allowed, steps): (&'static Path, Truth, Vec<Step>),
        tops: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let asker = Asker::new(self.account, changed.principal, session);
        let power = Power::new(asker);
        let mut found = None;
        let _ = self.takes(changed, &[session], tops, &mut |target, by, truth, _| {
            let worth = self.is_top.get(target).cloned().unwrap_or(Truth::False);
            let truth = allowed.clone().and(worth).and(truth);
            let id = self.nodes.get(target).map(|it| it.id);
            if !counts(&truth) {
                return ControlFlow::Continue(());
            }
            let candidate = id.and_then(|id| self.candidate(changed, by, id));
            let on = candidate.map(|it| power.steps(by, it));
            found = Some(Found {
                path,
                truth,
                session,
                target: id,
                steps: steps
                    .iter()
                    .cloned()
                    .chain(on.unwrap_or_default())
                    .collect(),
                assumes: by.assumes.clone(),
            });
            ControlFlow::Break(())
        });
        let created = || {
            let mut all = self.independent(changed, &power).into_iter();
            all.find_map(|one| {
                let truth = allowed.clone().and(one.truth);
                counts(&truth).then(|| Found {
                    path,
                    truth,
                    steps: steps.iter().cloned().chain(one.steps).collect(),
                    assumes: one.path.assumes.clone(),
                    ..one
                })
            })
        };
        found.or_else(created)
    }
}

/// `node` in `session`, once it is `principal` and in `groups`.
pub(super) fn changed<'c>(
    node: &Node<'_>,
    session: Session,
    principal: &'c Principal,
    groups: &'c [usize],
) -> Node<'c> {
    Node {
        id: node.id,
        principal,
        groups,
        sessions: vec![session],
        taken_sessions: vec![session],
        is_mfa_out_of_reach: node.is_mfa_out_of_reach,
        actions: Digests::default().actions(principal),
        is_unread: false,
        is_named: node.is_named,
        standings: Vec::new(),
        own: Vec::new(),
    }
}
