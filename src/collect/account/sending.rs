//! An enumeration under way: users on their way to the reader, each UserId once.

use std::collections::HashSet;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::join::{Entry, Joined};
use super::listing::UserIdentity;
use crate::aws::AwsError;
use crate::model::User;

/// Which users are of interest where only new ones are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUsers {
    /// Whoever was created at this time or later is new, known or not.
    pub created_since: OffsetDateTime,
    /// The UserIds that are known already. Whoever is not among them is new, however old.
    pub known_ids: HashSet<String>,
}

/// What was sent so far, and what was not.
#[derive(Debug)]
pub(super) struct Sending {
    users: mpsc::Sender<User>,
    pub(super) only_new: Option<Arc<NewUsers>>,
    sent_ids: HashSet<String>,
    /// Users that are of no interest, since they are not new.
    pub(super) passed_over: u64,
    /// Users that there are none of, by the name they were listed with.
    pub(super) not_found: Vec<Entry>,
    /// Users that are gone.
    pub(super) vanished: u64,
    /// Users that are left out, each with what is wrong.
    pub(super) left_out: Vec<AwsError>,
    /// Why it is not known whether users are gone or renamed, if so.
    pub(super) not_confirmed: Option<AwsError>,
}

/// Why no more users are sent.
#[derive(Debug)]
pub(super) enum Stop {
    /// Nobody reads them any more.
    ReaderGone,
    /// Every further call would fail.
    Failed(AwsError),
}

impl NewUsers {
    pub(super) fn has(&self, user: &UserIdentity) -> bool {
        user.created_at >= self.created_since || !self.known_ids.contains(&user.id)
    }
}

impl Sending {
    pub(super) fn new(users: mpsc::Sender<User>, only_new: Option<Arc<NewUsers>>) -> Self {
        Self {
            users,
            only_new,
            sent_ids: HashSet::new(),
            passed_over: 0,
            not_found: Vec::new(),
            vanished: 0,
            left_out: Vec::new(),
            not_confirmed: None,
        }
    }

    /// Users sent, the root user among them.
    pub(super) fn sent(&self) -> u64 {
        self.sent_ids.len() as u64
    }

    /// Whether no call is worth making for the user: it is not new.
    pub(super) fn passes_over(&self, user: &UserIdentity) -> bool {
        self.only_new.as_ref().is_some_and(|new| !new.has(user))
    }

    /// Sends the user, or keeps its entry for the end.
    pub(super) async fn take(&mut self, joined: Result<Joined, AwsError>) -> Result<(), Stop> {
        match joined.map_err(Stop::Failed)? {
            Joined::User(user) => self.send(*user).await,
            Joined::NotFound(entry) => {
                self.not_found.push(*entry);
                Ok(())
            }
        }
    }

    /// Sends one user, unless it was sent before.
    pub(super) async fn send(&mut self, user: User) -> Result<(), Stop> {
        if self.sent_ids.insert(user.id.clone()) {
            self.users.send(user).await.map_err(|_| Stop::ReaderGone)?;
        }
        Ok(())
    }
}
