//! One group with its members: GetGroup, a thousand members a page, and its policies.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_iam::types;
use time::OffsetDateTime;

use super::super::listing::{self, AccountScope, IdentityParts, PAGE_SIZE, Page, moment};
use super::{Wanted, member, now, own};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{Account, Fact, Group, GroupEntry, Member, Provenance};

const ACTION: Action = Action::GetGroup;

/// The group of `account` that is `wanted`, with its policies if `with_policies`; `None` if there is
/// none. ListGroups finds what GetGroup does not know by this spelling.
pub async fn group(
    client: &AwsClient,
    account: &Account,
    wanted: &impl Wanted,
    with_policies: bool,
) -> Result<Option<GroupEntry>, AwsError> {
    let scope = AccountScope::of(account);
    let mut by_name = None;
    if let Some(name) = wanted.name() {
        match Box::pin(read(client, &scope, name, with_policies)).await {
            Ok(Some(found)) if is_wanted(wanted, &found.group) => return Ok(Some(found)),
            Err(error) if error.class != AwsErrorClass::Denied => return Err(error),
            answer => by_name = Some(answer),
        }
    }
    let listed = match (list(client).await, by_name) {
        (Ok(listed), _) => listed,
        // AWS has said that there is no such group.
        (Err(error), Some(Ok(None))) if error.class == AwsErrorClass::Denied => return Ok(None),
        (Err(error), Some(Err(denied))) if error.class == AwsErrorClass::Denied => {
            return Err(denied);
        }
        (Err(error), _) => return Err(error),
    };
    let mut listed = listed.iter();
    let found = listed.find(|it| wanted.is(it.group_name(), it.group_id(), it.arn()));
    match found {
        Some(found) => Box::pin(read_listed(client, &scope, found, with_policies)).await,
        None => Ok(None),
    }
}

/// The group that was `listed`. Where its members may not be read, what the list tells stays.
pub(super) async fn read_listed(
    client: &AwsClient,
    scope: &AccountScope,
    listed: &types::Group,
    with_policies: bool,
) -> Result<Option<GroupEntry>, AwsError> {
    match read(client, scope, listed.group_name(), with_policies).await {
        Err(error) if error.class == AwsErrorClass::Denied => {
            let policies = policies(client, listed.group_name(), with_policies).await?;
            let members = error.as_unknown();
            let source = (Action::ListGroups, &now(Action::ListGroups));
            Ok(policies.map(|policies| entry(listed, source, policies, members)))
        }
        answer => answer,
    }
}

fn is_wanted(wanted: &impl Wanted, group: &Group) -> bool {
    let id = group.id.as_deref().unwrap_or_default();
    wanted.is(&group.name, id, group.arn.as_deref().unwrap_or_default())
}

/// Every group, without policies and members.
pub(super) async fn list(client: &AwsClient) -> Result<Vec<types::Group>, AwsError> {
    let action = Action::ListGroups;
    listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_groups().max_items(PAGE_SIZE);
            request.set_marker(marker.clone()).send()
        };
        let answer = client.call(action, request).await?;
        let groups = answer.groups();
        let ids = groups.iter().map(|group| group.group_id());
        Page::new(
            action,
            groups.to_vec(),
            ids,
            answer.is_truncated(),
            answer.marker(),
        )
    })
    .await
}

