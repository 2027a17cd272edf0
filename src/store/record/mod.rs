//! How records and keys are written.

mod bytes;
mod codec;
mod keys;
mod packed;

pub(super) use bytes::{blob, fixed};
pub(super) use codec::{RecordError, SIZE_MAX, decode, encode, is_whole, move_to, pack, unpack};
pub(super) use keys::{
    AccountKey, AuditKey, MetaKey, OutboxKey, entity_key, parse_entity_key, receiver_key,
};
pub(super) use packed::{compress, decompress};
