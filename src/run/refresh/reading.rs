//! Whom hints are about, read from AWS: one who cannot be read keeps no other from being told.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use super::kept::KeptUser;
use crate::audit::Affected;
use crate::aws::{AwsClient, AwsError, AwsErrorClass};
use crate::collect::{query_user, query_user_named};
use crate::model::{Account, EntityKey, User};
use crate::store::EntityRecord;

/// So many users are read at once.
const USERS_AT_ONCE: usize = 4;

/// What was read, and what was not.
#[derive(Default)]
pub(super) struct Reading {
    /// Users, each with whether it is about what they may do.
    pub(super) read: Vec<(User, bool)>,
    /// Names that nobody has any more.
    pub(super) nobody: BTreeSet<String>,
    /// Users that nobody is any more.
    pub(super) gone: Vec<(EntityKey, EntityRecord)>,
    /// What is to be read again all the same.
    pub(super) left: Vec<Affected>,
    /// Why, of the first one that is tried again.
    pub(super) why: Option<AwsError>,
}

impl Reading {
    /// Reads `users` of `account` by name, each with whether it is about what the user may do, and
    /// their SSH public keys if those are read `with_ssh`. An error is one of every call.
    pub(super) async fn of(
        client: &AwsClient,
        account: &Account,
        users: BTreeMap<String, bool>,
        with_ssh: bool,
    ) -> Result<Self, AwsError> {
        let mut reading = Self::default();
        let users = stream::iter(users).map(async |(name, is_of_policies)| {
            let user = Box::pin(query_user_named(client, account, &name, with_ssh)).await;
            (name, is_of_policies, user)
        });
        let mut users = std::pin::pin!(users.buffered(USERS_AT_ONCE));
        while let Some((name, is_of_policies, user)) = users.next().await {
            match user {
                Ok(Some(user)) => reading.read.push((user, is_of_policies)),
                Ok(None) => _ = reading.nobody.insert(name),
                Err(error) => reading.failed(
                    error,
                    Affected::User {
                        name,
                        is_of_policies,
                    },
                )?,
            }
        }
        Ok(reading)
    }

    /// Looks for users who are `kept`, but by their ids: they may have another name by now. Who was read
    /// is not looked for.
    pub(super) async fn look_for(
        &mut self,
        client: &AwsClient,
        account: &Account,
        kept: Vec<KeptUser>,
    ) -> Result<(), AwsError> {
        for kept in kept {
            if self.read.iter().any(|(user, _)| user.id == kept.user.id) {
                continue;
            }
            match Box::pin(query_user(client, account, &kept)).await {
                Ok(Some(user)) => self.read.push((user, true)),
                Ok(None) => self.gone.push((kept.entity, kept.record)),
                Err(error) => self.failed(error, Affected::Deleted(kept.user.name))?,
            }
        }
        Ok(())
    }

    /// Leaves `hint` to be tried again; to a pass, which has other calls, if this one is denied.
    fn failed(&mut self, error: AwsError, hint: Affected) -> Result<(), AwsError> {
        if error.class.ends_the_pass() {
            return Err(error);
        }
        if error.class == AwsErrorClass::Denied {
            tracing::warn!(
                %error,
                "a user who changed cannot be read alone: a pass over the account is to tell"
            );
            self.left.push(Affected::Everybody);
        } else {
            self.left.push(hint);
            self.why.get_or_insert(error);
        }
        Ok(())
    }
}
