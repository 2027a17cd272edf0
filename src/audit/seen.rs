//! The ids of records that were there already.

use std::collections::HashSet;

use uuid::Uuid;

/// Ids of records. CloudTrail's are UUIDs, of which 16 bytes are kept.
#[derive(Debug, Default)]
pub struct Seen {
    uuids: HashSet<Uuid>,
    others: HashSet<String>,
}

impl Seen {
    /// Adds `event_id`; whether it is new.
    pub fn insert(&mut self, event_id: &str) -> bool {
        match Uuid::try_parse(event_id) {
            Ok(uuid) => self.uuids.insert(uuid),
            Err(_) => self.others.insert(event_id.to_owned()),
        }
    }
}
