//! An enumeration under way: entries joined, several at a time, and sent in their order.

use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{Stream, StreamExt, stream};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::join::{Entry, Joiner};
use crate::aws::AwsError;
use crate::model::User;

/// What was sent so far, and to whom.
#[derive(Debug)]
pub(super) struct Run {
    users: mpsc::Sender<User>,
    /// Users sent.
    pub(super) sent: u64,
    /// Users deleted since they were listed.
    pub(super) vanished: u64,
    /// Users that were not asked about, since they are older than asked for.
    pub(super) passed_over: u64,
    created_since: Option<OffsetDateTime>,
}

/// Why no more users are sent.
#[derive(Debug)]
pub(super) enum Stop {
    /// Nobody reads them any more.
    ReaderGone,
    /// Every further call would fail.
    Failed(AwsError),
}

impl Run {
    pub(super) fn new(users: mpsc::Sender<User>, created_since: Option<OffsetDateTime>) -> Self {
        Self {
            users,
            sent: 0,
            vanished: 0,
            passed_over: 0,
            created_since,
        }
    }

    /// Joins and sends `entries`. An entry that failed comes after those before it: what was read
    /// is not lost to it.
    pub(super) async fn send_all(
        &mut self,
        joiner: &Joiner<'_>,
        entries: impl Stream<Item = Result<Entry, AwsError>>,
    ) -> Result<(), Stop> {
        let max_in_flight = joiner.settings.max_in_flight.get();
        let (since, older) = (self.created_since, AtomicU64::new(0));
        let is_wanted = |entry: &Result<Entry, AwsError>| {
            let is_older = entry.as_ref().is_ok_and(|entry| is_older(entry, since));
            older.fetch_add(u64::from(is_older), Ordering::Relaxed);
            ready(!is_older)
        };
        let joined = entries
            .filter(is_wanted)
            .map(async |entry| joiner.user(entry?).await)
            .buffered(max_in_flight);
        let sent = self.send_joined(joined).await;
        self.passed_over += older.into_inner();
        sent
    }

    /// Joins and sends `entries` in any order: whoever is asked about holds up nobody else.
    pub(super) async fn send_unordered(
        &mut self,
        joiner: &Joiner<'_>,
        mut entries: Vec<Entry>,
    ) -> Result<(), Stop> {
        let (since, all) = (self.created_since, entries.len());
        entries.retain(|entry| !is_older(entry, since));
        self.passed_over += (all - entries.len()) as u64;
        let max_in_flight = joiner.settings.max_in_flight.get();
        let joined = stream::iter(entries)
            .map(async |entry| joiner.user(entry).await)
            .buffer_unordered(max_in_flight);
        self.send_joined(joined).await
    }

    async fn send_joined(
        &mut self,
        joined: impl Stream<Item = Result<Option<User>, AwsError>>,
    ) -> Result<(), Stop> {
        let mut joined = std::pin::pin!(joined);
        while let Some(user) = joined.next().await {
            match user.map_err(Stop::Failed)? {
                Some(user) => self.send(user).await?,
                None => self.vanished += 1,
            }
        }
        Ok(())
    }

    /// Sends one user.
    pub(super) async fn send(&mut self, user: User) -> Result<(), Stop> {
        self.users.send(user).await.map_err(|_| Stop::ReaderGone)?;
        self.sent += 1;
        Ok(())
    }
}

/// Whether the user was created before users are of interest: no call is made for it.
fn is_older(entry: &Entry, since: Option<OffsetDateTime>) -> bool {
    since.is_some_and(|since| entry.listed.created_at < since)
}
