//! Who has which ARN: an ARN that another user took over stays open at receivers that know users
//! by it.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::model::{Fact, User};
use crate::store::{EntityRecord, Store, StoreError};

/// So many records are read at a time.
const RECORDS_AT_ONCE: usize = 250;

/// A user that has an ARN, as far as is kept; the greatest of several has it now.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Holder {
    /// Whether the last whole list held it.
    is_present: bool,
    /// The observation.
    ordinal: u64,
    /// When, within the observation, the page that listed it was read.
    listed_at: Option<OffsetDateTime>,
    /// Of two that nothing else distinguishes, the younger one took over the ARN.
    created_at: OffsetDateTime,
    user_id: String,
}

/// The users of an account by ARN: as known when it was first asked for, and as seen since.
#[derive(Debug, Default)]
pub(in crate::run) struct ArnIndex {
    /// The latest holder by ARN; read when an ARN is first asked for, since that is rare.
    known: Option<HashMap<String, Holder>>,
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
        let holder = known.map(|holder| &holder.user_id);
        Ok(holder.filter(|holder| *holder != user_id).cloned())
    }
}

impl Holder {
    fn of(record: &EntityRecord, user: User, user_id: &str) -> Self {
        // ListUsers tells of it with this fact.
        let listed_at = match user.password_last_used {
            Fact::Known { provenance, .. } => Some(provenance.as_of),
            Fact::Unknown(_) => None,
        };
        Self {
            is_present: record.absent_since.is_none(),
            ordinal: record.ordinal,
            listed_at,
            created_at: user.created_at,
            user_id: user_id.to_owned(),
        }
    }
}

fn read(store: &Store, account: &str) -> Result<HashMap<String, Holder>, StoreError> {
    let mut known: HashMap<String, Holder> = HashMap::new();
    let mut after: Option<String> = None;
    loop {
        let users = store.users_after(account, after.as_deref(), RECORDS_AT_ONCE)?;
        for (entity, record) in &users {
            if let Some(user) = record.user() {
                let arn = user.arn.to_string();
                let holder = Holder::of(record, user, &entity.id);
                if known.get(&arn).is_none_or(|other| *other < holder) {
                    known.insert(arn, holder);
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

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::model::{Arn, Digest, EntityKey, Provenance};
    use crate::store::{ObservedDigests, Staging};

    const ACCOUNT: &str = "111122223333";
    const ARN: &str = "arn:aws:iam::111122223333:user/ann";

    /// A user who was listed under [`ARN`] after so many seconds, and created after so many.
    fn user(id: &str, listed_s: i64, created_s: i64) -> User {
        let at = |seconds| OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds);
        let provenance = Provenance {
            source: "test".into(),
            as_of: at(listed_s),
        };
        User {
            name: "ann".to_owned(),
            arn: Arn::parse(ARN).unwrap(),
            id: id.to_owned(),
            path: "/".to_owned(),
            created_at: at(created_s),
            password_last_used: Fact::known(None, &provenance),
            tags: Fact::not_collected("test"),
            groups: Fact::not_collected("test"),
            attached_policies: Fact::not_collected("test"),
            inline_policies: Fact::not_collected("test"),
            permissions_boundary: Fact::not_collected("test"),
            mfa: Fact::not_collected("test"),
            console: Fact::not_collected("test"),
            access_keys: Fact::not_collected("test"),
            service_specific_credentials: Fact::not_collected("test"),
            signing_certificates: Fact::not_collected("test"),
            ssh_public_keys: Fact::not_collected("test"),
        }
    }

    /// Who has [`ARN`] by what is kept of `users`, each with the observation that lacked it.
    fn holder(users: [(User, Option<u64>); 2]) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("state")).unwrap();
        let mut staging = Staging::new(ACCOUNT, OffsetDateTime::UNIX_EPOCH);
        let digest = Digest::of(b"");
        let digests = ObservedDigests {
            observed: digest,
            content: digest,
            merged: digest,
        };
        for (user, absent_since) in users {
            let mut record = EntityRecord::new(&user, digests, 3).unwrap();
            record.absent_since = absent_since;
            let entity = EntityKey::user(ACCOUNT, &user.id);
            staging.entities.push((entity, record));
        }
        store.stage(staging).unwrap();
        let mut arns = ArnIndex::default();
        arns.other_holder(&store, ACCOUNT, ARN, "nobody").unwrap()
    }

    #[test]
    fn of_two_users_that_one_pass_saw_with_an_arn_the_one_listed_last_has_it_whatever_their_ids() {
        for (first, second) in [("AIDA1", "AIDA2"), ("AIDA2", "AIDA1")] {
            let last = Some(second.to_owned());
            let there = |id, listed_s, created_s| (user(id, listed_s, created_s), None);
            assert_eq!(holder([there(first, 1, 9), there(second, 2, 0)]), last);
            assert_eq!(holder([there(first, 1, 0), there(second, 1, 9)]), last);
            // One that a later, whole list lacked has no ARN any more.
            let absent = (user(first, 2, 9), Some(4));
            assert_eq!(holder([absent, there(second, 1, 0)]), last);
        }
    }
}
