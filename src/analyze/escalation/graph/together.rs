//! Policies of the account that are enough only together, attached to a role or another user.

use std::sync::Arc;

use crate::analyze::decision::{
    AppliedPolicy, Holder, PolicySource, Principal, PrincipalKind, Session, Truth,
};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::coalition::sessions;
use crate::analyze::escalation::graph::node::Node;
use crate::analyze::escalation::power::{Candidate, Power};
use crate::analyze::paths::{Catalogue, Gain, Need, Path};

/// How many targets are tried for one principal and path.
const TARGETS_MAX: usize = 64;

/// A policy that may be attached, and whether everything else that the path needs is allowed then.
struct Attachable {
    policy: AppliedPolicy,
    truth: Truth,
}

impl<'a> Graph<'a> {
    /// Adds whoever attaches several policies that bring a role or user to the top; tells whom.
    pub(super) fn attach_together(&mut self, counts: &impl Fn(&Truth) -> bool) -> Vec<usize> {
        let paths = Catalogue::get().paths.iter();
        let paths = paths.filter_map(|path| Some((path, attaching(path)?)));
        let paths: Vec<(&'static Path, &Need)> = paths.collect();
        let tops = self.positions(counts);
        let mut added: Vec<(usize, Found)> = Vec::new();
        for (position, node) in self.below(counts) {
            for (path, need) in &paths {
                if !node.actions.may_take(path) {
                    continue;
                }
                let mut each = sessions(node).filter_map(|session| {
                    self.attaches(node, session, (path, need), &tops, counts)
                });
                added.extend(each.next().map(|found| (position, found)));
            }
        }
        self.note(added)
    }

    /// How `node` attaches policies by `path` that bring a target to the top.
    fn attaches(
        &self,
        node: &Node<'a>,
        session: Session,
        (path, need): (&'static Path, &Need),
        tops: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let power = Power::new(Asker::new(self.account, node.principal, session));
        let within = self.within(&power, path);
        let count = within.as_ref().map_or(self.nodes.len(), |it| it.len());
        let places = (0..count).map(|at| {
            within
                .as_ref()
                .and_then(|it| it.get(at))
                .copied()
                .unwrap_or(at)
        });
        let targets = places.filter_map(|at| self.candidate(node, path, self.nodes.get(at)?.id));
        let mut open = targets.filter(|target| power.may_attach(need, *target));
        open.by_ref().take(TARGETS_MAX).find_map(|target| {
            let policies = self.attachable(node, session, path, target, counts);
            self.least(&power, path, target, policies, (tops, counts))
        })
    }

    /// The policies of the account that `path` can be taken with to `target`.
    fn attachable(
        &self,
        node: &Node<'a>,
        session: Session,
        path: &'static Path,
        target: Candidate<'a>,
        counts: &impl Fn(&Truth) -> bool,
    ) -> Vec<Attachable> {
        let Some((_, principal)) = target.node() else {
            return Vec::new();
        };
        let all = self.account.policies.iter();
        let all = all.filter_map(|(arn, policy)| {
            let document = Arc::clone(policy.default.as_ref()?);
            let asker = Asker::new(self.account, node.principal, session);
            let truth = Power::new(asker.attaching(arn)).reaches(path, target);
            counts(&truth).then(|| Attachable {
                policy: AppliedPolicy {
                    source: PolicySource::Managed {
                        holder: holder(principal),
                        arn: arn.clone(),
                        version: policy.default_id.clone(),
                    },
                    document: Some(document),
                },
                truth,
            })
        });
        all.collect()
    }

    /// The fewest of `policies` that bring `target` to the top.
    fn least(
        &self,
        power: &Power<'_>,
        path: &'static Path,
        target: Candidate<'_>,
        mut policies: Vec<Attachable>,
        (tops, counts): (&[usize], &impl Fn(&Truth) -> bool),
    ) -> Option<Found> {
        let (id, principal) = target.node()?;
        let steps = power.steps(path, target);
        let with = |policies: &[&Attachable]| {
            let mut principal = principal.clone();
            let more = policies.iter().map(|it| it.policy.clone());
            principal.policies.extend(more);
            let truths = policies.iter().map(|it| it.truth.clone());
            let truth = truths.fold(Truth::True, Truth::and);
            let is_attachment = |step: &&Step| step.action.starts_with("iam:Attach");
            let attachment = steps.iter().find(is_attachment).cloned();
            let again = attachment.into_iter().cycle();
            let again = again.take(policies.len().saturating_sub(1));
            let steps = again.chain(steps.iter().cloned()).collect();
            let found = self.risen(id, &principal, (path, truth, steps), tops, counts)?;
            let session = power.asker.session;
            Some(Found { session, ..found })
        };
        let all: Vec<&Attachable> = policies.iter().collect();
        if all.is_empty() {
            return None;
        }
        let mut best = with(&all)?;
        let mut at = 0;
        while at < policies.len() {
            let rest = policies
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != at);
            let rest: Vec<&Attachable> = rest.map(|(_, it)| it).collect();
            match with(&rest).filter(|_| !rest.is_empty()) {
                Some(found) => {
                    best = found;
                    policies.remove(at);
                }
                None => at += 1,
            }
        }
        Some(best)
    }
}

/// The need of `path` that attaches a policy to its target, who is then at the top.
fn attaching(path: &Path) -> Option<&Need> {
    let mut needs = path.needs.iter();
    let need = needs.find(|need| need.action.starts_with("iam:Attach"));
    need.filter(|_| path.gains == Some(Gain::Granted))
}

fn holder(principal: &Principal) -> Holder {
    match principal.kind {
        PrincipalKind::User => Holder::User(principal.name.clone()),
        PrincipalKind::Role => Holder::Role(principal.name.clone()),
    }
}
