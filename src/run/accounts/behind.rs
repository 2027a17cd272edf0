//! Receivers that are behind since their outbox was full: brought up to date from what is kept,
//! whenever there is room, whatever passes do.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::sleep;

use crate::config::Emit;
use crate::model::{Account, PassStamp};
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::agent::{Agent, Receiver};
use crate::run::stage::{ArnIndex, Capacity, CatchUp, Sender};
use crate::store::{AccountRecord, Store, StoreError, SyncRecord};

/// Below this share of its outbox, a receiver is given more.
const ROOM_SHARE: u64 = 2;
/// How often receivers that are behind are looked at.
const CATCH_UP_EVERY: Duration = Duration::from_secs(1);

/// What became of what was held up.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::run) struct CaughtUp {
    /// Whether any of it was staged.
    has_staged: bool,
    /// Whether more is still held up.
    pub(in crate::run) is_any_left: bool,
}

/// Stages what was held up as soon as there is room for it, for ever, and calls `wake` whenever
/// it did.
pub(in crate::run) async fn keep_up(
    agent: &Agent,
    store: &Store,
    locks: &AccountLocks,
    wake: impl Fn(),
) -> Result<Infallible, StoreError> {
    loop {
        if catch_up(agent, store, locks).await?.has_staged {
            wake();
        }
        sleep(CATCH_UP_EVERY).await;
    }
}

/// Stages what was held up, as far as there is room for it.
pub(in crate::run) async fn catch_up(
    agent: &Agent,
    store: &Store,
    locks: &AccountLocks,
) -> Result<CaughtUp, StoreError> {
    let (agent, locks) = (agent.clone(), locks.clone());
    let work = move |store: &Store| catch_up_all(&agent, store, &locks);
    store.run(work).await
}

fn catch_up_all(
    agent: &Agent,
    store: &Store,
    locks: &AccountLocks,
) -> Result<CaughtUp, StoreError> {
    let mut behind: BTreeMap<String, Vec<Receiver>> = BTreeMap::new();
    let mut caught_up = CaughtUp::default();
    for (id, account) in store.receivers_behind()? {
        let Some(receiver) = agent.receivers.iter().find(|it| it.id == id) else {
            continue;
        };
        if is_open(store, receiver) {
            behind.entry(account).or_default().push(receiver.clone());
        } else {
            caught_up.is_any_left = true;
        }
    }
    // None is always the first to find room.
    let mut accounts: Vec<_> = behind.into_iter().collect();
    fastrand::shuffle(&mut accounts);
    for (account_id, receivers) in accounts {
        let Some(_lock) = locks.try_enter(&account_id) else {
            caught_up.is_any_left = true;
            continue;
        };
        // The account before may have filled it.
        let open = receivers.iter().filter(|it| is_open(store, it)).cloned();
        let open: Vec<Receiver> = open.collect();
        caught_up.is_any_left |= open.len() < receivers.len();
        if open.is_empty() {
            continue;
        }
        let of_account = catch_up_account(agent, store, &account_id, &open)?;
        caught_up.has_staged |= of_account.has_staged;
        caught_up.is_any_left |= of_account.is_any_left;
    }
    Ok(caught_up)
}

/// Whether there is room for enough that it is worth a look at an account.
fn is_open(store: &Store, receiver: &Receiver) -> bool {
    let (events, bytes) = (receiver.outbox.events, receiver.outbox.bytes);
    store.has_room(
        &receiver.id,
        events.div_ceil(ROOM_SHARE),
        bytes.div_ceil(ROOM_SHARE),
    )
}

fn catch_up_account(
    agent: &Agent,
    store: &Store,
    account_id: &str,
    receivers: &[Receiver],
) -> Result<CaughtUp, StoreError> {
    let record = store.account(account_id)?;
    let Some((account, stamp)) = identity(store, account_id, &record)? else {
        // Its record was damaged, or all of its users. It may not be configured any more.
        for receiver in receivers {
            store.leave_to_pass(&receiver.id, account_id)?;
        }
        return Ok(CaughtUp::default());
    };
    let mut syncs: BTreeMap<String, SyncRecord> = BTreeMap::new();
    for receiver in receivers {
        let sync = store.sync_record(&receiver.id, account_id)?;
        syncs.insert(receiver.id.clone(), sync.unwrap_or_default());
    }
    let emit = match agent.plan.emit {
        Emit::All => Emit::Changed,
        emit => emit,
    };
    let sender = Sender::new(
        (&account, stamp),
        &agent.mapping,
        receivers,
        emit,
        record.ordinal,
        &syncs,
        store,
    );
    let mut capacity = Capacity::default();
    let mut catch_up = CatchUp {
        store,
        sender: &sender,
        capacity: &mut capacity,
        arns: &mut ArnIndex::default(),
    };
    let sent = catch_up.run(true)?;
    let mut is_any_left = false;
    for id in syncs.keys() {
        let is_behind = capacity.held_up(id) > 0;
        is_any_left |= is_behind;
        store.set_behind(id, account_id, is_behind)?;
    }
    Ok(CaughtUp {
        has_staged: !sent.events().is_empty(),
        is_any_left,
    })
}

/// The account as its last pass knew it, and that pass.
fn identity(
    store: &Store,
    account_id: &str,
    record: &AccountRecord,
) -> Result<Option<(Account, PassStamp)>, StoreError> {
    let users = store.users_after(account_id, None, 1)?;
    let user = users.first().and_then(|(_, record)| record.user());
    let user = match user {
        Some(user) => Some(user),
        None => {
            let tombstones = store.tombstones(account_id)?;
            tombstones.first().and_then(|(_, it)| it.user())
        }
    };
    let pass = record.last_pass.as_ref().and_then(|pass| {
        let nanoseconds = i128::from(pass.at_unix_ms) * 1_000_000;
        Some(PassStamp {
            id: pass.record.id.parse().ok()?,
            collected_at: OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?,
        })
    });
    Ok(user.zip(pass).map(|(user, stamp)| {
        let account = Account {
            id: account_id.to_owned(),
            partition: user.arn.partition().to_owned(),
            name: record.name.clone(),
            organization: record.membership.clone(),
        };
        (account, stamp)
    }))
}
