//! What was last known of each user: the baseline of changes, opaque here.

use super::entry::Opaque;
use super::record;
use super::{Store, StoreError};

impl Store {
    /// The ids of the users of `account_id` of whom anything is kept.
    pub fn known_user_ids(&self, account_id: &str) -> Result<Vec<String>, StoreError> {
        let shared = &self.shared;
        let prefix = key(account_id, "");
        let ids = shared.known.scan_prefix(&prefix).keys().map(|key| {
            let key = key.map_err(|source| shared.failed("read", source))?;
            Ok(String::from_utf8_lossy(&key[prefix.len()..]).into_owned())
        });
        ids.collect()
    }

    /// What was last known of each of `user_ids`, in their order.
    pub fn last_known(
        &self,
        account_id: &str,
        user_ids: &[String],
    ) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let shared = &self.shared;
        let known = user_ids.iter().map(|user_id| {
            let key = key(account_id, user_id);
            let value = shared.known.get(&key);
            let value = value.map_err(|source| shared.failed("read", source))?;
            let known = value.and_then(|value| record::decode::<Opaque>(&key, &value).ok());
            Ok(known.map(|known| known.facts))
        });
        known.collect()
    }
}

/// A user of an account; neither id can hold a zero byte.
pub(super) fn key(account_id: &str, user_id: &str) -> Vec<u8> {
    [account_id, user_id].join("\0").into_bytes()
}
