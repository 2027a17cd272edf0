//! Groups in bulk: GetAccountAuthorizationDetails of groups, and of users for who is in them.

use std::collections::BTreeMap;

use aws_sdk_iam::types::EntityType;
use futures_util::future::try_join;
use time::OffsetDateTime;

use super::super::details;
use super::super::listing::{self, AccountScope, PAGE_SIZE};
use super::group::{created_at, known};
use super::{member, now};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::{Fact, Group, GroupEntry, Member};

const ACTION: Action = Action::GetAccountAuthorizationDetails;

/// Members of a group, each as it makes sense.
type Members = Vec<Result<Member, AwsError>>;

/// Every group with its policies and its members, by name.
pub(super) async fn groups(
    client: &AwsClient,
    scope: &AccountScope,
) -> Result<Vec<GroupEntry>, AwsError> {
    // The action's first call goes alone, whichever it is.
    let (groups, mut members) =
        try_join(Box::pin(listed(client)), Box::pin(members(client, scope))).await?;
    let provenance = now(ACTION);
    let groups = groups.into_iter().map(|(group, created_at)| {
        let members = members.remove(&group.name).unwrap_or_default();
        GroupEntry {
            group,
            created_at,
            members: known(members, &provenance),
        }
    });
    Ok(groups.collect())
}

async fn listed(client: &AwsClient) -> Result<Vec<(Group, Fact<OffsetDateTime>)>, AwsError> {
    listing::all(async |marker: Option<String>| {
        let answer = details::get(client, &[EntityType::Group], PAGE_SIZE, marker).await?;
        let provenance = now(ACTION);
        let groups = answer.group_detail_list().iter().map(|detail| {
            let group = details::group(detail, &provenance)?;
            Ok((group, created_at(ACTION, detail.create_date(), &provenance)))
        });
        let ids = answer.group_detail_list().iter();
        let ids = ids.filter_map(|detail| detail.group_id());
        details::page(groups.collect::<Result<_, AwsError>>()?, ids, &answer)
    })
    .await
}

/// Members by the name of their group, and what of them makes no sense.
async fn members(
    client: &AwsClient,
    scope: &AccountScope,
) -> Result<BTreeMap<String, Members>, AwsError> {
    let users = listing::all(async |marker: Option<String>| {
        let answer = details::get(client, &[EntityType::User], PAGE_SIZE, marker).await?;
        let users = answer.user_detail_list().iter();
        let users = users.map(|detail| {
            let user = details::identity(detail, scope).map_err(|refused| refused.error);
            let unasked = Fact::not_collected("a list of groups does not ask");
            let user = user.map(|user| member(user, unasked));
            (detail.group_list().to_vec(), user)
        });
        let ids = answer.user_detail_list().iter();
        let ids = ids.filter_map(|detail| detail.user_id());
        details::page(users.collect(), ids, &answer)
    })
    .await?;
    let mut members: BTreeMap<String, Members> = BTreeMap::new();
    for (groups, user) in users {
        for group in groups {
            members.entry(group).or_default().push(user.clone());
        }
    }
    Ok(members)
}
