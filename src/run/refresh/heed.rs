//! Accounts of which hints are kept are read again, each on its own, until no hint is left.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::refresher::{RefreshError, Refreshed, Refresher};
use super::waiting::Waiting;
use crate::metrics::Metrics;
use crate::run::audit::{Trouble, Work};
use crate::store::{Store, StoreError};

/// An account that a pass is at work on is tried again after so long.
const BUSY_WAIT: Duration = Duration::from_secs(2);

/// When an account is read again.
struct Turn {
    /// `None` while somebody does.
    at: Option<Instant>,
    /// Whether there was another hint meanwhile.
    is_told_again: bool,
    trouble: Trouble,
}

impl Turn {
    fn new(account: &str, metrics: &Metrics) -> Self {
        Self {
            at: Some(Instant::now()),
            is_told_again: false,
            trouble: Trouble::new(Work::Refresh, account, metrics),
        }
    }

    /// There is another hint: it does not wait for as long as what failed before it.
    fn tell(&mut self) {
        self.is_told_again = self.at.is_none();
        if let Some(at) = &mut self.at {
            *at = (*at).min(Instant::now() + BUSY_WAIT);
        }
    }

    fn wait(&mut self, wait: Duration) {
        self.at = Some(Instant::now() + wait);
        if std::mem::take(&mut self.is_told_again) {
            self.tell();
        }
    }
}

impl Refresher<'_> {
    /// Reads whom kept hints are about as accounts are `hinted` at, for ever.
    pub(super) async fn heed(&self, hinted: &Waiting) -> Result<Infallible, StoreError> {
        // What an earlier process left.
        for account in self.store.run(Store::hinted_accounts).await? {
            hinted.add(&account);
        }
        let mut turns: BTreeMap<String, Turn> = BTreeMap::new();
        let mut at_work = FuturesUnordered::new();
        loop {
            let now = Instant::now();
            for (account, turn) in &mut turns {
                if turn.at.is_some_and(|at| at <= now) {
                    turn.at = None;
                    let account = account.clone();
                    at_work.push(async move {
                        let refreshed = self.refresh(&account).await;
                        (account, refreshed)
                    });
                }
            }
            let next = turns.values().filter_map(|turn| turn.at).min();
            tokio::select! {
                () = hinted.added() => for account in hinted.take() {
                    let turn = || Turn::new(&account, &self.agent.metrics);
                    turns.entry(account.clone()).and_modify(Turn::tell).or_insert_with(turn);
                },
                Some((account, refreshed)) = at_work.next(), if !at_work.is_empty() => {
                    ended(&mut turns, account, refreshed)?;
                }
                () = sleep_until(next.unwrap_or(now)), if next.is_some() => {}
            }
        }
    }
}

/// Takes note that the turn of `account` has ended.
fn ended(
    turns: &mut BTreeMap<String, Turn>,
    account: String,
    refreshed: Result<Refreshed, RefreshError>,
) -> Result<(), StoreError> {
    let Some(turn) = turns.get_mut(&account) else {
        return Ok(());
    };
    match refreshed {
        Ok(Refreshed::Done) => {
            turn.trouble.is_over();
            match turn.is_told_again {
                true => turn.wait(Duration::ZERO),
                false => _ = turns.remove(&account),
            }
        }
        Ok(Refreshed::Busy) => turn.wait(BUSY_WAIT),
        Err(RefreshError::Store(error)) => return Err(error),
        Err(error) => {
            let wait = turn.trouble.note(&error);
            turn.wait(wait);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_new_hint_does_not_wait_for_what_keeps_failing() {
        let mut turn = Turn::new("1", &Metrics::new().unwrap());
        let fail = |turn: &mut Turn| {
            let wait = turn.trouble.note(&std::fmt::Error);
            turn.wait(wait);
        };
        for _ in 0..12 {
            fail(&mut turn);
        }
        let wait = |turn: &Turn| turn.at.map(|at| at - Instant::now());
        assert!(wait(&turn) > Some(Duration::from_secs(60)));
        turn.tell();
        assert_eq!(wait(&turn), Some(BUSY_WAIT));
        // The same where it came while the account was read.
        turn.at = None;
        turn.tell();
        fail(&mut turn);
        assert_eq!(wait(&turn), Some(BUSY_WAIT));
        fail(&mut turn);
        assert!(wait(&turn) > Some(BUSY_WAIT));
    }
}
