//! The target by which a path is worth most.

use std::rc::Rc;

use crate::analyze::decision::Truth;
use crate::analyze::escalation::found::{Found, NodeId};
use crate::analyze::escalation::graph::node::Node;
use crate::analyze::escalation::graph::{Graph, is_named};
use crate::analyze::escalation::power::{Candidate, Power};
use crate::analyze::paths::{Entry, Gain, Path, Target};

impl<'a> Graph<'a> {
    /// The target of `path` by which most is certain.
    pub(in crate::analyze::escalation) fn best_target(
        &self,
        node: &Node<'_>,
        power: &Power<'_>,
        path: &'static Path,
    ) -> Option<Found> {
        let mut best: Option<(Truth, Candidate<'a>)> = None;
        let mut look = |candidate: Candidate<'a>, worth: &Truth| {
            if worth.is_false() {
                return false;
            }
            let truth = worth.clone().and_then(|| power.reaches(path, candidate));
            let is_better = match &best {
                _ if truth.is_false() => false,
                None => true,
                Some((known, _)) => !known.is_true() && truth.is_true(),
            };
            if is_better {
                best = Some((truth, candidate));
            }
            best.as_ref().is_some_and(|(known, _)| known.is_true())
        };
        match path.target {
            Target::User => {
                let within = power.within(path, &self.user_places);
                for (index, user) in among(&self.account.users, within) {
                    let worth = self.worth(path, NodeId::User(index));
                    if node.id != NodeId::User(index) && look(Candidate::User(index, user), worth) {
                        break;
                    }
                }
            }
            Target::Role => {
                let within = power.within(path, &self.role_places);
                for (index, role) in among(&self.account.roles, within) {
                    let worth = self.worth(path, NodeId::Role(index));
                    if self.may_enter(node, path, index)
                        && look(Candidate::Role(index, role), worth)
                    {
                        break;
                    }
                }
            }
            Target::None | Target::NewUser | Target::NewRole => {}
        }
        let (truth, candidate) = best?;
        power.found(path, candidate, truth)
    }

    /// The positions of the nodes that `path` may be taken to; `None` if none is ruled out.
    pub(in crate::analyze::escalation) fn within(
        &self,
        power: &Power<'_>,
        path: &Path,
    ) -> Option<Rc<[usize]>> {
        match path.target {
            Target::User => power.within(path, &self.user_places),
            Target::Role => {
                let places = power.within(path, &self.role_places)?;
                let positions = places.iter().map(|place| NodeId::Role(*place));
                Some(positions.map(|id| self.position(id)).collect())
            }
            Target::None | Target::NewUser | Target::NewRole => Some(Rc::from([])),
        }
    }

    /// What the target is worth to `path`.
    fn worth(&self, path: &Path, target: NodeId) -> &Truth {
        let found = match (path.gains, target) {
            (Some(Gain::Granted), NodeId::User(index)) => self.granted_users.get(index),
            (Some(Gain::Granted), NodeId::Role(index)) => self.granted_roles.get(index),
            (Some(Gain::Unbounded), NodeId::Role(index)) => self.unbounded_roles.get(index),
            (Some(Gain::Top), target) => self.is_top.get(self.position(target)),
            _ => None,
        };
        found.unwrap_or(&Truth::False)
    }

    pub(in crate::analyze::escalation) fn may_enter(
        &self,
        node: &Node<'_>,
        path: &Path,
        role: usize,
    ) -> bool {
        if node.id == NodeId::Role(role) {
            return false;
        }
        let named = self.named.get(role);
        let is_named = named.is_some_and(|named| is_named(named, node.principal));
        match path.entry {
            None => true,
            Some(Entry::Named) => is_named,
            Some(Entry::Assume) => is_named || node.actions.may_assume(),
        }
    }

    pub(in crate::analyze::escalation) fn candidate(
        &self,
        node: &Node<'_>,
        path: &Path,
        target: NodeId,
    ) -> Option<Candidate<'a>> {
        match (path.target, target) {
            _ if node.id == target => None,
            (Target::User, NodeId::User(index)) => {
                Some(Candidate::User(index, self.account.users.get(index)?))
            }
            (Target::Role, NodeId::Role(index)) if self.may_enter(node, path, index) => {
                Some(Candidate::Role(index, self.account.roles.get(index)?))
            }
            _ => None,
        }
    }
}

/// Those of `all` at the places `within`, each with its place; all of them if there is none.
fn among<T>(all: &[T], within: Option<Rc<[usize]>>) -> impl Iterator<Item = (usize, &T)> {
    let count = within.as_ref().map_or(all.len(), |within| within.len());
    (0..count).filter_map(move |index| {
        let place = match &within {
            Some(within) => *within.get(index)?,
            None => index,
        };
        Some((place, all.get(place)?))
    })
}
