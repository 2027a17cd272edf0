//! Principals that are nothing alone and at the top together: one writes to the other.
//!
//! A user that may assume a role which writes policies of that very user is at the top; so is one
//! that lifts the boundary of another user and then takes a key of it. Whoever takes over several
//! principals acts with the credentials of all of them.

mod taken;
mod writing;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;

use self::taken::{Taken, way};
use self::writing::Writer;
use crate::analyze::decision::{Boundary, Session, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::Found;
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::node::Node;
use crate::analyze::escalation::raise::{raised, tells_writers_apart, writes};

/// What is known of one question, for it is asked for many users: who is raised, in which session,
/// by whom.
type Known = HashMap<(usize, Session, Vec<usize>), Option<Found>>;

/// So many different writers are looked at together; of more the verdicts say that they were not.
const HELPERS_MAX: usize = 256;
/// Of so many principals each is looked at before the first that is found is followed.
const LOOKED_AT_MAX: usize = 64;

impl<'a> Graph<'a> {
    /// Adds whoever is at the top with those that it takes over; tells whom.
    pub(in crate::analyze::escalation) fn unite(
        &mut self,
        counts: &impl Fn(&Truth) -> bool,
    ) -> Vec<usize> {
        let writers: Vec<usize> = self
            .below(counts)
            .filter(|(_, node)| node.actions.may_write())
            .map(|(position, _)| position)
            .collect();
        if writers.is_empty() {
            return Vec::new();
        }
        if self.different(&writers).len() > HELPERS_MAX {
            self.is_cut = true;
            return Vec::new();
        }
        let all: Vec<Writer<'_>> = self
            .different(&writers)
            .into_iter()
            .map(Writer::new)
            .collect();
        let raisable: Vec<usize> = self
            .below(counts)
            .filter(|(_, node)| {
                let things = self.things(node);
                let near = all.iter().filter(|it| it.may_write_to(node, &things));
                let near: Vec<Asker<'_>> = near.map(|it| it.asker).collect();
                let mut sessions = sessions(node).filter(|_| !near.is_empty());
                sessions.any(|session| self.raised(node, session, &near, counts).is_some())
            })
            .map(|(position, _)| position)
            .collect();
        if raisable.is_empty() {
            return Vec::new();
        }
        let to_writers = self.leading_to(&writers, counts);
        let to_raisable = self.leading_to(&raisable, counts);
        let between: Vec<usize> = to_writers.union(&to_raisable).copied().collect();
        let mut known = Known::new();
        let mut added: Vec<(usize, Found)> = Vec::new();
        // Roles first, which many lead to: whoever does needs no look of its own then.
        for &position in to_writers
            .iter()
            .rev()
            .filter(|it| to_raisable.contains(it))
        {
            // What is found with MFA alone makes nobody else's way.
            let is_followed = |(at, found): &(usize, Found)| {
                let node: Option<&Node<'_>> = self.nodes.get(*at);
                node.is_some_and(|it| it.taken_sessions.contains(&found.session))
            };
            if to_writers.len() > LOOKED_AT_MAX && added.iter().any(is_followed) {
                break;
            }
            let Some(node) = self.nodes.get(position) else {
                continue;
            };
            for session in sessions(node) {
                let taken = self.taken(position, session, &between, counts);
                let found = self.together(&taken, &writers, &raisable, session, counts, &mut known);
                added.extend(found.map(|found| (position, Found { session, ..found })));
            }
        }
        self.note(added)
    }

    /// Keeps what was found, and tells of whom.
    pub(super) fn note(&mut self, added: Vec<(usize, Found)>) -> Vec<usize> {
        let mut positions = Vec::new();
        for (position, found) in added {
            let (Some(node), Some(is_top)) =
                (self.nodes.get_mut(position), self.is_top.get_mut(position))
            else {
                continue;
            };
            if node.taken_sessions.contains(&found.session) {
                *is_top = is_top.clone().or(found.truth.clone());
                positions.push(position);
            }
            let is_same = |it: &Found| it.path.id == found.path.id && it.session == found.session;
            node.own.retain(|it| !is_same(it) || it.truth.is_true());
            if !node.own.iter().any(is_same) {
                node.own.push(found);
            }
        }
        positions.dedup();
        positions
    }

    /// Those that are not at the top yet.
    pub(super) fn below(
        &self,
        counts: &impl Fn(&Truth) -> bool,
    ) -> impl Iterator<Item = (usize, &Node<'a>)> {
        let all = self.nodes.iter().enumerate();
        all.filter(move |(position, node)| {
            !node.is_unread && !self.is_top.get(*position).is_some_and(counts)
        })
    }

    /// One asker for each of `writers`, but one alone for those that the same policies make.
    fn different(&self, writers: &[usize]) -> Vec<Asker<'_>> {
        let mut seen = BTreeSet::new();
        let nodes = writers.iter().filter_map(|it| self.nodes.get(*it));
        let different = nodes.filter(|node| {
            let documents = node.principal.policies.iter();
            let documents = documents.filter_map(|it| it.document.as_ref());
            // What says nothing of writing makes no other writer.
            let documents: Vec<_> = documents
                .filter(|it| it.statements.iter().any(writes))
                .collect();
            if documents.iter().any(|it| tells_writers_apart(it)) {
                return true;
            }
            let is_bounded = !matches!(node.principal.boundary, Boundary::None);
            let keys = documents.iter().map(|it| Arc::as_ptr(it) as usize);
            let keys: Vec<usize> = keys.collect();
            is_bounded || seen.insert((keys, node.taken_sessions.clone()))
        });
        different.flat_map(|node| self.askers(node, None)).collect()
    }

    /// `node` in the sessions of whoever takes it over, or in `session` alone.
    fn askers<'n>(&'n self, node: &'n Node<'a>, session: Option<Session>) -> Vec<Asker<'n>> {
        let sessions = session.map_or_else(|| node.taken_sessions.clone(), |it| vec![it]);
        let each = sessions.into_iter();
        each.map(|session| Asker::new(self.account, node.principal, session))
            .collect()
    }

    fn raised(
        &self,
        node: &Node<'a>,
        session: Session,
        helpers: &[Asker<'_>],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let asker = Asker::new(self.account, node.principal, session);
        raised(&asker.helped(helpers), node.groups, counts)
    }

    /// The positions of those that come to one of `goals` over any number of steps, and theirs.
    fn leading_to(&self, goals: &[usize], counts: &impl Fn(&Truth) -> bool) -> BTreeSet<usize> {
        let mut known: BTreeSet<usize> = goals.iter().copied().collect();
        let mut fresh = goals.to_vec();
        while !fresh.is_empty() {
            let mut found = Vec::new();
            for (position, node) in self.below(counts) {
                if known.contains(&position) {
                    continue;
                }
                // Its own MFA counts where it begins, and that is looked at again.
                let each: Vec<Session> = sessions(node).collect();
                let takes = self.takes(node, &each, &fresh, &mut |_, _, truth, _| match counts(
                    &truth,
                ) {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                });
                if takes.is_break() {
                    found.push(position);
                }
            }
            known.extend(&found);
            fresh = found;
        }
        known
    }

    /// How one of those that are taken over is raised by the others.
    fn together(
        &self,
        taken: &BTreeMap<usize, Taken>,
        writers: &[usize],
        raisable: &[usize],
        session: Session,
        counts: &impl Fn(&Truth) -> bool,
        known: &mut Known,
    ) -> Option<Found> {
        let start = taken.iter().find(|(_, it)| it.steps.is_empty());
        let start = start.map(|(position, _)| *position)?;
        let is_taken = |position: &&usize| taken.contains_key(position);
        let helpers: Vec<usize> = writers.iter().filter(is_taken).copied().collect();
        for &subject in raisable.iter().filter(is_taken) {
            let node = self.nodes.get(subject)?;
            let sessions = match subject == start {
                true => vec![session],
                false => node.taken_sessions.clone(),
            };
            for of_subject in sessions {
                let mut ask = |helpers: &[usize]| {
                    let key = (subject, of_subject, helpers.to_vec());
                    let answer = known.entry(key).or_insert_with(|| {
                        let nodes = helpers.iter().filter_map(|it| self.nodes.get(*it));
                        let askers: Vec<Asker<'_>> =
                            nodes.flat_map(|node| self.askers(node, None)).collect();
                        self.raised(node, of_subject, &askers, counts)
                    });
                    answer.clone()
                };
                let Some(all) = ask(&helpers) else {
                    continue;
                };
                let alone = helpers.iter().find_map(|helper| {
                    let found = ask(&[*helper])?;
                    (found.truth.is_true() || !all.truth.is_true()).then(|| (vec![*helper], found))
                });
                let (helpers, found) = alone.unwrap_or((helpers.clone(), all));
                return Some(way(taken, &helpers, subject, found));
            }
        }
        None
    }
}

/// The sessions of the principal itself, and those of whoever takes it over.
pub(super) fn sessions(node: &Node<'_>) -> impl Iterator<Item = Session> {
    let own = node.sessions.clone();
    let more: Vec<Session> = node.taken_sessions.clone();
    let more = more.into_iter().filter({
        let own = own.clone();
        move |it| !own.contains(it)
    });
    own.into_iter().chain(more)
}
