//! Which record of an audit log.

/// One record: its second, and 16 bytes of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    /// When the call was made, in seconds of Unix time.
    pub unix_s: i64,
    /// The id, which CloudTrail makes as a UUID; of another one its digest.
    pub uuid: [u8; 16],
}
