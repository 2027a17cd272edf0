//! A window of one service in one region, read to its end, page by page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// Who makes the calls of all copies of a reader: they share the limits of the region, and what one
/// service refuses says nothing about another one.
#[derive(Debug)]
struct Calls {
    client: AwsClient,
    of_services: BTreeMap<&'static str, AwsClient>,
    /// The calls of clients that are not used any more.
    earlier: CallOutcomes,
    /// What of all calls was counted.
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

    /// How many calls were answered or given up so far.
    pub fn calls(&self) -> u64 {
        lock(&self.calls).outcomes().into_values().sum()
    }

    /// The services that are read.
    pub(super) fn sources(&self) -> &[&'static str] {
        &self.sources
    }

    /// What stands for `source` in this region.
    pub(super) fn place(&self, source: &str) -> String {
        format!("{}/{source}", self.region)
    }

    /// What stands for each service.
    pub(super) fn places(&self) -> impl Iterator<Item = String> {
        self.sources.iter().map(|source| self.place(source))
    }

    /// From now on, asks `source` as if it had refused nothing.
    pub(super) fn ask_again(&self, source: &'static str) {
        lock(&self.calls).forget(source);
    }

    /// What became of the calls since the last time, of any copy.
    pub(super) fn new_outcomes(&self) -> CallOutcomes {
        lock(&self.calls).new_outcomes()
    }

    /// Reads `window` of `source`, to its end unless that is too much, and holds what `is_new`. Tokens
    /// that lead nowhere begin it again, and at last call for less at once.
    pub(super) async fn read(
        &self,
        source: &'static str,
        window: Window,
        is_new: impl Fn(RecordId) -> bool,
    ) -> Result<ReadWindow, ReadError> {
        let client = lock(&self.calls).client_of(source);
        let (mut held, mut starts) = (Held::new(window), 0);
        loop {
            let read = self.read_pages(&client, (source, window), &mut held, &is_new);
            let error = match read.await {
                Ok(()) => {
                    let is_whole = true;
                    return Ok(ReadWindow { held, is_whole });
                }
                Err(ReadError::TooFull { .. }) if window.is_smallest() => {
                    let is_whole = false;
                    return Ok(ReadWindow { held, is_whole });
                }
                Err(ReadError::Aws(error)) if is_of_tokens(&error) => error,
                Err(error) => return Err(error),
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
        held: &mut Held,
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
            held.add(page.events, is_new)
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
            of_services: BTreeMap::new(),
            earlier: CallOutcomes::default(),
            counted: CallOutcomes::default(),
        }
    }

    fn client_of(&mut self, source: &'static str) -> AwsClient {
        let client = || self.client.with_own_findings();
        self.of_services
            .entry(source)
            .or_insert_with(client)
            .clone()
    }

    fn forget(&mut self, source: &'static str) {
        let Some(client) = self.of_services.remove(source) else {
            return;
        };
        for (kind, count) in client.outcomes() {
            *self.earlier.entry(kind).or_default() += count;
        }
    }

    /// What became of all calls.
    fn outcomes(&self) -> CallOutcomes {
        let mut all = self.earlier.clone();
        for (kind, count) in self.of_services.values().flat_map(AwsClient::outcomes) {
            *all.entry(kind).or_default() += count;
        }
        all
    }

    fn new_outcomes(&mut self) -> CallOutcomes {
        let all = self.outcomes();
        let before = std::mem::replace(&mut self.counted, all.clone());
        let new = all.into_iter();
        let new = new.map(|(kind, count)| {
            let before = before.get(&kind).copied().unwrap_or(0);
            (kind, count.saturating_sub(before))
        });
        new.collect()
    }
}

/// Whether `error` says that a token is none, or leads nowhere.
fn is_of_tokens(error: &AwsError) -> bool {
    error.code.as_deref() == Some("InvalidNextTokenException")
        || error.class == AwsErrorClass::Malformed
}

fn lock(calls: &Mutex<Calls>) -> MutexGuard<'_, Calls> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}
