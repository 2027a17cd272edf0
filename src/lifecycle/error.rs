//! Why an action was not done, or not wholly.

use super::{IntentError, LeaseHeld};
use crate::aws::AwsError;
use crate::config::LifecycleSettings;
use crate::foreign::Shown;

/// Why an action was not done, or not wholly.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// A call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// What is about to be done could not be kept.
    #[error(transparent)]
    Intent(#[from] IntentError),
    /// The answer is no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Another run is at it.
    #[error(transparent)]
    Lease(#[from] LeaseHeld),
    /// A new key is stored, and AWS does not take it yet.
    #[error(
        "AWS does not take the new access key {key} of user {user} yet, whose secret is stored: \
         {error}; no older key goes meanwhile, and the next run asks again"
    )]
    Unconfirmed {
        /// UserName.
        user: Shown,
        /// AccessKeyId.
        key: Shown,
        /// What GetCallerIdentity was answered.
        error: AwsError,
    },
    /// A deletion ended half-way.
    #[error("user {user} is not deleted and still has {left}: {error}; run the same command again")]
    Left {
        /// UserName.
        user: Shown,
        /// What is left, in words.
        left: Shown,
        /// The call that failed.
        error: AwsError,
    },
    /// A deletion ended behind the user itself.
    #[error("user {user} is deleted, and {left} is left: {error}; run the same command again")]
    Outlived {
        /// UserName.
        user: Shown,
        /// What is left, in words.
        left: Shown,
        /// The call that failed.
        error: AwsError,
    },
}

/// Why the answer is no: nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The name was given to somebody else.
    #[error(
        "user {name} is {found} and not {asked}: the name belongs to somebody else by now, and \
         nothing was changed; look at who that is before you name it by its own id"
    )]
    OtherUser {
        /// UserName.
        name: Shown,
        /// UserId that was asked for.
        asked: Shown,
        /// UserId that the name has.
        found: Shown,
    },
    /// The user has another name by now.
    #[error(
        "user {id} is not called {asked} any more but {found}, and nothing was changed: to have it \
         deleted all the same, ask for {id}:{found}"
    )]
    Renamed {
        /// UserId.
        id: Shown,
        /// UserName that was asked for.
        asked: Shown,
        /// UserName that it has.
        found: Shown,
    },
    /// The user got another name while it was being deleted.
    #[error(
        "user {id} was renamed from {asked} to {found} while it was deleted: a part of what it had \
         is gone, and it is still there; to have the rest deleted, ask for {id}:{found}"
    )]
    RenamedMeanwhile {
        /// UserId.
        id: Shown,
        /// UserName that was asked for.
        asked: Shown,
        /// UserName that it has.
        found: Shown,
    },
    /// Nobody knows yet whether a key was created.
    #[error(
        "whether AWS created an access key of user {0} a moment ago is not known yet, and no other \
         was created: run again in five minutes"
    )]
    Unsettled(Shown),
    /// The configuration or a tag says that the user stays.
    #[error(
        "user {0} is exempt, and nothing was changed: to have it deleted, remove it from \
         lifecycle.exempt or from a group of lifecycle.exempt_groups, its tag rollcall:exempt, or \
         exempt = true where it is desired"
    )]
    Exempt(Shown),
    /// The user is the one that asks.
    #[error("user {0} is the caller itself, and nothing was changed: use other credentials")]
    Caller(Shown),
    /// A user of this name is there and not ours.
    #[error(
        "user {0} is there already and not ours (no tag managed-by = rollcall, or another path or \
         boundary): it was not adopted; rename one of them"
    )]
    NameTaken(Shown),
    /// The credentials are not those of the configuration's account.
    #[error(
        "the credentials belong to account {found}, and lifecycle.boundary to {meant}: nothing was \
         done; use credentials of {meant}, or a boundary of {found}"
    )]
    WrongAccount {
        /// The account of the credentials.
        found: Shown,
        /// The account of the boundary.
        meant: Shown,
    },
    /// The parameter that a secret belongs in is somebody else's.
    #[error(
        "parameter {0} is there already and not of this user: no key was created; move it away or \
         set lifecycle.parameter_prefix"
    )]
    ParameterTaken(Shown),
    /// The plan's user is not there.
    #[error("user {0} is not there any more, and nothing was changed: plan again")]
    Gone(Shown),
    /// The plan's user is not ours any more.
    #[error(
        "user {0} is not ours (no tag managed-by = rollcall, or another path than lifecycle.path), \
         and nothing was changed: plan again"
    )]
    NotOurs(Shown),
    /// A deletion of the user was begun.
    #[error(
        "user {0} is half deleted, and gets no key: finish that with rollcall lifecycle delete"
    )]
    BeingDeleted(Shown),
    /// No room for another key.
    #[error(
        "user {0} has two access keys already: no other was created, and none is deleted to \
             make room; delete the one that nobody uses"
    )]
    TwoKeys(Shown),
}

impl Refused {
    /// An error unless the account `found` is the one that `settings` are about.
    pub(super) fn unless_meant(settings: &LifecycleSettings, found: &str) -> Result<(), Self> {
        match settings.account_id() {
            Some(meant) if meant != found => Err(Self::WrongAccount {
                found: Shown::of(found),
                meant: Shown::of(meant),
            }),
            _ => Ok(()),
        }
    }
}
