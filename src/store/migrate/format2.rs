//! Records as formats 1 and 2 wrote them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::record::blob;
use crate::model::Membership;

/// How they were written: version 1, CRC-32 of key and rest, LZ4 block of positional fields.
pub(super) struct Codec;

const VERSION: u8 = 1;

impl Codec {
    pub(super) fn decode<T: DeserializeOwned>(key: &[u8], record: &[u8]) -> Result<T, ()> {
        let (&[version, a, b, c, d], packed) = record.split_first_chunk::<5>().ok_or(())?;
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(key);
        hasher.update(packed);
        if version != VERSION || hasher.finalize() != u32::from_le_bytes([a, b, c, d]) {
            return Err(());
        }
        let plain = lz4_flex::decompress_size_prepended(packed).map_err(drop)?;
        postcard::from_bytes(&plain).map_err(drop)
    }
}

/// Anything that the store kept without knowing what it is.
#[derive(Deserialize)]
pub(super) struct OldOpaque {
    #[serde(with = "blob")]
    pub(super) facts: Vec<u8>,
}

#[derive(Deserialize)]
#[expect(
    dead_code,
    reason = "that the fields are there distinguishes a record from garbage"
)]
pub(super) struct OldState {
    digest: [u8; 32],
    event_id: [u8; 16],
    pending: bool,
}

/// What waited; in format 1 without a time.
pub(super) struct OldEntry {
    pub(super) event_id: [u8; 16],
    pub(super) json: Vec<u8>,
    pub(super) queued_at_unix_s: Option<i64>,
}

impl OldEntry {
    pub(super) fn decode(key: &[u8], record: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Timed {
            event_id: [u8; 16],
            #[serde(with = "blob")]
            json: Vec<u8>,
            queued_at_unix_s: i64,
        }
        #[derive(Deserialize)]
        struct Untimed {
            event_id: [u8; 16],
            #[serde(with = "blob")]
            json: Vec<u8>,
        }
        if let Ok(timed) = Codec::decode::<Timed>(key, record) {
            return Some(Self {
                event_id: timed.event_id,
                json: timed.json,
                queued_at_unix_s: Some(timed.queued_at_unix_s),
            });
        }
        let untimed = Codec::decode::<Untimed>(key, record).ok()?;
        Some(Self {
            event_id: untimed.event_id,
            json: untimed.json,
            queued_at_unix_s: None,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct OldDead {
    pub(super) event_id: [u8; 16],
    pub(super) why: String,
    pub(super) at_unix_s: i64,
    #[serde(with = "blob")]
    pub(super) json: Vec<u8>,
}

#[derive(Deserialize)]
pub(super) struct OldCheckpoint {
    pub(super) newest_create_date_unix_s: i64,
    pub(super) passed_at_unix_s: i64,
    pub(super) users: u64,
}

#[derive(Deserialize)]
pub(super) struct OldMemory {
    pub(super) rates_per_second: BTreeMap<String, f64>,
    pub(super) denied: Vec<String>,
    pub(super) account_name: Option<String>,
    pub(super) membership: Option<Arc<Membership>>,
}

/// The moment in a key of the history or of a pass, in Unix milliseconds.
pub(super) fn moment(key: &[u8]) -> Option<i64> {
    let account_end = key.iter().position(|byte| *byte == 0)?;
    let (moment, _) = key.get(account_end + 1..)?.split_first_chunk::<8>()?;
    i64::try_from(u64::from_be_bytes(*moment)).ok()
}
