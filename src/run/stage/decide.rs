//! Whether a receiver is sent an event about a user: by what it was sent, and what is known.

use crate::config::Emit;
use crate::model::Digest;
use crate::store::DeliveryState;

/// What decides, besides what the receiver was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// Stands for what the event would be made from.
    pub(super) mark: [u8; 16],
    /// The receiver's round of resends.
    pub(super) epoch: u64,
    /// Which users are sent.
    pub(super) emit: Emit,
}

/// What to do about a receiver, as far as that is known without making the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// Nothing: it knows everything.
    Skip,
    /// Send the event.
    Send,
    /// Make the event: its content decides, and whether it has a fact that an earlier one owed.
    Compare,
}

/// Decides by the `state` of a receiver.
pub(super) fn decide(state: Option<&DeliveryState>, terms: Terms) -> Decision {
    let Some(state) = state else {
        return Decision::Send;
    };
    if state.is_deleted || state.epoch != terms.epoch || terms.emit == Emit::All {
        return Decision::Send;
    }
    let is_done = terms.emit == Emit::Created && state.owed.is_empty();
    if is_done || state.mark == terms.mark {
        return Decision::Skip;
    }
    Decision::Compare
}

/// Whether an event with `digest` that owes `owed` is news after the one of `state`: by its
/// content, where changes are sent, or by a fact that the earlier one owed.
pub(super) fn is_news(state: &DeliveryState, digest: &Digest, owed: &[String], emit: Emit) -> bool {
    let is_changed = emit != Emit::Created && state.event().digest != *digest;
    is_changed || heals(state, owed)
}

/// Whether a fact that an earlier event owed is in this one, which owes `owed`.
fn heals(state: &DeliveryState, owed: &[String]) -> bool {
    state.owed.iter().any(|fact| !owed.contains(fact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EventId;
    use crate::store::SentEvent;

    fn state(epoch: u64) -> DeliveryState {
        let event = SentEvent {
            id: EventId::from_bytes([1; 16]),
            digest: Digest::of(b"1"),
        };
        DeliveryState::new(1, event, [7; 16], epoch)
    }

    fn terms(mark: u8, emit: Emit) -> Terms {
        Terms {
            mark: [mark; 16],
            epoch: 2,
            emit,
        }
    }

    #[test]
    fn a_receiver_that_was_sent_nothing_is_sent_the_user() {
        for emit in [Emit::All, Emit::Changed, Emit::Created] {
            assert_eq!(decide(None, terms(7, emit)), Decision::Send);
        }
    }

    #[test]
    fn an_unchanged_user_is_not_sent_again_unless_every_user_is() {
        let sent = state(2);
        assert_eq!(decide(Some(&sent), terms(7, Emit::Changed)), Decision::Skip);
        assert_eq!(decide(Some(&sent), terms(7, Emit::All)), Decision::Send);
        assert_eq!(
            decide(Some(&sent), terms(8, Emit::Changed)),
            Decision::Compare
        );
        assert_eq!(decide(Some(&sent), terms(8, Emit::Created)), Decision::Skip);
    }

    #[test]
    fn a_new_round_of_resends_sends_each_user_once() {
        for emit in [Emit::Changed, Emit::Created] {
            assert_eq!(decide(Some(&state(1)), terms(7, emit)), Decision::Send);
            assert_eq!(decide(Some(&state(2)), terms(7, emit)), Decision::Skip);
        }
    }

    #[test]
    fn a_fact_that_was_owed_and_is_known_now_heals_the_event() {
        let mut sent = state(2);
        sent.owed = vec!["mfa".to_owned(), "tags".to_owned()];
        assert!(!heals(&sent, &["mfa".to_owned(), "tags".to_owned()]));
        assert!(heals(&sent, &["tags".to_owned()]));
        assert!(!heals(&state(2), &["tags".to_owned()]));
    }

    #[test]
    fn where_only_new_users_are_sent_one_is_repeated_for_a_fact_that_was_owed_alone() {
        let (same, other) = (Digest::of(b"1"), Digest::of(b"2"));
        let sent = state(2);
        assert!(is_news(&sent, &other, &[], Emit::Changed));
        assert!(!is_news(&sent, &same, &[], Emit::Changed));
        assert!(!is_news(&sent, &other, &[], Emit::Created));
        let mut owing = state(2);
        owing.owed = vec!["mfa".to_owned()];
        assert!(is_news(&owing, &other, &[], Emit::Created));
        let decision = decide(Some(&owing), terms(8, Emit::Created));
        assert_eq!(decision, Decision::Compare);
    }
}
