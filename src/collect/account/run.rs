//! An enumeration under way: entries joined, several at a time, and sent in their order.

use futures_util::{Stream, StreamExt};
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
    pub(super) fn new(users: mpsc::Sender<User>) -> Self {
        Self {
            users,
            sent: 0,
            vanished: 0,
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
        let joined = entries
            .map(async |entry| joiner.user(entry?).await)
            .buffered(max_in_flight);
        self.send_joined(joined).await
    }

    /// Joins and sends `entries` in any order: whoever is asked about holds up nobody else.
    pub(super) async fn send_unordered(
        &mut self,
        joiner: &Joiner<'_>,
        entries: impl Stream<Item = Entry>,
    ) -> Result<(), Stop> {
        let max_in_flight = joiner.settings.max_in_flight.get();
        let joined = entries
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
