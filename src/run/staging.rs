//! From users as a pass saw them to what the store keeps and sends.

use std::sync::Arc;

use super::mapping_plan::MappingPlan;
use super::pass::Target;
use crate::map::Rendered;
use crate::model::{Account, PassStamp, User};
use crate::steps::{self, Step};
use crate::store::{StagedCounts, StagedEvent, Staging, Store, StoreError};

/// The layout of kept users. Another number makes those of another layout unknown, which costs
/// nothing but the baseline of what is unknown at that moment.
const LAYOUT: u8 = 1;

/// What a pass stages its users with.
#[derive(Debug)]
pub(super) struct Stager {
    pub(super) account: Account,
    pub(super) stamp: PassStamp,
    pub(super) mapping: MappingPlan,
    pub(super) targets: Vec<Target>,
    pub(super) is_full: bool,
}

impl Stager {
    /// Judges, maps and stages `users` on a thread where that may take its time; the collection
    /// goes on meanwhile. When this returns, they are durable.
    pub(super) async fn stage(
        self: &Arc<Self>,
        store: &Store,
        users: Vec<User>,
    ) -> Result<StagedCounts, StoreError> {
        let this = Arc::clone(self);
        let stage = move |store: &Store| {
            let ids: Vec<String> = users.iter().map(|user| user.id.clone()).collect();
            let last_known = store.last_known(&this.account.id, &ids)?;
            let staging = this.staging(&users, &last_known);
            steps::reach(Step::ChunkMapped);
            store.stage(&this.account.id, staging, this.is_full)
        };
        store.run(stage).await
    }

    /// What to stage of `users`, of whom `last_known` is what was kept, each at its place.
    fn staging(&self, users: &[User], last_known: &[Option<Vec<u8>>]) -> Staging {
        let mut staging = Staging::default();
        for (user, kept) in users.iter().zip(last_known) {
            let last = kept.as_deref().and_then(read);
            let last = last.filter(|last| last.id == user.id);
            let known = match &last {
                Some(last) => user.or_last_known(last),
                None => user.clone(),
            };
            for target in &self.targets {
                let event = self.mapping.event(
                    &self.account,
                    user,
                    &known,
                    last.as_ref(),
                    self.stamp,
                    target.dialect,
                );
                staging
                    .events
                    .extend(event.map(|event| staged(target, &user.id, event)));
            }
            let written = write(&known);
            if written.is_some() && written != *kept {
                let written = written.map(|facts| (user.id.clone(), facts));
                staging.known.extend(written);
            }
        }
        staging
    }
}

/// `event` about a user, for the sink of `target`.
pub(super) fn staged(target: &Target, user_id: &str, event: Rendered) -> StagedEvent {
    StagedEvent {
        sink: target.sink.clone(),
        user_id: user_id.to_owned(),
        id: event.id,
        digest: event.digest,
        json: event.json,
    }
}

/// A kept user.
pub(super) fn read(kept: &[u8]) -> Option<User> {
    match kept.split_first() {
        Some((&LAYOUT, facts)) => postcard::from_bytes(facts).ok(),
        _ => None,
    }
}

fn write(user: &User) -> Option<Vec<u8>> {
    postcard::to_extend(user, vec![LAYOUT]).ok()
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::collect::{FromFiles, InventorySource};

    #[tokio::test]
    async fn a_kept_user_is_read_back_with_every_known_fact() {
        let details = include_bytes!("../commands/demo/authorization-details.json");
        let report = include_bytes!("../commands/demo/credential-report.csv");
        let documents: [(&str, &[u8]); 2] = [("details", details), ("report", report)];
        let now = time::OffsetDateTime::UNIX_EPOCH;
        let source = FromFiles::from_documents(&documents, now).unwrap();
        let (sender, mut users) = mpsc::channel(100);
        let sent = source.collect(sender).await.users;
        for _ in 0..sent {
            let user = users.recv().await.unwrap();
            let kept = write(&user).unwrap();
            let again = read(&kept).unwrap();
            assert_eq!(write(&again).unwrap(), kept);
            assert_eq!(again.tags.value(), user.tags.value());
            assert_eq!(again.mfa.value(), user.mfa.value());
            assert_eq!(again.access_keys.value(), user.access_keys.value());
        }
        assert!(read(&[LAYOUT + 1, 0]).is_none(), "another layout");
    }
}
