//! Users in chunks: large enough to make a sync worth it, soon enough to lose little.

use std::sync::Arc;
use std::time::Duration;
use std::vec;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::model::User;
use crate::observe::{Phase, Progress};

/// The most users in a chunk.
const CHUNK_LEN: usize = 250;
/// The longest that a user waits for the others of its chunk.
const CHUNK_AGE: Duration = Duration::from_secs(1);

/// Users that are there, and after them those who come.
pub(in crate::run) struct Chunks<'a> {
    held: vec::IntoIter<Arc<User>>,
    coming: Option<(&'a mut mpsc::Receiver<User>, &'a Progress)>,
}

impl<'a> Chunks<'a> {
    /// Users that are there.
    pub(in crate::run) fn of(users: Vec<Arc<User>>) -> Self {
        Self {
            held: users.into_iter(),
            coming: None,
        }
    }

    /// The same, and after them those who are `coming`, whom `progress` counts.
    pub(in crate::run) fn and(
        self,
        coming: &'a mut mpsc::Receiver<User>,
        progress: &'a Progress,
    ) -> Self {
        Self {
            coming: Some((coming, progress)),
            ..self
        }
    }

    /// The next chunk; empty when there are no more.
    pub(in crate::run) async fn next(&mut self) -> Vec<User> {
        let held = self.held.by_ref().take(CHUNK_LEN);
        let mut chunk: Vec<User> = held.map(Arc::unwrap_or_clone).collect();
        if let (true, Some((coming, progress))) = (chunk.is_empty(), &mut self.coming) {
            chunk = next(coming).await;
            progress.add(Phase::Users, chunk.len());
        }
        chunk
    }
}

/// The next chunk of `users`; empty when there are no more.
async fn next(users: &mut mpsc::Receiver<User>) -> Vec<User> {
    let Some(first) = users.recv().await else {
        return Vec::new();
    };
    let mut chunk = vec![first];
    let deadline = Instant::now() + CHUNK_AGE;
    while chunk.len() < CHUNK_LEN {
        match timeout_at(deadline, users.recv()).await {
            Ok(Some(user)) => chunk.push(user),
            Ok(None) | Err(_) => break,
        }
    }
    chunk
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::model::{Arn, Fact};

    fn user() -> User {
        User {
            name: "someone".to_owned(),
            arn: Arn::parse("arn:aws:iam::111122223333:user/someone").unwrap(),
            id: "AIDASOMEONE".to_owned(),
            path: "/".to_owned(),
            created_at: OffsetDateTime::UNIX_EPOCH,
            password_last_used: Fact::not_collected("test"),
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

    #[tokio::test(start_paused = true)]
    async fn a_chunk_is_cut_by_count_by_age_and_by_the_end() {
        let (sender, mut users) = mpsc::channel(CHUNK_LEN * 2);
        let send = async |count: usize| {
            for _ in 0..count {
                sender.send(user()).await.unwrap();
            }
        };
        send(CHUNK_LEN + 3).await;
        assert_eq!(next(&mut users).await.len(), CHUNK_LEN);
        let before = Instant::now();
        assert_eq!(next(&mut users).await.len(), 3);
        assert_eq!(before.elapsed(), CHUNK_AGE);
        send(1).await;
        drop(sender);
        assert_eq!(next(&mut users).await.len(), 1);
        assert!(next(&mut users).await.is_empty());
    }
}
