//! One user, as the files that list users have it.

use time::OffsetDateTime;

use super::wire::{ListedUser, UserDetail};
use crate::model::Arn;

/// A user, as the details, the list or both have it.
pub(super) struct Entry {
    pub(super) identity: Identity,
    /// From `get-account-authorization-details`.
    pub(super) details: Option<UserDetail>,
    /// From `list-users`, where a missing date is a known one: never.
    pub(super) password_last_used: Option<Option<OffsetDateTime>>,
}

/// What every listing has of a user.
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) arn: Arn,
    pub(super) path: String,
    pub(super) created_at: OffsetDateTime,
}

impl Entry {
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            identity,
            details: None,
            password_last_used: None,
        }
    }
}

impl From<&UserDetail> for Identity {
    fn from(user: &UserDetail) -> Self {
        Self {
            name: user.user_name.clone(),
            id: user.user_id.clone(),
            arn: user.arn.clone(),
            path: user.path.clone(),
            created_at: user.create_date.0,
        }
    }
}

impl From<&ListedUser> for Identity {
    fn from(user: &ListedUser) -> Self {
        Self {
            name: user.user_name.clone(),
            id: user.user_id.clone(),
            arn: user.arn.clone(),
            path: user.path.clone(),
            created_at: user.create_date.0,
        }
    }
}
