//! What is read of one region: its windows one after the other, each to its end.

use time::OffsetDateTime;

use super::held::{Parts, Unreadable};
use super::reader::{ReadError, ReadWindow, Reader};
use crate::audit::{Window, Windows};
use crate::aws::AwsError;
use crate::model::RecordId;

/// One region, and how far it was read.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) reader: Reader,
    pub(super) windows: Windows,
}

/// A window that was read.
#[derive(Debug)]
pub(super) struct Step {
    /// New records as JSON, by time.
    pub(super) records: Vec<(RecordId, String)>,
    /// What is no record.
    pub(super) unreadable: Vec<(RecordId, Unreadable)>,
    /// Where it goes on, once all of this was taken.
    pub(super) after: Windows,
}

impl Reading {
    /// Reads the next window up to `now`, for what `is_new` in it. It stays the next one until
    /// `windows` is what came `after`.
    pub(super) async fn read(
        &mut self,
        now: OffsetDateTime,
        is_new: impl Fn(RecordId) -> bool,
    ) -> Result<Step, AwsError> {
        loop {
            let window = self.windows.next(now);
            let ReadWindow { held, is_whole } = match self.reader.read(window, &is_new).await {
                Ok(read) => read,
                Err(ReadError::TooFull { reached }) => {
                    self.windows.too_full(window, reached);
                    continue;
                }
                Err(ReadError::Aws(error)) => return Err(error),
            };
            let mut after = self.windows.clone();
            if is_whole {
                after.read(window, held.is_sparse());
            } else {
                say_dense(self.reader.region(), window);
            }
            let Parts {
                records,
                unreadable,
            } = held.into_parts();
            return Ok(Step {
                records,
                unreadable,
                after,
            });
        }
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
