//! Records on disk: a version, a checksum, and compressed content.
//!
//! sled does not always notice a flipped byte; the checksum does, and it covers the key, so that
//! a record is never taken for another user's. Compression and a size cap
//! keep pages small enough that sled never moves them to blob files, which it does not sync.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The layout of a record: version, CRC-32 of key and rest, LZ4 block with its length in front.
const VERSION: u8 = 1;
const HEAD_LEN: usize = 5;

/// The largest record. A sled leaf holds 17 entries at most before it splits, so a page stays
/// below a quarter of a segment of 4 MiB.
pub(super) const SIZE_MAX: usize = 48 * 1024;

/// A record that cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub(super) enum RecordError {
    #[error("record of version {0}")]
    Version(u8),
    #[error("checksum does not match")]
    Checksum,
    #[error("content does not decode")]
    Content,
}

/// `content` as the record of `key`.
pub(super) fn encode<T: Serialize>(key: &[u8], content: &T) -> Result<Vec<u8>, RecordError> {
    let plain = postcard::to_stdvec(content).map_err(|_| RecordError::Content)?;
    let packed = lz4_flex::compress_prepend_size(&plain);
    let mut record = Vec::with_capacity(HEAD_LEN + packed.len());
    record.push(VERSION);
    record.extend_from_slice(&checksum(key, &packed).to_le_bytes());
    record.extend_from_slice(&packed);
    Ok(record)
}

/// The content of `record`, if it is what was written for `key`.
pub(super) fn decode<T: DeserializeOwned>(key: &[u8], record: &[u8]) -> Result<T, RecordError> {
    let (&[version, a, b, c, d], packed) = record
        .split_first_chunk::<HEAD_LEN>()
        .ok_or(RecordError::Checksum)?;
    if version != VERSION {
        return Err(RecordError::Version(version));
    }
    if checksum(key, packed) != u32::from_le_bytes([a, b, c, d]) {
        return Err(RecordError::Checksum);
    }
    let plain = lz4_flex::decompress_size_prepended(packed).map_err(|_| RecordError::Content)?;
    postcard::from_bytes(&plain).map_err(|_| RecordError::Content)
}

fn checksum(key: &[u8], packed: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(packed);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_anywhere_in_a_record_is_noticed() {
        let record = encode(b"key", &("a user".to_owned(), 7_u32)).unwrap();
        let decode = |record: &[u8]| super::decode::<(String, u32)>(b"key", record);
        assert!(decode(&record).is_ok());
        for byte in 0..record.len() {
            for bit in 0..8 {
                let mut damaged = record.clone();
                damaged[byte] ^= 1 << bit;
                assert!(decode(&damaged).is_err(), "byte {byte} bit {bit}");
            }
        }
        for length in 0..record.len() {
            assert!(decode(&record[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_record_under_another_key_is_noticed() {
        let record = encode(b"AIDA1", &7_u32).unwrap();
        assert_eq!(decode::<u32>(b"AIDA1", &record).unwrap(), 7);
        assert!(decode::<u32>(b"AIDA2", &record).is_err());
    }
}
