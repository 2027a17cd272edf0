//! How much each outbox still takes. A full one holds up nothing but what is for itself.

use std::collections::BTreeMap;

use crate::run::agent::Receiver;
use crate::store::{Store, StoreError};

/// Where there is room for fewer events, accounts share it.
const SCARCE: u64 = 1_000;
/// As much as so many events take up, and more.
const SCARCE_BYTES: u64 = SCARCE * 4_096;

/// Where there is room for more events, and as many bytes as they take up, that several accounts
/// stage at once changes nothing.
const AMPLE: u64 = 10 * SCARCE;

/// What the outboxes take in one pass, and how many users did not fit.
#[derive(Debug, Default)]
pub(in crate::run) struct Capacity {
    /// Users that were not staged, by receiver.
    held_up: BTreeMap<String, u64>,
    /// What is left since the fills were last read, by receiver.
    left: BTreeMap<String, Left>,
}

#[derive(Debug, Clone, Copy)]
struct Left {
    events: u64,
    bytes: u64,
}

impl Capacity {
    /// Reads how full the outboxes of `receivers` are, for events of `account`.
    pub(in crate::run) fn refresh(
        &mut self,
        store: &Store,
        account: &str,
        receivers: &[Receiver],
    ) -> Result<(), StoreError> {
        for receiver in receivers {
            let fill = store.outbox_fill(&receiver.id);
            let mut left = Left {
                events: receiver.outbox.events.saturating_sub(fill.events),
                bytes: receiver.outbox.bytes.saturating_sub(fill.bytes),
            };
            if left.events < SCARCE {
                let others = store.accounts_behind(&receiver.id, account)?;
                let share = (receiver.outbox.events / (others + 1)).max(1);
                let waiting = store.waiting_of(&receiver.id, account);
                left.events = left.events.min(share.saturating_sub(waiting));
            }
            self.left.insert(receiver.id.clone(), left);
        }
        Ok(())
    }

    /// Whether one more event of `bytes` may be staged for `receiver`; it then counts.
    pub(super) fn take(&mut self, receiver: &Receiver, bytes: usize) -> bool {
        let Some(left) = self.left.get_mut(&receiver.id) else {
            return true;
        };
        if left.events == 0 || left.bytes == 0 {
            self.hold_up(receiver);
            return false;
        }
        left.events -= 1;
        left.bytes = left.bytes.saturating_sub(bytes as u64);
        true
    }

    /// Something is not staged for `receiver` before something else is.
    pub(super) fn hold_up(&mut self, receiver: &Receiver) {
        *self.held_up.entry(receiver.id.clone()).or_default() += 1;
    }

    /// Whether what comes next for `receiver` may not find room.
    pub(super) fn is_scarce(&self, receiver: &Receiver) -> bool {
        let left = self.left.get(&receiver.id);
        left.is_some_and(|left| left.events < SCARCE || left.bytes < SCARCE_BYTES)
    }

    /// Whether much more is known to find room for `receiver`.
    pub(super) fn is_ample(&self, receiver: &Receiver) -> bool {
        let left = self.left.get(&receiver.id);
        left.is_some_and(|left| left.events >= AMPLE && left.bytes >= 10 * SCARCE_BYTES)
    }

    /// Users that were not staged for `receiver`.
    pub(in crate::run) fn held_up(&self, receiver: &str) -> u64 {
        self.held_up.get(receiver).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::OutboxLimits;
    use crate::map::Dialect;
    use crate::store::SyncRecord;

    #[test]
    fn a_full_outbox_takes_no_more_and_holds_up_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("state")).unwrap();
        let receiver = |sink: &str, events| Receiver {
            sink: sink.to_owned(),
            id: format!("{sink}@1"),
            dialect: Dialect::Ocsf,
            outbox: OutboxLimits {
                events,
                bytes: u64::MAX,
            },
        };
        let (small, large) = (receiver("small", 2), receiver("large", 9));
        let mut capacity = Capacity::default();
        let receivers = [small.clone(), large.clone()];
        capacity
            .refresh(&store, "111122223333", &receivers)
            .unwrap();
        let taken: Vec<bool> = (0..4).map(|_| capacity.take(&small, 100)).collect();
        assert_eq!(taken, [true, true, false, false]);
        assert!((0..4).all(|_| capacity.take(&large, 100)));
        assert_eq!(capacity.held_up("small@1"), 2);
        assert_eq!(capacity.held_up("large@1"), 0);
    }

    #[test]
    fn where_room_is_scarce_an_account_leaves_their_share_to_those_that_wait() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("state")).unwrap();
        let receiver = Receiver {
            sink: "siem".to_owned(),
            id: "siem@1".to_owned(),
            dialect: Dialect::Ocsf,
            outbox: OutboxLimits {
                events: 10,
                bytes: u64::MAX,
            },
        };
        let behind = SyncRecord {
            is_behind: true,
            ..SyncRecord::default()
        };
        let syncs = BTreeMap::from([(receiver.id.clone(), behind)]);
        for account in ["1", "2", "3", "4"] {
            store.remember_syncs(account, &syncs).unwrap();
        }
        let mut capacity = Capacity::default();
        let receivers = [receiver];
        capacity.refresh(&store, "5", &receivers).unwrap();
        let taken = (0..10).filter(|_| capacity.take(&receivers[0], 1)).count();
        assert_eq!(taken, 2, "a fifth of ten");
    }
}
