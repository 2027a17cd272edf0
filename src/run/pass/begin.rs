//! What a pass takes from the ones before it.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::Pass;
use crate::audit::Affected;
use crate::config::Emit;
use crate::model::Confirmed;
use crate::run::agent::Receiver;
use crate::run::deeds;
use crate::store::{AccountRecord, Hints, Store, StoreError, SyncRecord};

/// Where a pass starts from.
#[derive(Debug, Clone)]
pub(super) struct Start {
    /// What is remembered of the account, with the ordinal of this observation.
    pub(super) account: AccountRecord,
    /// How far each receiver is.
    pub(super) syncs: BTreeMap<String, SyncRecord>,
    /// That everybody is to be read again, if that was asked for before.
    pub(super) asked: Hints,
    /// The receivers that missed something, and are to be brought up to date.
    pub(super) behind: Vec<Behind>,
}

/// A receiver that missed something of the account.
#[derive(Debug, Clone)]
pub(super) struct Behind {
    pub(super) receiver: Receiver,
    /// Whether it is sent what is kept of living users before the pass. Else the pass sends it
    /// all of them that it sees: one that is gone by now is never told as living.
    pub(super) with_living: bool,
}

impl Start {
    /// Whether no pass over the account was complete before.
    pub(super) fn is_first(&self) -> bool {
        self.account.last_complete.is_none() && self.account.checkpoint.is_none()
    }

    /// The receivers that lack users that the pass has not seen.
    pub(super) fn waits_for_unseen(&self, receiver: &str) -> bool {
        let mut behind = self.behind.iter();
        behind.any(|it| it.receiver.id == receiver && !it.with_living)
    }

    /// When the whole account last had each fact confirmed.
    pub(super) fn confirmed(&self) -> Confirmed {
        confirmed(&self.account)
    }
}

impl Pass<'_> {
    /// Begins the observation: the next ordinal, and who is to be sent everything again.
    pub(super) async fn start(&self) -> Result<Start, StoreError> {
        let account_id = self.account.id.clone();
        let receivers = self.receivers.to_vec();
        let (now, is_full) = (self.stamp.collected_at, self.is_full);
        let (every, emit) = (self.plan.full_resync_every, self.plan.emit);
        let begin = move |store: &Store| {
            deeds::take_deeds(store, &account_id, &receivers)?;
            let mut account = store.account(&account_id)?;
            let (mut syncs, mut behind) = (BTreeMap::new(), Vec::new());
            for receiver in receivers {
                let known = store.sync_record(&receiver.id, &account_id)?;
                let mut sync = known.unwrap_or_default();
                let missed_something = sync.is_behind || sync.ordinal < account.ordinal;
                let is_due = sync.epoch > 0 && is_due(&sync, every, now);
                if account.ordinal > 0 && missed_something {
                    let is_sent_everybody = sync.epoch == 0 || is_due || is_full;
                    behind.push(Behind {
                        receiver: receiver.clone(),
                        with_living: match emit {
                            // The pass does not look at users that are known.
                            Emit::Created => true,
                            Emit::Changed => sync.is_behind && !is_sent_everybody,
                            Emit::All => false,
                        },
                    });
                }
                if is_due && !is_full {
                    tracing::info!(
                        account = account_id,
                        sink = receiver.sink,
                        "time to send every user to this sink again"
                    );
                }
                if sync.epoch == 0 || is_due || is_full {
                    sync.epoch += 1;
                    sync.epoch_began_unix_ms = unix_ms(now);
                }
                syncs.insert(receiver.id, sync);
            }
            let mut asked = store.hints(&account_id)?;
            asked.retain(|hint, _| Affected::of_text(hint) == Affected::Everybody);
            account.ordinal += 1;
            store.begin_observation(&account_id, &account, &syncs)?;
            if is_full {
                // Nobody asks again for what was asked for once. A round that is due for any
                // other reason is still due after a power cut.
                store.remember_syncs(&account_id, &syncs)?;
            }
            Ok(Start {
                account,
                syncs,
                asked,
                behind,
            })
        };
        self.store.run(begin).await
    }
}

/// When the whole account last had each fact confirmed.
pub(in crate::run) fn confirmed(account: &AccountRecord) -> Confirmed {
    let confirmed = account.confirmed_unix_ms.iter();
    confirmed
        .filter_map(|(fact, at)| Some((fact.clone(), moment(*at)?)))
        .collect()
}

/// Whether it is time to send everything again. A clock that was set back must not put that off.
fn is_due(sync: &SyncRecord, every: Option<std::time::Duration>, now: OffsetDateTime) -> bool {
    let Some(every) = every else { return false };
    let since = Duration::milliseconds(unix_ms(now) - sync.epoch_began_unix_ms);
    since.unsigned_abs() >= every
}

pub(super) fn unix_ms(at: OffsetDateTime) -> i64 {
    at.unix_timestamp() * 1_000 + i64::from(at.millisecond())
}

fn moment(unix_ms: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000).ok()
}
