//! Finds the bad events of a rejected batch, which is held in hand meanwhile.
//!
//! A rejected part is split in two, and both parts are offered. An event that is refused alone becomes a
//! suspect: it is blamed once it was refused alone twice and others were taken in between. Later
//! events of a suspect's user are held back until that is decided.

use std::collections::{HashSet, VecDeque};

use super::suspect::{Alone, Suspect, decide_alone};
use crate::store::{BatchLimits, Queued};

/// What was read from the outbox and is neither delivered nor a dead letter.
#[derive(Debug, Default)]
pub(super) struct Bisection {
    /// What is to be offered, in the order of the outbox.
    parts: VecDeque<Vec<Queued>>,
    suspects: Vec<Suspect>,
    /// The suspect that is being offered again.
    offered_again: Option<Suspect>,
    /// Events behind a suspect of the same user.
    held_back: Vec<Queued>,
    /// Whether something was refused since this was empty.
    is_searching: bool,
    /// Whether something was taken since then.
    took_others: bool,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Offer these.
    Offer(Vec<Queued>),
    /// Nothing is left but suspects: other events have to be offered.
    Compare,
    /// Nothing is left.
    Empty,
}

/// What a refusal says about an event.
#[derive(Debug)]
pub(super) enum Finding {
    /// Nothing yet.
    SearchOn,
    /// The fault is the event's.
    Bad(Box<Suspect>),
}

impl Bisection {
    /// Adds `events`, which were read from the outbox.
    pub(super) fn add(&mut self, events: Vec<Queued>) {
        self.parts.push_back(events);
    }

    /// Forgets everything: it is still in the outbox, and read again.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether something was refused, so that what is in hand is kept.
    pub(super) fn is_searching(&self) -> bool {
        self.is_searching
    }

    /// How many suspects nothing is known about.
    pub(super) fn suspects(&self) -> usize {
        self.suspects.len()
    }

    /// How many events, and how many bytes, are in hand.
    pub(super) fn size(&self) -> (usize, usize) {
        let events = self.events();
        events.fold((0, 0), |(count, bytes), event| {
            (count + 1, bytes + event.json.len())
        })
    }

    /// Whether an event of the same user is in hand.
    pub(super) fn holds(&self, event: &Queued) -> bool {
        self.events().any(|held| is_same_entity(held, event))
    }

    fn events(&self) -> impl Iterator<Item = &Queued> {
        let suspects = self.suspects.iter().chain(&self.offered_again);
        let parts = self.parts.iter().flatten().chain(&self.held_back);
        parts.chain(suspects.map(|suspect| &suspect.event))
    }

    /// What to offer next, within `limits`.
    pub(super) fn next(&mut self, limits: BatchLimits) -> Turn {
        while let Some(part) = self.parts.pop_front() {
            let (held_back, open) = part
                .into_iter()
                .partition::<Vec<_>, _>(|event| self.is_behind_suspect(event));
            self.held_back.extend(held_back);
            let (part, rest) = cut(open, limits);
            if !rest.is_empty() {
                self.parts.push_front(rest);
            }
            if !part.is_empty() {
                return Turn::Offer(part);
            }
        }
        let due = |suspect: &Suspect| suspect.is_compared || suspect.is_asked_again;
        if let Some(index) = self.suspects.iter().position(due) {
            let mut suspect = self.suspects.remove(index);
            suspect.is_asked_again = false;
            let event = suspect.event.clone();
            self.offered_again = Some(suspect);
            return Turn::Offer(vec![event]);
        }
        match self.suspects.is_empty() {
            false => Turn::Compare,
            true => {
                self.clear();
                Turn::Empty
            }
        }
    }

    fn is_behind_suspect(&self, event: &Queued) -> bool {
        let suspects = self.suspects.iter().map(|suspect| &suspect.event);
        let mut before = suspects.chain(&self.held_back);
        before.any(|before| is_same_entity(before, event))
    }

    /// `part` was neither taken nor refused: it comes first again.
    pub(super) fn put_back(&mut self, part: Vec<Queued>) {
        match self.offered_again.take() {
            Some(mut suspect) => {
                suspect.is_asked_again = true;
                self.suspects.insert(0, suspect);
            }
            None => self.parts.push_front(part),
        }
    }

    /// `part` is offered in two parts, without suspicion.
    pub(super) fn split(&mut self, mut part: Vec<Queued>) {
        let right = part.split_off(part.len() / 2);
        for half in [right, part] {
            if !half.is_empty() {
                self.parts.push_front(half);
            }
        }
    }

    /// Something was taken: every suspect can be offered again.
    pub(super) fn delivered(&mut self) {
        self.offered_again = None;
        self.took_others = self.is_searching;
        for suspect in &mut self.suspects {
            suspect.is_compared = true;
        }
        self.release();
    }

    /// `part` was refused.
    pub(super) fn refused(&mut self, part: Vec<Queued>, why: String) -> Finding {
        self.is_searching = true;
        match <[Queued; 1]>::try_from(part) {
            Ok([event]) => self.refused_alone(event, why, false),
            Err(part) => {
                self.split(part);
                Finding::SearchOn
            }
        }
    }

    /// `event` was refused alone, or is the one that the sink named.
    pub(super) fn refused_alone(&mut self, event: Queued, why: String, is_named: bool) -> Finding {
        self.is_searching = true;
        let again = self.offered_again.take();
        let mut suspect = again.unwrap_or_else(|| Suspect::new(event, String::new()));
        suspect.why = why;
        suspect.refusals += 1;
        suspect.is_named |= is_named;
        if suspect.is_proven() {
            self.release();
            return Finding::Bad(Box::new(suspect));
        }
        self.suspects.push(suspect);
        Finding::SearchOn
    }

    /// What to do when there is nothing to compare the suspects with. `has_taken` is whether the
    /// sink has taken anything since the start.
    pub(super) fn decide_alone(&mut self, has_taken: bool) -> Option<Alone> {
        let decided = decide_alone(&mut self.suspects, self.took_others, has_taken);
        self.release();
        decided
    }

    /// The event that was offered is out of the way: its later ones may go.
    pub(super) fn removed(&mut self) {
        self.offered_again = None;
        self.release();
    }

    /// Lets go what is not behind a suspect any more.
    fn release(&mut self) {
        let held_back = std::mem::take(&mut self.held_back);
        let suspects = self.suspects.iter().map(|suspect| &suspect.event);
        let suspects: Vec<&Queued> = suspects.collect();
        let (still, free) = held_back.into_iter().partition::<Vec<_>, _>(|event| {
            suspects
                .iter()
                .any(|suspect| is_same_entity(suspect, event))
        });
        self.held_back = still;
        if !free.is_empty() {
            self.parts.push_back(free);
        }
    }
}

/// Cuts `events` to `limits`, and before a second event of the same user: if the first one is
/// refused, the second must not be taken.
fn cut(mut events: Vec<Queued>, limits: BatchLimits) -> (Vec<Queued>, Vec<Queued>) {
    let (mut bytes, mut seen) = (0, HashSet::new());
    let end = events.iter().enumerate().position(|(index, event)| {
        bytes += event.json.len();
        let is_beyond = index >= limits.count || bytes > limits.bytes;
        let is_second = !seen.insert(&event.entity);
        index > 0 && (is_beyond || is_second)
    });
    let rest = end.map_or_else(Vec::new, |end| events.split_off(end));
    (events, rest)
}

/// Whether two events are about the same user, so that their order counts.
fn is_same_entity(one: &Queued, other: &Queued) -> bool {
    one.entity == other.entity
}
