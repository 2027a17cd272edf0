//! GetAccountAuthorizationDetails: groups and users with their policies, a thousand a page.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::{self, EntityType};
use time::OffsetDateTime;

use super::convert::{attached_policies, moment};
use super::facts;
use super::pages::{self, PAGE_SIZE, Page, PageSender};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::{Arn, AttachedPolicy, Fact, Group, Provenance, Tag};

const ACTION: Action = Action::GetAccountAuthorizationDetails;

/// Groups by name, which is how user details refer to them.
type Groups = HashMap<String, Arc<Group>>;

/// The details of one user.
#[derive(Debug)]
pub(super) struct UserDetails {
    pub(super) arn: Arn,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) path: String,
    pub(super) created_at: OffsetDateTime,
    pub(super) tags: Vec<Tag>,
    pub(super) groups: Vec<Arc<Group>>,
    pub(super) attached_policies: Vec<AttachedPolicy>,
    pub(super) inline_policies: Vec<String>,
    pub(super) permissions_boundary: Option<String>,
    pub(super) source: Provenance,
}

/// Sends every user with its details to `to`, page by page.
pub(super) async fn send(client: &AwsClient, to: PageSender<UserDetails>) {
    match groups(client).await {
        Ok(groups) => pages::send_each(to, |marker| users(client, marker, &groups)).await,
        // Who does not read it has no use for it.
        Err(error) => drop(to.send(Err(error)).await),
    }
}

/// Every group with its policies.
async fn groups(client: &AwsClient) -> Result<Groups, AwsError> {
    let groups = pages::all(async |marker: Option<String>| {
        let answer = get(client, EntityType::Group, marker.clone()).await?;
        let source = facts::now(ACTION);
        let groups: Result<Vec<_>, _> = answer
            .group_detail_list()
            .iter()
            .map(|detail| group(detail, &source))
            .collect();
        Page::new(
            ACTION,
            groups?,
            answer.is_truncated(),
            answer.marker(),
            marker.as_deref(),
        )
    });
    let groups = groups.await?.into_iter();
    Ok(groups
        .map(|group| (group.name.clone(), Arc::new(group)))
        .collect())
}

/// A page of users; their groups are taken from `groups`.
async fn users(
    client: &AwsClient,
    marker: Option<String>,
    groups: &Groups,
) -> Result<Page<UserDetails>, AwsError> {
    let answer = get(client, EntityType::User, marker.clone()).await?;
    let source = facts::now(ACTION);
    let users: Result<Vec<_>, _> = answer
        .user_detail_list()
        .iter()
        .map(|detail| user(detail, groups, &source))
        .collect();
    Page::new(
        ACTION,
        users?,
        answer.is_truncated(),
        answer.marker(),
        marker.as_deref(),
    )
}

async fn get(
    client: &AwsClient,
    filter: EntityType,
    marker: Option<String>,
) -> Result<GetAccountAuthorizationDetailsOutput, AwsError> {
    let request = || {
        let request = client
            .iam()
            .get_account_authorization_details()
            .filter(filter.clone());
        request
            .max_items(PAGE_SIZE)
            .set_marker(marker.clone())
            .send()
    };
    client.call(ACTION, request).await
}

fn group(detail: &types::GroupDetail, source: &Provenance) -> Result<Group, AwsError> {
    let name = required(detail.group_name(), "a group's name")?;
    let attached = attached_policies(ACTION, detail.attached_managed_policies())?;
    let inline = policy_names(detail.group_policy_list())?;
    Ok(Group {
        name,
        arn: Some(required(detail.arn(), "a group's ARN")?),
        id: detail.group_id().map(str::to_owned),
        attached_policies: Fact::known(attached, source),
        inline_policies: Fact::known(inline, source),
    })
}

fn user(
    detail: &types::UserDetail,
    groups: &Groups,
    source: &Provenance,
) -> Result<UserDetails, AwsError> {
    let arn = Arn::parse(required(detail.arn(), "a user's ARN")?);
    let tags = detail.tags().iter();
    let boundary = detail
        .permissions_boundary()
        .and_then(|boundary| boundary.permissions_boundary_arn().map(str::to_owned));
    let created_at = detail.create_date().and_then(moment);
    Ok(UserDetails {
        arn: arn.map_err(|error| AwsError::malformed(ACTION, error.to_string()))?,
        name: required(detail.user_name(), "a user's name")?,
        id: required(detail.user_id(), "a user's id")?,
        path: detail.path().unwrap_or("/").to_owned(),
        created_at: created_at
            .ok_or_else(|| AwsError::malformed(ACTION, "a user has no plausible CreateDate"))?,
        tags: tags
            .map(|tag| Tag {
                key: tag.key().into(),
                value: tag.value().into(),
            })
            .collect(),
        groups: detail
            .group_list()
            .iter()
            .map(|name| named(name, groups))
            .collect(),
        attached_policies: attached_policies(ACTION, detail.attached_managed_policies())?,
        inline_policies: policy_names(detail.user_policy_list())?,
        permissions_boundary: boundary,
        source: source.clone(),
    })
}

/// The group `name`; one that was made after the groups were listed is known by name alone.
fn named(name: &str, groups: &Groups) -> Arc<Group> {
    let newer = || {
        Arc::new(Group {
            name: name.to_owned(),
            arn: None,
            id: None,
            attached_policies: Fact::not_collected("created during the pass"),
            inline_policies: Fact::not_collected("created during the pass"),
        })
    };
    groups.get(name).map_or_else(newer, Arc::clone)
}

fn policy_names(policies: &[types::PolicyDetail]) -> Result<Vec<String>, AwsError> {
    let names = policies.iter();
    names
        .map(|policy| required(policy.policy_name(), "an inline policy's name"))
        .collect()
}

fn required(value: Option<&str>, what: &str) -> Result<String, AwsError> {
    let value = value.filter(|value| !value.is_empty());
    let missing = || AwsError::malformed(ACTION, format!("{what} is missing"));
    value.map(str::to_owned).ok_or_else(missing)
}
