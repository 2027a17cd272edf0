//! Users and roles that are tagged before they are taken over, and do more by then.

use crate::analyze::decision::{Principal, PrincipalKind, Session, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::coalition::sessions;
use crate::analyze::escalation::graph::node::{Node, top_paths};
use crate::analyze::escalation::power::Power;
use crate::analyze::escalation::tagging::{self, Tagged, Toward, Wish};

/// How many targets are tried for one principal.
const TARGETS_MAX: usize = 64;

impl<'a> Graph<'a> {
    /// Adds whoever tags another that is at the top by then, and takes it over; tells whom.
    pub(super) fn tag_others(&mut self, counts: &impl Fn(&Truth) -> bool) -> Vec<usize> {
        let on_tags: Vec<usize> = self
            .below(counts)
            .filter(|(_, node)| tagging::is_on_own_tags(node.principal))
            .map(|(position, _)| position)
            .collect();
        if on_tags.is_empty() {
            return Vec::new();
        }
        let tops = self.positions(counts);
        let mut added: Vec<(usize, Found)> = Vec::new();
        for (position, node) in self.below(counts) {
            if top_paths(node).next().is_none() {
                continue;
            }
            let others = on_tags.iter().filter(|at| **at != position);
            let others: Vec<&Node<'a>> = others.filter_map(|at| self.nodes.get(*at)).collect();
            for session in sessions(node) {
                let power = Power::new(Asker::new(self.account, node.principal, session));
                let open = others.iter().filter(|it| power.may_retag(it.principal));
                let mut each = open
                    .take(TARGETS_MAX)
                    .filter_map(|target| self.marked(node, &power, target, &tops, counts));
                added.extend(each.next().map(|found| (position, found)));
            }
        }
        self.note(added)
    }

    /// How `node` tags `target`, takes it over, and is at the top by then.
    fn marked(
        &self,
        node: &Node<'a>,
        power: &Power<'a>,
        target: &Node<'a>,
        tops: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let before = target.principal.tags.as_deref()?;
        let mut taken = top_paths(node).filter_map(|path| {
            let candidate = self.candidate(node, path, target.id)?;
            let truth = power.reaches(path, candidate);
            counts(&truth).then(|| (path, truth, power.steps(path, candidate)))
        });
        let (path, taken, steps) = taken.next()?;
        let toward = tops.iter().filter_map(|at| self.nodes.get(*at));
        let toward = toward.chain([target]);
        let toward: Vec<Toward<'_>> = toward.map(|it| it.principal.into()).collect();
        let wish = Wish {
            actions: &[],
            of: Tagged::Itself,
            besides: &[],
            toward: &toward,
        };
        let session = match target.principal.kind {
            PrincipalKind::User => Session::AccessKey,
            PrincipalKind::Role => Session::Role,
        };
        let asker = Asker::new(self.account, target.principal, session);
        let bundles = tagging::bundles(&asker, &wish).into_iter();
        let mut bundles = bundles.flat_map(|bundle| {
            let without = tagging::without_any(&bundle);
            [bundle, without]
        });
        bundles.find_map(|bundle| {
            let retag = power.asker.retags(target.principal, before, &bundle)?;
            let truth = retag.truth.and(taken.clone());
            if !counts(&truth) {
                return None;
            }
            let principal = Principal {
                tags: Some(retag.tags),
                ..target.principal.clone()
            };
            let steps: Vec<Step> = retag.steps.into_iter().chain(steps.clone()).collect();
            let found = self.risen(target.id, &principal, (path, truth, steps), tops, counts)?;
            let mut assumes = path.assumes.clone();
            assumes.extend(found.assumes.iter().cloned());
            Some(Found {
                session: power.asker.session,
                assumes,
                ..found
            })
        })
    }
}
