//! Finding the bad event in a batch that the sink rejected: halves, until it stands alone.

/// Which events of the outbox are under suspicion.
#[derive(Debug, Default)]
pub(super) struct Narrowing {
    /// This many from its head.
    suspects: usize,
    /// This many from its head are passed over, to see whether the sink takes another one.
    skipped: usize,
    /// Whether the sink took another one since the suspicion arose.
    is_proven: bool,
    /// How many events were blamed for their size since the sink took one.
    oversized: usize,
}

/// So many events are believed to be too large one after the other. A sink that calls more so
/// may mean any event.
const OVERSIZED_MAX: usize = 3;

/// What to do about a batch that the sink could not process.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Offer a part of it, or others.
    SearchOn,
    /// It is a single event, and the sink takes others: the fault is the event's.
    Bad,
}

impl Narrowing {
    /// How many events the next batch may hold, of `usual` at most.
    pub(super) fn batch_size(&self, usual: usize) -> usize {
        match self.suspects {
            0 => usual,
            suspects => suspects.div_ceil(2).min(usual),
        }
    }

    /// How many events from the head the next batch passes over.
    pub(super) fn skipped(&self) -> usize {
        self.skipped
    }

    /// Suspects nobody any more: no event made a difference, so the fault is the sink's.
    pub(super) fn reset(&mut self) {
        *self = Self {
            oversized: self.oversized,
            ..Self::default()
        };
    }

    /// A single event was called too large, which says what is wrong with it: surely so if it
    /// `is_beyond` all that the sink has taken.
    pub(super) fn too_large(&mut self, is_beyond: bool) -> Finding {
        let is_believed = is_beyond || self.oversized < OVERSIZED_MAX;
        if self.skipped > 0 || !is_believed {
            return self.refused(1);
        }
        self.oversized = (self.oversized + 1).min(OVERSIZED_MAX);
        self.suspects = self.suspects.saturating_sub(1);
        Finding::Bad
    }

    /// A batch of `events` was rejected or not processed. A single one is only blamed once the
    /// sink has taken another; until then, others are tried: a sink that takes nothing is at fault
    /// itself.
    pub(super) fn refused(&mut self, events: usize) -> Finding {
        if self.suspects == 0 {
            self.is_proven = false;
        }
        if events > 1 {
            self.suspects = events;
            return Finding::SearchOn;
        }
        if self.is_proven && self.skipped == 0 {
            self.suspects = self.suspects.saturating_sub(1);
            self.is_proven = false;
            return Finding::Bad;
        }
        self.suspects = 1;
        self.skipped += 1;
        Finding::SearchOn
    }

    /// A batch of `events` was delivered: the bad one is among the suspects after them, or is
    /// the one that was passed over.
    pub(super) fn delivered(&mut self, events: usize) {
        self.suspects = match self.skipped {
            0 => self.suspects.saturating_sub(events),
            _ => 1,
        };
        self.skipped = 0;
        self.is_proven = true;
        self.oversized = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offers `events`, of which those in `bad` are rejected; returns what was found bad, and how
    /// many offers that took. Ends when nothing is left or the sink itself is found at fault.
    fn isolate(events: usize, bad: &[usize], usual: usize) -> (Vec<usize>, usize) {
        let mut outbox: Vec<usize> = (0..events).collect();
        let (mut narrowing, mut found, mut offers) = (Narrowing::default(), Vec::new(), 0);
        loop {
            let skipped = narrowing.skipped();
            let size = narrowing
                .batch_size(usual)
                .min(outbox.len().saturating_sub(skipped));
            if size == 0 || skipped >= usual {
                return (found, offers);
            }
            let offered = skipped..skipped + size;
            let is_rejected = outbox[offered.clone()]
                .iter()
                .any(|event| bad.contains(event));
            offers += 1;
            if !is_rejected {
                narrowing.delivered(size);
                outbox.drain(offered);
            } else if narrowing.refused(size) == Finding::Bad {
                found.push(outbox.remove(0));
            }
        }
    }

    #[test]
    fn one_bad_event_of_a_hundred_is_found_in_some_offers_wherever_it_is() {
        for bad in 0..100 {
            let (found, offers) = isolate(100, &[bad], 100);
            assert_eq!(found, [bad]);
            assert!(offers <= 20, "{bad}: {offers} offers");
        }
    }

    #[test]
    fn several_bad_events_are_found_and_no_good_one() {
        for bad in [vec![0, 1, 2], vec![0, 99], vec![3, 50, 51, 250]] {
            let (found, _) = isolate(300, &bad, 100);
            assert_eq!(found, bad);
        }
    }

    #[test]
    fn a_sink_that_takes_nothing_is_at_fault_itself() {
        let (found, offers) = isolate(300, &(0..300).collect::<Vec<_>>(), 100);
        assert!(found.is_empty());
        assert!(offers <= 120, "{offers} offers");
    }
}
