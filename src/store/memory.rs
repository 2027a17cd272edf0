//! What one pass over an account leaves for the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::record;
use super::stage::encode;
use super::{Store, StoreError};
use crate::model::Membership;

/// What a pass learnt about an account's API, by action.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PassMemory {
    /// Calls a second that were let through, where that was less than configured.
    pub rates_per_second: BTreeMap<String, f64>,
    /// Actions that were denied.
    pub denied: Vec<String>,
    /// What events called the account.
    pub account_name: Option<String>,
    /// Where in an organization it was.
    pub membership: Option<Arc<Membership>>,
}

impl Store {
    /// What the last pass over `account_id` learnt; nothing if there was none.
    pub fn memory(&self, account_id: &str) -> Result<PassMemory, StoreError> {
        let shared = &self.shared;
        let key = key(account_id);
        let value = shared.meta.get(&key);
        let value = value.map_err(|source| shared.failed("read", source))?;
        Ok(value
            .and_then(|value| record::decode(&key, &value).ok())
            .unwrap_or_default())
    }

    /// Remembers what a pass over `account_id` learnt.
    pub fn remember(&self, account_id: &str, memory: &PassMemory) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let key = key(account_id);
        let record = encode(&key, memory)?;
        shared.durably(|| shared.meta.insert(key, record))?;
        Ok(())
    }
}

fn key(account_id: &str) -> Vec<u8> {
    ["memory", account_id].join("\0").into_bytes()
}
