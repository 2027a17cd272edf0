//! Rounds over one region for one reader of its records, who is shown what is new.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

use super::held::Unreadable;
use super::reader::Reader;
use super::reading::{PATIENCE, Reading, Step};
use super::service::IsNew;
use crate::audit::{Recent, Windows};
use crate::aws::AwsError;

/// One region that is read.
#[derive(Debug)]
pub struct Region {
    reading: Reading,
    /// What was taken, of all regions of the account.
    recent: Arc<Mutex<Recent>>,
}

/// What windows brought.
#[derive(Debug)]
pub struct Batch {
    /// New records as JSON, by time.
    pub records: Vec<String>,
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
    /// A region that `reader` reads from `windows` on, beside others with the same `recent`. If it is
    /// `followed`, no service waits for another one.
    pub fn new(
        reader: Reader,
        windows: &Windows,
        recent: &Arc<Mutex<Recent>>,
        is_followed: bool,
    ) -> Self {
        let patience = match is_followed {
            true => PATIENCE,
            false => Duration::MAX,
        };
        let region = Self {
            reading: Reading::new(reader, |_| windows.clone(), patience),
            recent: Arc::clone(recent),
        };
        region.settle();
        region
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.reading.reader.region()
    }

    /// Reads up to `now`, and has `take` take what is new. A service that fails keeps no other from that:
    /// the error is that of the first one. A round that was broken off goes on where it was.
    pub async fn round<E>(
        &mut self,
        now: OffsetDateTime,
        take: impl Fn(Batch) -> Result<(), E>,
    ) -> Result<(), RoundError<E>> {
        let recent = Arc::clone(&self.recent);
        let is_new: IsNew = Arc::new(move |_, id| !lock(&recent).has(id));
        let (mut is_first, mut failed) = (true, None);
        loop {
            let step = self.reading.read(now, is_first, &is_new).await;
            let step = step.map_err(RoundError::Aws)?;
            is_first = false;
            let batch = self.batch(&step);
            take(batch).map_err(RoundError::NotTaken)?;
            let errors = step.failed.into_iter().map(|(_, error)| error);
            failed = failed.or(errors.into_iter().next());
            self.reading.go_on(&step.after);
            self.settle();
            if !self.reading.is_in_round() {
                return failed.map_or(Ok(()), |error| Err(RoundError::Aws(error)));
            }
        }
    }

    /// What of `step` no other region has brought meanwhile.
    fn batch(&self, step: &Step) -> Batch {
        let place = |source| self.reading.reader.place(source);
        let mut recent = lock(&self.recent);
        let records = step.records.iter();
        let records = records.filter(|it| recent.insert(it.id, &place(it.source)));
        let records = records.map(|it| it.json.clone()).collect();
        let unreadable = step.unreadable.iter();
        let unreadable = unreadable.filter(|(source, id, _)| recent.insert(*id, &place(source)));
        Batch {
            records,
            unreadable: unreadable.map(|(_, _, it)| it.clone()).collect(),
        }
    }

    fn settle(&self) {
        for service in self.reading.services() {
            let place = self.reading.reader.place(service.source);
            let floor = service.windows.floor().unix_timestamp();
            lock(&self.recent).settle(&place, floor);
        }
    }
}

fn lock(recent: &Mutex<Recent>) -> MutexGuard<'_, Recent> {
    recent.lock().unwrap_or_else(PoisonError::into_inner)
}
