//! Records on disk: a version, a checksum, and fields by name.
//!
//! Fields are named (MessagePack), so that a record of an earlier version stays readable and one
//! of a later version is read as far as it is known. sled does not always notice a flipped byte:
//! the checksum does, and it covers the key, so that a record is never taken for another's. The
//! size is limited, so that pages never grow into blob files, which sled does not sync.

use super::packed::{compress, decompress};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The layout of a record: this version, CRC-32 of key and content, content.
const VERSION: u8 = 3;
const HEAD_LEN: usize = 5;

/// Room for most records, and for most users, so that few of them are moved while they grow.
const RECORD_LEN: usize = 1_024;
const PLAIN_LEN: usize = 2_048;

/// The most bytes of a record. A sled leaf holds 17 entries at most before it splits, so a page
/// stays below a quarter of a segment of 4 MiB.
pub(in crate::store) const SIZE_MAX: usize = 48 * 1024;

/// A record that cannot be trusted, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum RecordError {
    #[error("record of version {0}")]
    Version(u8),
    #[error("checksum does not match")]
    Checksum,
    #[error("content does not decode")]
    Content,
    #[error("{0} bytes, and a record has at most {SIZE_MAX}")]
    TooLarge(usize),
}

/// `content` as the record of `key`.
pub(in crate::store) fn encode<T: Serialize>(
    key: &[u8],
    content: &T,
) -> Result<Vec<u8>, RecordError> {
    let mut record = Vec::with_capacity(RECORD_LEN);
    record.extend_from_slice(&[VERSION, 0, 0, 0, 0]);
    rmp_serde::encode::write_named(&mut record, content).map_err(|_| RecordError::Content)?;
    if record.len() > SIZE_MAX {
        return Err(RecordError::TooLarge(record.len()));
    }
    let checksum = checksum(key, &record[HEAD_LEN..]);
    record[1..HEAD_LEN].copy_from_slice(&checksum.to_le_bytes());
    Ok(record)
}

/// Whether `record` is what was written for `key`.
pub(in crate::store) fn is_whole(key: &[u8], record: &[u8]) -> bool {
    content(key, record).is_ok()
}

/// The content of `record`, if it is what was written for `key`.
pub(in crate::store) fn decode<T: DeserializeOwned>(
    key: &[u8],
    record: &[u8],
) -> Result<T, RecordError> {
    rmp_serde::from_slice(content(key, record)?).map_err(|_| RecordError::Content)
}

fn content<'a>(key: &[u8], record: &'a [u8]) -> Result<&'a [u8], RecordError> {
    let (&[version, a, b, c, d], content) = record
        .split_first_chunk::<HEAD_LEN>()
        .ok_or(RecordError::Checksum)?;
    if version != VERSION {
        return Err(RecordError::Version(version));
    }
    if checksum(key, content) != u32::from_le_bytes([a, b, c, d]) {
        return Err(RecordError::Checksum);
    }
    Ok(content)
}

/// `record` of `key` as that of `new_key`; `None` if it is damaged.
pub(in crate::store) fn move_to(key: &[u8], record: &[u8], new_key: &[u8]) -> Option<Vec<u8>> {
    let content = content(key, record).ok()?;
    let mut moved = record.to_vec();
    let checksum = checksum(new_key, content);
    moved[1..HEAD_LEN].copy_from_slice(&checksum.to_le_bytes());
    Some(moved)
}

/// `content`, named and compressed, to be kept as one field of a record.
pub(in crate::store) fn pack<T: Serialize>(content: &T) -> Result<Vec<u8>, RecordError> {
    let mut plain = Vec::with_capacity(PLAIN_LEN);
    rmp_serde::encode::write_named(&mut plain, content).map_err(|_| RecordError::Content)?;
    Ok(compress(&plain))
}

/// What was packed.
pub(in crate::store) fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Result<T, RecordError> {
    let plain = decompress(packed).map_err(|_| RecordError::Content)?;
    rmp_serde::from_slice(&plain).map_err(|_| RecordError::Content)
}

fn checksum(key: &[u8], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(content);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Named {
        name: String,
        number: u32,
    }

    fn named() -> Named {
        Named {
            name: "a user".to_owned(),
            number: 7,
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_in_a_record_is_noticed() {
        let record = encode(b"key", &named()).unwrap();
        let decode = |record: &[u8]| super::decode::<Named>(b"key", record);
        assert_eq!(decode(&record).unwrap(), named());
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
        let record = encode(b"AIDA1", &named()).unwrap();
        assert!(decode::<Named>(b"AIDA1", &record).is_ok());
        assert!(decode::<Named>(b"AIDA2", &record).is_err());
    }

    #[test]
    fn records_with_fewer_and_with_more_fields_are_readable() {
        #[derive(Debug, Serialize, Deserialize)]
        struct Later {
            name: String,
            #[serde(default)]
            note: Option<String>,
            number: u32,
        }
        let earlier = encode(b"key", &named()).unwrap();
        let read: Later = decode(b"key", &earlier).unwrap();
        assert_eq!((read.name.as_str(), read.note), ("a user", None));
        let later = Later {
            name: "a user".to_owned(),
            note: Some("new".to_owned()),
            number: 7,
        };
        let later = encode(b"key", &later).unwrap();
        assert_eq!(decode::<Named>(b"key", &later).unwrap(), named());
    }

    #[test]
    fn a_record_that_a_page_could_not_hold_is_refused() {
        let name = "x".repeat(SIZE_MAX);
        let error = encode(b"key", &Named { name, number: 7 }).unwrap_err();
        assert!(matches!(error, RecordError::TooLarge(_)), "{error}");
    }
}
