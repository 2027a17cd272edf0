//! Rounds over one region for one reader of its records, who is shown what is new.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use super::held::Unreadable;
use super::reader::Reader;
use super::reading::{Reading, Step};
use crate::audit::{Recent, Windows};
use crate::aws::AwsError;
use crate::model::RecordId;

/// One region that is read.
#[derive(Debug)]
pub struct Region {
    reading: Reading,
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
            reading: Reading { reader, windows },
            recent: Arc::clone(recent),
        };
        region.settle();
        region
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.reading.reader.region()
    }

    /// Reads up to `now`, and has `take` take what is new. A round that was broken off goes on where
    /// it was.
    pub async fn round<E>(
        &mut self,
        now: OffsetDateTime,
        take: impl Fn(Batch) -> Result<(), E>,
    ) -> Result<(), RoundError<E>> {
        loop {
            let recent = Arc::clone(&self.recent);
            let is_new = |id| !lock(&recent).has(id);
            let step = self.reading.read(now, is_new).await;
            let Step {
                mut records,
                mut unreadable,
                after,
            } = step.map_err(RoundError::Aws)?;
            {
                // Another region may have the same record.
                let mut recent = lock(&self.recent);
                records.retain(|(id, _)| recent.insert(*id));
                unreadable.retain(|(id, _)| recent.insert(*id));
            }
            let unreadable = unreadable.into_iter().map(|(_, it)| it).collect();
            let batch = Batch {
                records,
                unreadable,
            };
            take(batch).map_err(RoundError::NotTaken)?;
            self.reading.windows = after;
            self.settle();
            if !self.reading.windows.is_in_round() {
                return Ok(());
            }
        }
    }

    fn settle(&self) {
        let floor = self.reading.windows.floor().unix_timestamp();
        lock(&self.recent).settle(self.name(), floor);
    }
}

fn lock(recent: &Mutex<Recent>) -> MutexGuard<'_, Recent> {
    recent.lock().unwrap_or_else(PoisonError::into_inner)
}
