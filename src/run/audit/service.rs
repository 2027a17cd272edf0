//! One service of a region: its windows, read one after the other.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use super::held::Parts;
use super::reader::{ReadError, ReadWindow, Reader};
use crate::audit::{Window, Windows};
use crate::aws::AwsError;
use crate::model::RecordId;

/// Whether a record of a service is new.
pub(super) type IsNew = Arc<dyn Fn(&'static str, RecordId) -> bool + Send + Sync>;

/// A service, and how far it was read.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) source: &'static str,
    pub(super) windows: Windows,
    pub(super) state: State,
    /// Whether it failed or took too long the last time: then nobody waits for it.
    pub(super) is_late: bool,
}

/// Whether it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ready,
    UnderWay,
    /// It is tried again then.
    Failed(Instant),
}

impl Service {
    /// Whether its next window is to be read: that of the same round, or of the `first` step of one.
    pub(super) fn is_due(&self, is_first: bool) -> bool {
        match self.state {
            State::Ready => is_first || self.windows.is_in_round(),
            State::UnderWay => false,
            State::Failed(until) => is_first && until <= Instant::now(),
        }
    }
}

/// Reads the next window of `service`, up to `now`, for what `is_new` in it. It is late if that takes
/// longer than the `patience` of the others.
pub(super) async fn read_next(
    (reader, patience): (Reader, Duration),
    mut service: Service,
    now: OffsetDateTime,
    is_new: IsNew,
) -> (Service, Result<Parts, AwsError>) {
    let (source, begun) = (service.source, Instant::now());
    loop {
        let window = service.windows.next(now);
        let read = reader.read(source, window, |id| is_new(source, id));
        let ReadWindow { held, is_whole } = match read.await {
            Ok(read) => read,
            Err(ReadError::TooFull { reached }) => {
                service.windows.too_full(window, reached);
                continue;
            }
            Err(ReadError::Aws(error)) => return (service, Err(error)),
        };
        match is_whole {
            true => service.windows.read(window, held.is_sparse()),
            false => say_dense(reader.region(), window),
        }
        service.is_late = begun.elapsed() > patience;
        return (service, Ok(held.into_parts()));
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
