//! What happened to users and in passes, kept for a while and opaque here.

use time::OffsetDateTime;

use super::entry::Opaque;
use super::stage::encode;
use super::{Store, StoreError, record};

/// Something that happened in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When, in milliseconds since 1970.
    pub at_unix_ms: i64,
    /// UserId; empty for a pass.
    pub user_id: String,
    /// What the store was given.
    pub facts: Vec<u8>,
}

/// A pass to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPass {
    /// When it began.
    pub at: OffsetDateTime,
    /// What there is to say of it.
    pub facts: Vec<u8>,
    /// Whether everybody was sent, changed or not.
    pub was_full: bool,
    /// When an earlier pass began that need not be kept beside this one.
    pub stands_for_unix_ms: Option<i64>,
}

impl Store {
    /// What happened to users of `account_id`, oldest first.
    pub fn history(&self, account_id: &str) -> Result<Vec<Kept>, StoreError> {
        self.kept(&self.shared.history, account_id)
    }

    /// The passes over `account_id`, oldest first.
    pub fn passes(&self, account_id: &str) -> Result<Vec<Kept>, StoreError> {
        self.kept(&self.shared.passes, account_id)
    }

    /// The accounts that were ever passed over.
    pub fn accounts(&self) -> Result<Vec<String>, StoreError> {
        let shared = &self.shared;
        let mut accounts: Vec<String> = Vec::new();
        for key in shared.passes.iter().keys() {
            let key = key.map_err(|source| shared.failed("read its passes", source))?;
            let account = account_of(&key);
            if accounts.last().is_none_or(|last| *last != account) {
                accounts.push(account);
            }
        }
        Ok(accounts)
    }

    /// The newest pass over `account_id` of which `is_wanted` holds.
    pub fn newest_pass(
        &self,
        account_id: &str,
        is_wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Kept>, StoreError> {
        let prefix = [account_id, ""].join("\0");
        for item in self.shared.passes.scan_prefix(prefix).rev() {
            let pass = self.read_kept(item)?;
            if let Some(pass) = pass.filter(|pass| is_wanted(&pass.facts)) {
                return Ok(Some(pass));
            }
        }
        Ok(None)
    }

    /// Keeps `pass`, and forgets what happened in the account before `horizon` and the pass that
    /// this one stands for.
    pub fn keep_pass(
        &self,
        account_id: &str,
        pass: KeptPass,
        horizon: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let (start, end) = (
            key(account_id, OffsetDateTime::UNIX_EPOCH, ""),
            key(account_id, horizon, ""),
        );
        let pass_key = key(account_id, pass.at, "");
        let record = encode(&pass_key, &Opaque { facts: pass.facts })?;
        shared.durably(|| {
            for tree in [&shared.history, &shared.passes] {
                for old in tree.range(start.clone()..end.clone()).keys() {
                    tree.remove(old?)?;
                }
            }
            if let Some(at_unix_ms) = pass.stands_for_unix_ms {
                shared.passes.remove(key_at(account_id, at_unix_ms, ""))?;
            }
            if pass.was_full {
                let at_unix_s = pass.at.unix_timestamp().to_be_bytes();
                shared.meta.insert(last_full_key(account_id), &at_unix_s)?;
            }
            shared.passes.insert(pass_key, record).map(|_| ())
        })
    }

    /// When everybody in `account_id` was last sent, changed or not.
    pub fn last_full(&self, account_id: &str) -> Result<Option<OffsetDateTime>, StoreError> {
        let at = self.shared.meta.get(last_full_key(account_id));
        let at = at.map_err(|source| self.shared.failed("read", source))?;
        let at = at.and_then(|at| <[u8; 8]>::try_from(at.as_ref()).ok());
        Ok(at.and_then(|at| OffsetDateTime::from_unix_timestamp(i64::from_be_bytes(at)).ok()))
    }

    fn kept(&self, tree: &sled::Tree, account_id: &str) -> Result<Vec<Kept>, StoreError> {
        let prefix = [account_id, ""].join("\0");
        let kept = tree.scan_prefix(prefix);
        kept.filter_map(|item| self.read_kept(item).transpose())
            .collect()
    }

    /// A damaged one is missing from the history, and nothing else depends on it.
    fn read_kept(
        &self,
        item: sled::Result<(sled::IVec, sled::IVec)>,
    ) -> Result<Option<Kept>, StoreError> {
        let failed = |source| self.shared.failed("read its history", source);
        let (key, value) = item.map_err(failed)?;
        let Ok(Opaque { facts }) = record::decode(&key, &value) else {
            return Ok(None);
        };
        let (at_unix_ms, user_id) = moment_and_user(&key);
        Ok(Some(Kept {
            at_unix_ms,
            user_id,
            facts,
        }))
    }
}

fn last_full_key(account_id: &str) -> Vec<u8> {
    ["full", account_id].join("\0").into_bytes()
}

/// Account, moment in big-endian milliseconds, UserId: in the order of time.
pub(super) fn key(account_id: &str, at: OffsetDateTime, user_id: &str) -> Vec<u8> {
    let at_unix_ms = at.unix_timestamp() * 1_000 + i64::from(at.millisecond());
    key_at(account_id, at_unix_ms, user_id)
}

fn key_at(account_id: &str, at_unix_ms: i64, user_id: &str) -> Vec<u8> {
    let moment = u64::try_from(at_unix_ms).unwrap_or_default();
    let mut key = [account_id, ""].join("\0").into_bytes();
    key.extend_from_slice(&moment.to_be_bytes());
    key.extend_from_slice(user_id.as_bytes());
    key
}

fn account_of(key: &[u8]) -> String {
    let account = key.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(account).into_owned()
}

fn moment_and_user(key: &[u8]) -> (i64, String) {
    let account_len = account_of(key).len() + 1;
    let rest = key.get(account_len..).unwrap_or_default();
    let Some((moment, user_id)) = rest.split_first_chunk::<8>() else {
        return (0, String::new());
    };
    let at_unix_ms = i64::try_from(u64::from_be_bytes(*moment)).unwrap_or(i64::MAX);
    (at_unix_ms, String::from_utf8_lossy(user_id).into_owned())
}
