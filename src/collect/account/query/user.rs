//! One user, by the calls about it alone: 8 to 20 of them.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

use time::OffsetDateTime;

use super::super::listing::AccountScope;
use super::super::per_user::UserReader;
use super::super::whole::service_credentials;
use super::find::{FoundUser, Search, find, get};
use super::{Wanted, own};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{Account, Fact, Group, User};

/// A user who was renamed while it was read is looked for again, so often in all.
const SEARCHES_MAX: u32 = 3;
/// How many groups are asked about at once; a user is in ten at most.
const GROUPS_AT_ONCE: usize = 4;

/// The user of `account` that is `wanted`, with what the calls about one user tell; `None` if there
/// is none. An error is one that leaves open who it is.
pub async fn user(
    client: &AwsClient,
    account: &Account,
    wanted: &impl Wanted,
) -> Result<Option<User>, AwsError> {
    let scope = AccountScope::of(account);
    for _ in 0..SEARCHES_MAX {
        match Box::pin(find(client, &scope, wanted)).await? {
            Search::Found(found) => {
                if let Some(user) = read(client, *found).await? {
                    return Ok(Some(user));
                }
            }
            Search::Nobody => return Ok(None),
            Search::Changed => {}
        }
    }
    let why = "the user has another name each time that it is asked about";
    Err(AwsError::malformed(Action::GetUser, why))
}

/// The user of `account` that has this name now, with the same, with the credentials for single
/// services, and the SSH public keys if those are read `with_ssh`; `None` if nobody has. No list is read.
pub async fn user_named(
    client: &AwsClient,
    account: &Account,
    name: &str,
    with_ssh: bool,
) -> Result<Option<User>, AwsError> {
    let scope = AccountScope::of(account);
    let found = match Box::pin(get(client, &scope, name)).await {
        Ok(found) => found,
        Err(error) if error.class == AwsErrorClass::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(user) = read(client, found).await? else {
        return Ok(None);
    };
    let asked_at = OffsetDateTime::now_utc();
    let reader = UserReader::new(client);
    let ssh = async {
        match with_ssh {
            true => reader.ssh_public_keys(name).await,
            false => Ok(Some(not_asked())),
        }
    };
    let (credentials, ssh) = tokio::join!(
        Box::pin(service_credentials::of_one(client, name)),
        Box::pin(ssh)
    );
    let credentials = own::fact(
        (Action::ListServiceSpecificCredentials, asked_at),
        credentials,
    )?;
    Ok(credentials
        .zip(ssh?)
        .map(|(service_specific_credentials, ssh_public_keys)| User {
            service_specific_credentials,
            ssh_public_keys,
            ..user
        }))
}

/// Everything else about who was found; `None` if it was deleted meanwhile.
async fn read(client: &AwsClient, found: FoundUser) -> Result<Option<User>, AwsError> {
    let asked_at = OffsetDateTime::now_utc();
    let name = found.identity.name.as_str();
    let reader = UserReader::new(client);
    // A call in progress is large: each is boxed.
    let (groups, mfa, access_keys, attached, inline, console, tags) = tokio::join!(
        Box::pin(groups(client, &reader, name)),
        Box::pin(reader.mfa(name)),
        Box::pin(reader.access_keys(name)),
        Box::pin(own::attached_to_user(client, name)),
        Box::pin(own::inline_of_user(client, name)),
        Box::pin(own::console(client, name)),
        Box::pin(tags(client, &found)),
    );
    let attached = own::fact((Action::ListAttachedUserPolicies, asked_at), attached);
    let inline = own::fact((Action::ListUserPolicies, asked_at), inline);
    let console = own::fact((Action::GetLoginProfile, asked_at), console);
    let (Some(groups), Some(mfa), Some(access_keys), Some(tags)) =
        (groups?, mfa?, access_keys?, tags?)
    else {
        return Ok(None);
    };
    let (Some(attached_policies), Some(inline_policies), Some(console)) =
        (attached?, inline?, console?)
    else {
        return Ok(None);
    };
    let identity = found.identity;
    Ok(Some(User {
        name: identity.name,
        arn: identity.arn,
        id: identity.id,
        path: identity.path,
        created_at: identity.created_at,
        password_last_used: found.password_last_used,
        tags,
        groups,
        attached_policies,
        inline_policies,
        permissions_boundary: found.permissions_boundary,
        mfa,
        console,
        access_keys,
        service_specific_credentials: not_asked(),
        signing_certificates: not_asked(),
        ssh_public_keys: not_asked(),
    }))
}

fn not_asked<T>() -> Fact<T> {
    Fact::not_collected("a question about one user does not ask")
}

/// The user's groups, each with its managed and its inline policies.
async fn groups(
    client: &AwsClient,
    reader: &UserReader<'_>,
    name: &str,
) -> Result<Option<Fact<Vec<Arc<Group>>>>, AwsError> {
    let unlisted = Fact::not_collected("asked next");
    let groups = match reader.groups(name, &unlisted).await? {
        None => return Ok(None),
        Some(Fact::Unknown(why)) => return Ok(Some(Fact::Unknown(why))),
        Some(Fact::Known { value, provenance }) => (value, provenance),
    };
    let (groups, provenance) = groups;
    let read = stream::iter(groups).map(|group| with_inline(client, group));
    let read: Vec<Option<Arc<Group>>> = read.buffered(GROUPS_AT_ONCE).try_collect().await?;
    Ok(Some(Fact::known(
        read.into_iter().flatten().collect(),
        &provenance,
    )))
}

/// `None` if the group is gone meanwhile.
async fn with_inline(
    client: &AwsClient,
    group: Arc<Group>,
) -> Result<Option<Arc<Group>>, AwsError> {
    let asked_at = OffsetDateTime::now_utc();
    let inline = own::inline_of_group(client, &group.name).await;
    let inline = own::fact((Action::ListGroupPolicies, asked_at), inline)?;
    Ok(inline.map(|inline_policies| {
        Arc::new(Group {
            inline_policies,
            ..Group::clone(&group)
        })
    }))
}

async fn tags(
    client: &AwsClient,
    found: &FoundUser,
) -> Result<Option<Fact<Vec<crate::model::Tag>>>, AwsError> {
    match &found.tags {
        Some(tags) => Ok(Some(tags.clone())),
        None => {
            let asked_at = OffsetDateTime::now_utc();
            let tags = own::tags_of_user(client, &found.identity.name).await;
            own::fact((Action::ListUserTags, asked_at), tags)
        }
    }
}
