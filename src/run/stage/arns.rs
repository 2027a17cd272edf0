//! Who has which ARN: an ARN that another user took over stays open at receivers that know users
//! by it.

use std::collections::HashMap;

use crate::model::User;
use crate::store::{Store, StoreError};

/// So many records are read at a time.
const RECORDS_AT_ONCE: usize = 250;

/// The users of an account by ARN: as known when it was first asked for, and as seen since.
#[derive(Debug, Default)]
pub(in crate::run) struct ArnIndex {
    /// Observation and UserId by ARN, the latest observation of each; read when an ARN is first
    /// asked for, since that is rare.
    known: Option<HashMap<String, (u64, String)>>,
    /// What a pass has seen, which is newer.
    seen: HashMap<u64, String>,
}

impl ArnIndex {
    /// A pass has seen `user`.
    pub(in crate::run) fn see(&mut self, user: &User) {
        self.seen.insert(hash(user.arn.as_str()), user.id.clone());
    }

    /// The UserId of the user other than `user_id` that has `arn` now, if there is one.
    pub(in crate::run) fn other_holder(
        &mut self,
        store: &Store,
        account: &str,
        arn: &str,
        user_id: &str,
    ) -> Result<Option<String>, StoreError> {
        if let Some(holder) = self.seen.get(&hash(arn)) {
            return Ok((holder != user_id).then(|| holder.clone()));
        }
        if self.known.is_none() {
            self.known = Some(read(store, account)?);
        }
        let known = self.known.as_ref().and_then(|known| known.get(arn));
        let holder = known.map(|(_, holder)| holder);
        Ok(holder.filter(|holder| *holder != user_id).cloned())
    }
}

fn read(store: &Store, account: &str) -> Result<HashMap<String, (u64, String)>, StoreError> {
    let mut known: HashMap<String, (u64, String)> = HashMap::new();
    let mut after: Option<String> = None;
    loop {
        let users = store.users_after(account, after.as_deref(), RECORDS_AT_ONCE)?;
        for (entity, record) in &users {
            if let Some(user) = record.user() {
                let arn = user.arn.to_string();
                let is_later = |(ordinal, _): &(u64, String)| *ordinal > record.ordinal;
                if !known.get(&arn).is_some_and(is_later) {
                    known.insert(arn, (record.ordinal, entity.id.clone()));
                }
            }
        }
        match users.last() {
            Some((last, _)) if users.len() == RECORDS_AT_ONCE => after = Some(last.id.clone()),
            _ => return Ok(known),
        }
    }
}

fn hash(arn: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    arn.hash(&mut hasher);
    hasher.finish()
}
