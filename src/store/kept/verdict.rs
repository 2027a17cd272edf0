//! The verdict on a user as last known, in whatever shape the analysis gives it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::store::record::{self, blob};

/// The most bytes of a verdict: a record holds the user and other things besides.
const SIZE_MAX: usize = 6 * 1024;

/// A verdict, and as of when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptVerdict {
    as_of_unix_ms: i64,
    #[serde(with = "blob")]
    verdict: Vec<u8>,
}

impl KeptVerdict {
    /// `verdict` as of `as_of`; `None` if it is too large to be kept.
    pub fn new<T: Serialize>(verdict: &T, as_of: OffsetDateTime) -> Option<Self> {
        let verdict = record::pack(verdict).ok()?;
        let as_of_ms = as_of.unix_timestamp_nanos() / 1_000_000;
        (verdict.len() <= SIZE_MAX).then_some(Self {
            as_of_unix_ms: i64::try_from(as_of_ms).ok()?,
            verdict,
        })
    }

    /// The verdict, unless it was written in a way that is not readable any more.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        record::unpack(&self.verdict).ok()
    }

    /// As of when it holds.
    pub fn as_of(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.as_of_unix_ms) * 1_000_000).ok()
    }
}
