//! A window of one region, read to its end: every service at once, page by page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::try_join_all;
use time::OffsetDateTime;

use super::held::{Full, Held};
use crate::audit::{Window, sources_in};
use crate::aws::{
    Action, AwsClient, AwsError, AwsErrorClass, CallOutcomes, Lookup, LookupBy, Paging,
};
use crate::model::RecordId;

/// How often a listing is begun again whose tokens lead nowhere.
const STARTS_MAX: u32 = 5;

/// Reads windows of one region.
#[derive(Debug, Clone)]
pub struct Reader {
    calls: Arc<Mutex<Calls>>,
    region: String,
    sources: Vec<&'static str>,
}

/// Who makes the calls of all copies of a reader, so that they share its limits.
#[derive(Debug)]
struct Calls {
    client: AwsClient,
    /// What of the client's calls was counted.
    counted: CallOutcomes,
}

/// What was read of a window.
pub(super) struct ReadWindow {
    pub(super) held: Held,
    /// Whether it was read to its end. Else it cannot be divided, and there is more of it: once what is
    /// held is not new any more, it is read again.
    pub(super) is_whole: bool,
}

/// Why a window was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It holds more than is read at once.
    #[error("the window holds more than is read at once")]
    TooFull {
        /// Down to here its newest part is enough.
        reached: OffsetDateTime,
    },
    /// AWS did not answer as hoped.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

impl Reader {
    /// A reader of `region`, in `partition`, with limits of its own: AWS counts calls by region.
    pub fn new(client: &AwsClient, partition: &str, region: &str) -> Self {
        Self {
            calls: Arc::new(Mutex::new(Calls::new(client))),
            region: region.to_owned(),
            sources: sources_in(partition, region).collect(),
        }
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// From now on, asks as if nothing had been refused.
    pub(super) fn ask_again(&self) {
        let mut calls = lock(&self.calls);
        *calls = Calls::new(&calls.client);
    }

    /// What became of the calls since the last time, of any copy.
    pub(super) fn new_outcomes(&self) -> CallOutcomes {
        lock(&self.calls).new_outcomes()
    }

    /// Reads `window`, to its end unless that is too much, and holds what `is_new`.
    pub(super) async fn read(
        &self,
        window: Window,
        is_new: impl Fn(RecordId) -> bool,
    ) -> Result<ReadWindow, ReadError> {
        let held = Mutex::new(Held::new(window));
        let client = lock(&self.calls).client.clone();
        let each = self.sources.iter();
        let each = each.map(|source| self.read_source(&client, (source, window), &held, &is_new));
        let is_whole = match try_join_all(each).await {
            Ok(_) => true,
            Err(ReadError::TooFull { .. }) if window.is_smallest() => false,
            Err(error) => return Err(error),
        };
        let held = held.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(ReadWindow { held, is_whole })
    }

    /// Reads one service. Tokens that lead nowhere begin it again, and at last call for less at once.
    async fn read_source(
        &self,
        client: &AwsClient,
        (source, window): (&'static str, Window),
        held: &Mutex<Held>,
        is_new: &impl Fn(RecordId) -> bool,
    ) -> Result<(), ReadError> {
        let mut starts = 0;
        loop {
            let error = match self
                .read_pages(client, (source, window), held, is_new)
                .await
            {
                Err(ReadError::Aws(error)) if is_of_tokens(&error) => error,
                ended => return ended,
            };
            starts += 1;
            if starts <= STARTS_MAX {
                let region = self.region.as_str();
                tracing::debug!(region, source, %error, "reading the window from its beginning");
            } else if window.is_smallest() {
                return Err(error.into());
            } else {
                let reached = window.start + (window.end - window.start) / 2;
                return Err(ReadError::TooFull { reached });
            }
        }
    }

    async fn read_pages(
        &self,
        client: &AwsClient,
        (source, window): (&'static str, Window),
        held: &Mutex<Held>,
        is_new: &impl Fn(RecordId) -> bool,
    ) -> Result<(), ReadError> {
        let lookup = Lookup {
            by: LookupBy::EventSource(source),
            start: window.start,
            end: window.end,
        };
        let (mut paging, mut token) = (Paging::default(), None);
        loop {
            let page = client.lookup_events(&self.region, lookup, token.as_deref());
            let page = page.await?;
            let ids: Vec<Option<String>> =
                page.events.iter().map(|it| it.event_id.clone()).collect();
            lock(held)
                .add(source, page.events, is_new)
                .map_err(|Full { reached }| ReadError::TooFull { reached })?;
            token = paging.follow(Action::LookupEvents, ids, page.next_token)?;
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

impl Calls {
    /// Calls with limits of their own, of which nothing was refused.
    fn new(client: &AwsClient) -> Self {
        Self {
            client: client.with_own_limits(),
            counted: CallOutcomes::default(),
        }
    }

    fn new_outcomes(&mut self) -> CallOutcomes {
        let all = self.client.outcomes();
        let before = std::mem::replace(&mut self.counted, all.clone());
        let new = all.into_iter();
        let new = new.map(|(kind, count)| (kind, count - before.get(&kind).copied().unwrap_or(0)));
        new.collect()
    }
}

/// Whether `error` says that a token is none, or leads nowhere.
fn is_of_tokens(error: &AwsError) -> bool {
    error.code.as_deref() == Some("InvalidNextTokenException")
        || error.class == AwsErrorClass::Malformed
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
