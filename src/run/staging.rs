//! From users as a pass saw them to what the store keeps and sends.

use super::pass::Pass;
use crate::model::User;
use crate::store::{StagedEvent, Staging};

/// The layout of kept users. Another number makes those of another layout unknown, which costs
/// nothing but the baseline of what is unknown at that moment.
const LAYOUT: u8 = 1;

/// What to stage of `users`, of whom `last_known` is what was kept, each at its place.
pub(super) fn of(pass: &Pass<'_>, users: &[User], last_known: &[Option<Vec<u8>>]) -> Staging {
    let mut staging = Staging::default();
    for (user, kept) in users.iter().zip(last_known) {
        let last = kept.as_deref().and_then(read);
        let last = last.filter(|last| last.id == user.id);
        let known = last
            .as_ref()
            .map_or_else(|| user.clone(), |last| user.or_last_known(last));
        for target in pass.targets {
            let event = pass.mapping.event(
                pass.account,
                user,
                &known,
                last.as_ref(),
                pass.stamp,
                target.dialect,
            );
            staging.events.extend(event.map(|event| StagedEvent {
                sink: target.sink.clone(),
                user_id: user.id.clone(),
                id: event.id,
                digest: event.digest,
                json: event.json,
            }));
        }
        let written = write(&known);
        if written.is_some() && written != *kept {
            staging
                .known
                .extend(written.map(|facts| (user.id.clone(), facts)));
        }
    }
    staging
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
