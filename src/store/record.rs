//! Records on disk: a version, a checksum, and compressed content.
//!
//! sled does not notice a flipped byte in a value; the checksum does. Compression and a size cap
//! keep pages small enough that sled never moves them to blob files, which it does not sync.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The layout of a record: version, CRC-32 of the rest, LZ4 block with its length in front.
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

/// `content` as a record.
pub(super) fn encode<T: Serialize>(content: &T) -> Result<Vec<u8>, RecordError> {
    let plain = postcard::to_stdvec(content).map_err(|_| RecordError::Content)?;
    let packed = lz4_flex::compress_prepend_size(&plain);
    let mut record = Vec::with_capacity(HEAD_LEN + packed.len());
    record.push(VERSION);
    record.extend_from_slice(&crc32fast::hash(&packed).to_le_bytes());
    record.extend_from_slice(&packed);
    Ok(record)
}

/// The content of `record`, if it is what was written.
pub(super) fn decode<T: DeserializeOwned>(record: &[u8]) -> Result<T, RecordError> {
    let (&[version, a, b, c, d], packed) = record
        .split_first_chunk::<HEAD_LEN>()
        .ok_or(RecordError::Checksum)?;
    if version != VERSION {
        return Err(RecordError::Version(version));
    }
    if crc32fast::hash(packed) != u32::from_le_bytes([a, b, c, d]) {
        return Err(RecordError::Checksum);
    }
    let plain = lz4_flex::decompress_size_prepended(packed).map_err(|_| RecordError::Content)?;
    postcard::from_bytes(&plain).map_err(|_| RecordError::Content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_anywhere_in_a_record_is_noticed() {
        let record = encode(&("a user".to_owned(), 7_u32)).unwrap();
        assert!(decode::<(String, u32)>(&record).is_ok());
        for byte in 0..record.len() {
            for bit in 0..8 {
                let mut damaged = record.clone();
                damaged[byte] ^= 1 << bit;
                assert!(
                    decode::<(String, u32)>(&damaged).is_err(),
                    "byte {byte} bit {bit}"
                );
            }
        }
        for length in 0..record.len() {
            assert!(
                decode::<(String, u32)>(&record[..length]).is_err(),
                "{length} bytes"
            );
        }
    }
}
