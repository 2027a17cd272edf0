//! An event that the sink refused alone: the fault may be the event's or the sink's.

use crate::store::Queued;

/// An event that was refused alone, and waits for its proof.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) event: Queued,
    /// What the sink said last.
    pub(super) why: String,
    /// How often it was refused alone.
    pub(super) refusals: u32,
    /// Whether the sink took other events since it was refused.
    pub(super) is_compared: bool,
    /// Whether the sink named the event.
    pub(super) is_named: bool,
    /// Whether it is offered again though nothing else was taken.
    pub(super) is_asked_again: bool,
}

/// What to do about events that were refused, when no others are there to compare with.
#[derive(Debug)]
pub(super) enum Alone {
    /// One of them is offered again, after a pause.
    AskAgain(String),
    /// This one is bad: the sink refused it often enough, and takes others.
    Bad(Box<Suspect>),
    /// The sink is at fault, or nothing proves the contrary.
    SinkAtFault(String),
}

/// So often an event is refused alone before it is blamed without a comparison.
const REFUSALS_ALONE: u32 = 4;

impl Suspect {
    pub(super) fn new(event: Queued, why: String) -> Self {
        Self {
            event,
            why,
            refusals: 0,
            is_compared: false,
            is_named: false,
            is_asked_again: false,
        }
    }

    /// Refused alone twice, and others were taken in between.
    pub(super) fn is_proven(&self) -> bool {
        self.is_compared && self.refusals >= 2
    }
}

/// What to do about `suspects` without others to compare with: `took_others` in the same
/// search, or `has_taken` any since the start.
pub(super) fn decide_alone(
    suspects: &mut Vec<Suspect>,
    took_others: bool,
    has_taken: bool,
) -> Option<Alone> {
    let is_only = suspects.len() == 1;
    let refusals = |(_, suspect): &(usize, &Suspect)| suspect.refusals;
    let (index, suspect) = suspects.iter().enumerate().min_by_key(refusals)?;
    let why = suspect.why.clone();
    if !is_only && !took_others {
        let why = format!("it takes no event at all: {why}");
        return Some(Alone::SinkAtFault(why));
    }
    if suspect.refusals < REFUSALS_ALONE {
        suspects.get_mut(index)?.is_asked_again = true;
        return Some(Alone::AskAgain(why));
    }
    if took_others || has_taken || suspect.is_named {
        return Some(Alone::Bad(Box::new(suspects.remove(index))));
    }
    Some(Alone::SinkAtFault(format!(
        "it rejected the only event that waits, and there is nothing else to compare: {why}"
    )))
}
