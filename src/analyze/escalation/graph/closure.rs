//! Whoever reaches a principal at the top is at the top as well, until nobody is added.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::analyze::decision::{Session, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::NodeId;
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::node::{Node, top_paths};
use crate::analyze::escalation::power::Power;
use crate::analyze::paths::Path;

impl<'a> Graph<'a> {
    /// Adds whoever comes to the top, alone, with those that it takes over, after a change of
    /// itself, by tags of a session or of another, or by policies that are enough together, until nobody is added.
    pub(in crate::analyze::escalation) fn close(&mut self, counts: impl Fn(&Truth) -> bool) {
        let mut fresh: Vec<usize> = self.positions(&counts);
        loop {
            self.follow(fresh, &counts);
            fresh = self.unite(&counts);
            if fresh.is_empty() {
                fresh = self.vary(&counts);
            }
            if fresh.is_empty() {
                fresh = self.tag_sessions(&counts);
            }
            if fresh.is_empty() {
                fresh = self.attach_together(&counts);
            }
            if fresh.is_empty() {
                fresh = self.tag_others(&counts);
            }
            if fresh.is_empty() {
                return;
            }
        }
    }

    /// Adds whoever reaches one of `fresh`, or one that was added.
    fn follow(&mut self, mut fresh: Vec<usize>, counts: &impl Fn(&Truth) -> bool) {
        while !fresh.is_empty() {
            let mut added = Vec::new();
            for (position, node) in self.nodes.iter().enumerate() {
                let is_there = self.is_top.get(position).is_some_and(counts);
                if is_there || node.is_unread {
                    continue;
                }
                let (truth, via) = self.reached(node, &fresh, counts);
                if counts(&truth) {
                    added.push((position, truth, via));
                }
            }
            fresh = added.iter().map(|(position, ..)| *position).collect();
            for (position, truth, by) in added {
                if let (Some(known), Some(via)) =
                    (self.is_top.get_mut(position), self.via.get_mut(position))
                {
                    *known = truth;
                    *via = by;
                }
            }
        }
    }

    pub(super) fn positions(&self, counts: &impl Fn(&Truth) -> bool) -> Vec<usize> {
        let all = self.is_top.iter().enumerate();
        all.filter(|(_, truth)| counts(truth))
            .map(|(position, _)| position)
            .collect()
    }

    /// Those of `fresh` that one of `paths` may lead to, in order, each with the paths' indices.
    fn among(
        &self,
        power: &Power<'_>,
        paths: &[&'static Path],
        fresh: &[usize],
    ) -> BTreeMap<usize, Vec<usize>> {
        let mut among: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, path) in paths.iter().enumerate() {
            let mut add = |position: usize| among.entry(position).or_default().push(index);
            match self.within(power, path) {
                None => fresh.iter().for_each(|position| add(*position)),
                Some(positions) => both(&positions, fresh).for_each(&mut add),
            }
        }
        among
    }

    /// Whether `node` reaches one of `fresh`.
    fn reached(
        &self,
        node: &Node<'a>,
        fresh: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> (Truth, Option<(&'static Path, NodeId)>) {
        let mut best = Truth::False;
        let mut via = None;
        let _ = self.takes(
            node,
            &node.taken_sessions,
            fresh,
            &mut |target, path, truth, _| {
                let worth = self.is_top.get(target).cloned().unwrap_or(Truth::False);
                let truth = worth.and(truth);
                if let (false, Some(target)) = (truth.is_false(), self.nodes.get(target)) {
                    via = Some((path, target.id));
                }
                best = std::mem::replace(&mut best, Truth::False).or(truth);
                let is_open = best.residual().is_none_or(|it| !it.lacks_documents());
                match best.is_true() || (counts(&best) && is_open) {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            },
        );
        (best, via)
    }

    /// Visits those of `among`, which is in order, that `node` may take over in one of `sessions`:
    /// by which path, whether it can, and in which session.
    pub(super) fn takes(
        &self,
        node: &Node<'_>,
        sessions: &[Session],
        among: &[usize],
        visit: &mut dyn FnMut(usize, &'static Path, Truth, Session) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let paths: Vec<&'static Path> = top_paths(node).collect();
        if paths.is_empty() {
            return ControlFlow::Continue(());
        }
        for session in sessions {
            let power = Power::new(Asker::new(self.account, node.principal, *session));
            for (position, leading) in self.among(&power, &paths, among) {
                let Some(target) = self.nodes.get(position) else {
                    continue;
                };
                for path in leading.iter().filter_map(|index| paths.get(*index)) {
                    let Some(candidate) = self.candidate(node, path, target.id) else {
                        continue;
                    };
                    let truth = power.reaches(path, candidate);
                    if !truth.is_false() {
                        visit(position, path, truth, *session)?;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// What two lists, each in order, have in common: the items of the shorter one, looked up.
fn both<'l>(these: &'l [usize], those: &'l [usize]) -> impl Iterator<Item = usize> + 'l {
    let (few, many) = match these.len() <= those.len() {
        true => (these, those),
        false => (those, these),
    };
    let shared = few.iter().filter(|item| many.binary_search(item).is_ok());
    shared.copied()
}
