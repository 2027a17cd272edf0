//! GetUser, and where that does not find whom a question is about, ListUsers.

use aws_sdk_iam::types;
use time::OffsetDateTime;

use super::super::listing::{self, AccountScope, IdentityParts, UserIdentity, moment};
use super::{Wanted, is_wanted, now};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{Fact, Tag};

const ACTION: Action = Action::GetUser;

/// Who was found, with what GetUser says besides.
#[derive(Debug)]
pub(super) struct FoundUser {
    pub(super) identity: UserIdentity,
    pub(super) password_last_used: Fact<Option<OffsetDateTime>>,
    /// `None` where GetUser was denied: ListUserTags has them too.
    pub(super) tags: Option<Fact<Vec<Tag>>>,
    pub(super) permissions_boundary: Fact<Option<String>>,
}

/// What came of looking for a user.
#[derive(Debug)]
pub(super) enum Search {
    /// Somebody was found.
    Found(Box<FoundUser>),
    /// There is nobody.
    Nobody,
    /// It was somebody who was deleted or renamed since.
    Changed,
}

/// The user that is `wanted`. Names are told apart without regard to case: whom GetUser does not know
/// by this spelling, ListUsers may have by another. Without that list, nobody is told only where a name
/// is enough for it: a UserId may have another name by now.
pub(super) async fn find(
    client: &AwsClient,
    scope: &AccountScope,
    wanted: &impl Wanted,
) -> Result<Search, AwsError> {
    let mut denied = None;
    let mut is_gone = false;
    if let Some(name) = wanted.name() {
        match get(client, scope, name).await {
            Ok(found) if is_wanted(wanted, &found.identity) => {
                return Ok(Search::Found(Box::new(found)));
            }
            Ok(_) => {}
            Err(error) if error.class == AwsErrorClass::Gone => is_gone = true,
            Err(error) if error.class == AwsErrorClass::Denied => denied = Some(error),
            Err(error) => return Err(error),
        }
    }
    let listed = match listing::every_user(client, scope).await {
        Ok(listed) => listed,
        // AWS has said that there is nobody of that name.
        Err(error) if is_gone && wanted.is_by_name() && error.class == AwsErrorClass::Denied => {
            return Ok(Search::Nobody);
        }
        Err(error) => return Err(error),
    };
    let mut listed = listed.into_iter();
    let Some(listed) = listed.find(|user| is_wanted(wanted, &user.identity)) else {
        return Ok(Search::Nobody);
    };
    let denied = match denied {
        Some(error) => error,
        None => match get(client, scope, &listed.identity.name).await {
            Ok(found) if found.identity.id == listed.identity.id => {
                return Ok(Search::Found(Box::new(found)));
            }
            Ok(_) => return Ok(Search::Changed),
            Err(error) if error.class == AwsErrorClass::Gone => return Ok(Search::Changed),
            Err(error) if error.class == AwsErrorClass::Denied => error,
            Err(error) => return Err(error),
        },
    };
    Ok(Search::Found(Box::new(FoundUser {
        identity: listed.identity,
        password_last_used: listed.password_last_used,
        tags: None,
        permissions_boundary: denied.as_unknown(),
    })))
}

/// The user that GetUser knows by this name.
pub(super) async fn get(
    client: &AwsClient,
    scope: &AccountScope,
    name: &str,
) -> Result<FoundUser, AwsError> {
    let request = || client.iam().get_user().user_name(name).send();
    let answer = client.call_about(name, ACTION, request).await?;
    let user = answer
        .user()
        .ok_or_else(|| AwsError::malformed(ACTION, "the answer holds no user"))?;
    read(user, scope)
}

fn read(user: &types::User, scope: &AccountScope) -> Result<FoundUser, AwsError> {
    let provenance = now(ACTION);
    let parts = IdentityParts {
        name: user.user_name(),
        arn: user.arn(),
        id: user.user_id(),
        path: user.path(),
        created_at: Some(user.create_date()),
    };
    let identity = scope.user(ACTION, parts).map_err(|refused| refused.error)?;
    let password_last_used = match user.password_last_used().map(moment) {
        None => Fact::known(None, &provenance),
        Some(Some(at)) => Fact::known(Some(at), &provenance),
        Some(None) => AwsError::malformed(ACTION, "no plausible PasswordLastUsed").as_unknown(),
    };
    let tags = user.tags().iter().map(|tag| Tag {
        key: tag.key().to_owned(),
        value: tag.value().to_owned(),
    });
    let boundary = user.permissions_boundary();
    let boundary = boundary.and_then(|it| it.permissions_boundary_arn().map(str::to_owned));
    Ok(FoundUser {
        identity,
        password_last_used,
        tags: Some(Fact::known(tags.collect(), &provenance)),
        permissions_boundary: Fact::known(boundary, &provenance),
    })
}
