//! What happened to users and in passes, kept for a while.

use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::model::{HistoryEntry, PassRecord};
use crate::store::outbox::unix_ms;
use crate::store::trees::Tree;
use crate::store::{Store, StoreError, record};

/// Something that happened in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<T> {
    /// When, in milliseconds since 1970.
    pub at_unix_ms: i64,
    /// UserId; empty for a pass.
    pub user_id: String,
    /// What.
    pub what: T,
}

/// A pass to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPass {
    /// When it began.
    pub at: OffsetDateTime,
    /// What it found.
    pub record: PassRecord,
    /// When an earlier pass began that need not be kept beside this one.
    pub stands_for_unix_ms: Option<i64>,
}

impl KeptPass {
    pub(in crate::store) fn encode(&self, account: &str) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let key = pass_key(account, self.at);
        let record = record::encode(&key, &self.record)?;
        Ok((key, record))
    }
}

impl Store {
    /// What happened to users of `account`, oldest first.
    pub fn history(&self, account: &str) -> Result<Vec<Kept<HistoryEntry>>, StoreError> {
        self.kept(Tree::History, account)
    }

    /// The accounts of whose users something is kept, in order.
    pub fn accounts_of_history(&self) -> Result<Vec<String>, StoreError> {
        let tree = self.shared.trees.get(Tree::History);
        let failed = |source| self.shared.failed("read its history", source);
        let (mut accounts, mut next) = (Vec::new(), Vec::new());
        while let Some(item) = tree.range(next..).next() {
            let (key, _) = item.map_err(failed)?;
            let account = key.split(|byte| *byte == 0).next().unwrap_or_default();
            // Past all keys that begin with the account.
            next = [account, &[1]].concat();
            accounts.push(String::from_utf8_lossy(account).into_owned());
        }
        Ok(accounts)
    }

    /// The passes over `account`, oldest first.
    pub fn passes(&self, account: &str) -> Result<Vec<Kept<PassRecord>>, StoreError> {
        self.kept(Tree::Passes, account)
    }

    /// The last pass over `account` that is kept.
    pub fn last_pass(&self, account: &str) -> Result<Option<Kept<PassRecord>>, StoreError> {
        let tree = self.shared.trees.get(Tree::Passes);
        let mut passes = tree.scan_prefix(prefix(account)).rev();
        passes
            .find_map(|item| self.read_kept(item).transpose())
            .transpose()
    }

    fn kept<T: DeserializeOwned>(
        &self,
        tree: Tree,
        account: &str,
    ) -> Result<Vec<Kept<T>>, StoreError> {
        let kept = self.shared.trees.get(tree).scan_prefix(prefix(account));
        kept.filter_map(|item| self.read_kept(item).transpose())
            .collect()
    }

    /// A damaged one is missing from the history, and nothing else depends on it.
    fn read_kept<T: DeserializeOwned>(
        &self,
        item: sled::Result<(sled::IVec, sled::IVec)>,
    ) -> Result<Option<Kept<T>>, StoreError> {
        let failed = |source| self.shared.failed("read its history", source);
        let (key, value) = item.map_err(failed)?;
        let Ok(what) = record::decode(&key, &value) else {
            return Ok(None);
        };
        Ok(moment_and_user(&key).map(|(at_unix_ms, user_id)| Kept {
            at_unix_ms,
            user_id,
            what,
        }))
    }
}

/// Account, moment in big-endian milliseconds, UserId: in the order of time.
pub(in crate::store) fn key_at(account: &str, at_unix_ms: i64, user_id: &str) -> Vec<u8> {
    let moment = u64::try_from(at_unix_ms).unwrap_or_default();
    let mut key = prefix(account);
    key.extend_from_slice(&moment.to_be_bytes());
    key.extend_from_slice(user_id.as_bytes());
    key
}

/// The key of a pass that began at `at`, before those of what it noticed.
pub(in crate::store) fn pass_key(account: &str, at: OffsetDateTime) -> Vec<u8> {
    key_at(account, unix_ms(at), "")
}

fn prefix(account: &str) -> Vec<u8> {
    [account, ""].join("\0").into_bytes()
}

fn moment_and_user(key: &[u8]) -> Option<(i64, String)> {
    let account_end = key.iter().position(|byte| *byte == 0)?;
    let (moment, user_id) = key.get(account_end + 1..)?.split_first_chunk::<8>()?;
    let at_unix_ms = i64::try_from(u64::from_be_bytes(*moment)).ok()?;
    Some((at_unix_ms, String::from_utf8_lossy(user_id).into_owned()))
}
