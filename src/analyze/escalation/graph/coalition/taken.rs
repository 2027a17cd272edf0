//! Whom a principal takes over, and what it does to that end.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::analyze::decision::{Session, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::power::Power;

/// A principal that another takes over, whether it can, and what it does to that end.
#[derive(Clone)]
pub(super) struct Taken {
    pub(super) truth: Truth,
    pub(super) steps: Vec<Step>,
    /// What has to be so besides.
    pub(super) assumes: Vec<String>,
}

impl Graph<'_> {
    /// Those of `between` that the principal at `start` takes over in `session`, itself among them.
    pub(super) fn taken(
        &self,
        start: usize,
        session: Session,
        between: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> BTreeMap<usize, Taken> {
        let itself = Taken {
            truth: Truth::True,
            steps: Vec::new(),
            assumes: Vec::new(),
        };
        let mut taken = BTreeMap::from([(start, itself)]);
        let mut fresh = vec![start];
        while let Some(position) = fresh.pop() {
            let (Some(node), Some(so_far)) =
                (self.nodes.get(position), taken.get(&position).cloned())
            else {
                continue;
            };
            let sessions = match position == start {
                true => vec![session],
                false => node.taken_sessions.clone(),
            };
            let _ = self.takes(
                node,
                &sessions,
                between,
                &mut |target, path, truth, session| {
                    let truth = so_far.truth.clone().and(truth);
                    if counts(&truth) && !taken.contains_key(&target) {
                        let asker = Asker::new(self.account, node.principal, session);
                        let id = self.nodes.get(target).map(|it| it.id);
                        let candidate = id.and_then(|id| self.candidate(node, path, id));
                        let on = candidate.map(|it| Power::new(asker).steps(path, it));
                        let mut steps = so_far.steps.clone();
                        steps.extend(on.unwrap_or_default());
                        let mut assumes = so_far.assumes.clone();
                        assumes.extend(path.assumes.iter().cloned());
                        taken.insert(
                            target,
                            Taken {
                                truth,
                                steps,
                                assumes,
                            },
                        );
                        fresh.push(target);
                    }
                    ControlFlow::Continue(())
                },
            );
        }
        taken
    }
}

/// What is done: the helpers are taken over, they write, and the subject is taken over.
pub(super) fn way(
    taken: &BTreeMap<usize, Taken>,
    helpers: &[usize],
    subject: usize,
    found: Found,
) -> Found {
    let mut steps: Vec<Step> = Vec::new();
    let mut truth = found.truth.clone();
    let mut assumes = found.assumes.clone();
    let add = |more: &[Step], steps: &mut Vec<Step>| {
        for step in more {
            if !steps.contains(step) {
                steps.push(step.clone());
            }
        }
    };
    for helper in helpers.iter().filter_map(|it| taken.get(it)) {
        truth = truth.and(helper.truth.clone());
        assumes.extend(helper.assumes.iter().cloned());
        add(&helper.steps, &mut steps);
    }
    add(&found.steps, &mut steps);
    if let Some(subject) = taken.get(&subject) {
        truth = truth.and(subject.truth.clone());
        assumes.extend(subject.assumes.iter().cloned());
        add(&subject.steps, &mut steps);
    }
    Found {
        truth,
        steps,
        assumes,
        target: None,
        ..found
    }
}
