//! Rounds over one region: its windows one after the other, each taken once it was read to its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use super::held::{Parts, Unreadable};
use super::reader::{ReadError, ReadWindow, Reader};
use crate::audit::{Recent, Window, Windows};
use crate::aws::{AwsError, CallOutcomes};
use crate::model::RecordId;

/// One region that is read.
#[derive(Debug)]
pub struct Region {
    reader: Reader,
    windows: Windows,
    /// What was taken, of all regions of the account.
    recent: Arc<Mutex<Recent>>,
}

/// What a window brought.
#[derive(Debug)]
pub struct Batch {
    /// New records as JSON, by time.
    pub records: Vec<(RecordId, String)>,
    /// What is no record.
    pub unreadable: Vec<Unreadable>,
    /// Everything of the region before this was taken, with this batch, if that is later than before.
    pub floor: Option<OffsetDateTime>,
}

/// Why a round did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RoundError<E> {
    /// AWS did not answer as hoped.
    #[error(transparent)]
    Aws(AwsError),
    /// A batch was not taken.
    #[error(transparent)]
    NotTaken(E),
}

impl Region {
    /// A region that `reader` reads, beside others with the same `recent`.
    pub fn new(reader: Reader, windows: Windows, recent: &Arc<Mutex<Recent>>) -> Self {
        let region = Self {
            reader,
            windows,
            recent: Arc::clone(recent),
        };
        region.settle();
        region
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.reader.region()
    }

    /// Everything before this was taken.
    pub fn floor(&self) -> OffsetDateTime {
        self.windows.floor()
    }

    /// What became of the calls since the last time.
    pub(super) fn new_outcomes(&self) -> CallOutcomes {
        self.reader.new_outcomes()
    }

    /// From now on, asks as if nothing had been refused.
    pub fn ask_again(&mut self) {
        self.reader = self.reader.again();
    }

    /// Reads up to `now`, and has `take` take what is new. A round that was broken off goes on where
    /// it was.
    pub async fn round<E>(
        &mut self,
        now: OffsetDateTime,
        take: impl AsyncFn(Batch) -> Result<(), E>,
    ) -> Result<(), RoundError<E>> {
        loop {
            let window = self.windows.next(now);
            let is_new = |id| !self.recent().has(id);
            let ReadWindow { held, is_whole } = match self.reader.read(window, is_new).await {
                Ok(read) => read,
                Err(ReadError::TooFull { reached }) => {
                    self.windows.too_full(window, reached);
                    continue;
                }
                Err(ReadError::Aws(error)) => return Err(RoundError::Aws(error)),
            };
            let mut after = self.windows.clone();
            if is_whole {
                after.read(window, held.is_sparse());
            } else {
                say_dense(self.reader.region(), window);
            }
            let Parts {
                mut records,
                mut unreadable,
            } = held.into_parts();
            {
                // Another region may have the same record.
                let mut recent = self.recent();
                records.retain(|(id, _)| recent.insert(*id));
                unreadable.retain(|(id, _)| recent.insert(*id));
            }
            let batch = Batch {
                records,
                unreadable: unreadable.into_iter().map(|(_, it)| it).collect(),
                floor: Some(after.floor()).filter(|it| *it > self.windows.floor()),
            };
            take(batch).await.map_err(RoundError::NotTaken)?;
            self.windows = after;
            self.settle();
            if !self.windows.is_in_round() {
                return Ok(());
            }
        }
    }

    fn settle(&self) {
        let floor = self.windows.floor().unix_timestamp();
        self.recent().settle(self.reader.region(), floor);
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One second has more than is held at once: its newest records are taken, and it is read again.
fn say_dense(region: &str, window: Window) {
    let start = window.start;
    tracing::warn!(
        region, %start,
        "one second of CloudTrail's records is more than is held at once: it is taken in parts"
    );
}