/// The group `name` with its members; `None` if there is none.
pub(super) async fn read(
    client: &AwsClient,
    scope: &AccountScope,
    name: &str,
    with_policies: bool,
) -> Result<Option<GroupEntry>, AwsError> {
    // Each page repeats the group.
    let listed: Mutex<Option<types::Group>> = Mutex::default();
    let members = listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().get_group().group_name(name);
            request
                .max_items(PAGE_SIZE)
                .set_marker(marker.clone())
                .send()
        };
        let answer = client.call_about(name, ACTION, request).await?;
        let users = answer.users().iter();
        let members = users.map(|user| read_member(user, scope)).collect();
        let ids = answer.users().iter().map(|user| user.user_id());
        lock(&listed).clone_from(&answer.group().cloned());
        Page::new(ACTION, members, ids, answer.is_truncated(), answer.marker())
    })
    .await;
    let members = match members {
        Ok(members) => members,
        Err(error) if error.class == AwsErrorClass::Gone => return Ok(None),
        Err(error) => return Err(error),
    };
    let listed = lock(&listed).take();
    let listed = listed.ok_or_else(|| AwsError::malformed(ACTION, "the answer holds no group"))?;
    let provenance = now(ACTION);
    let name = listed.group_name();
    let policies = policies(client, name, with_policies).await?;
    let members = known(members, &provenance);
    Ok(policies.map(|policies| entry(&listed, (ACTION, &provenance), policies, members)))
}

fn entry(
    listed: &types::Group,
    (action, provenance): (Action, &Provenance),
    (attached_policies, inline_policies): Policies,
    members: Fact<Vec<Member>>,
) -> GroupEntry {
    GroupEntry {
        group: Group {
            name: listed.group_name().to_owned(),
            arn: Some(listed.arn().to_owned()),
            id: Some(listed.group_id().to_owned()),
            attached_policies,
            inline_policies,
        },
        created_at: created_at(action, Some(listed.create_date()), provenance),
        members,
    }
}

/// The `members` by name, unless one of them makes no sense: then it is unknown who they are.
pub(super) fn known(
    members: Vec<Result<Member, AwsError>>,
    provenance: &Provenance,
) -> Fact<Vec<Member>> {
    match members.into_iter().collect::<Result<Vec<Member>, _>>() {
        Ok(mut members) => {
            members.sort_by(|a, b| a.name.cmp(&b.name));
            Fact::known(members, provenance)
        }
        Err(error) => error.as_unknown(),
    }
}

fn lock<T>(listed: &Mutex<T>) -> MutexGuard<'_, T> {
    listed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Managed and inline policies.
type Policies = (Fact<Vec<crate::model::AttachedPolicy>>, Fact<Vec<String>>);

async fn policies(
    client: &AwsClient,
    name: &str,
    are_asked: bool,
) -> Result<Option<Policies>, AwsError> {
    if !are_asked {
        let why = "members alone are asked for";
        return Ok(Some((Fact::not_collected(why), Fact::not_collected(why))));
    }
    let asked_at = OffsetDateTime::now_utc();
    let (attached, inline) = tokio::join!(
        Box::pin(own::attached_to_group(client, name)),
        Box::pin(own::inline_of_group(client, name)),
    );
    let attached = own::fact((Action::ListAttachedGroupPolicies, asked_at), attached)?;
    let inline = own::fact((Action::ListGroupPolicies, asked_at), inline)?;
    Ok(attached.zip(inline))
}

fn read_member(user: &types::User, scope: &AccountScope) -> Result<Member, AwsError> {
    let parts = IdentityParts {
        name: user.user_name(),
        arn: user.arn(),
        id: user.user_id(),
        path: user.path(),
        created_at: Some(user.create_date()),
    };
    let identity = scope.user(ACTION, parts).map_err(|refused| refused.error)?;
    let password_last_used = match user.password_last_used().map(moment) {
        None => Fact::known(None, &now(ACTION)),
        Some(Some(at)) => Fact::known(Some(at), &now(ACTION)),
        Some(None) => AwsError::malformed(ACTION, "no plausible PasswordLastUsed").as_unknown(),
    };
    Ok(member(identity, password_last_used))
}

/// CreateDate of a group; one that makes no sense is unknown.
pub(super) fn created_at(
    action: Action,
    at: Option<&aws_sdk_iam::primitives::DateTime>,
    provenance: &Provenance,
) -> Fact<OffsetDateTime> {
    match at.and_then(moment) {
        Some(at) => Fact::known(at, provenance),
        None => AwsError::malformed(action, "a group has no plausible CreateDate").as_unknown(),
    }
}
