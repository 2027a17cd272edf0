//! What is asked for one user or group besides: policies of its own, tags, the console password.

use time::OffsetDateTime;

use super::super::listing::{self, PAGE_SIZE, Page};
use super::asked;
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{AttachedPolicy, ConsoleAccess, Fact, Tag};

/// A listing about one user or group, followed to its end.
macro_rules! listed {
    ($client:expr, $action:expr, $about:expr, $request:ident.$named:ident, $read:expr) => {
        listing::all(async |marker: Option<String>| {
            let request = || {
                let request = $client.iam().$request().$named($about);
                let request = request.max_items(PAGE_SIZE);
                request.set_marker(marker.clone()).send()
            };
            let answer = $client.call_about($about, $action, request).await?;
            let (items, ids) = $read(&answer)?;
            let ids = ids.iter().map(String::as_str);
            Page::new($action, items, ids, answer.is_truncated(), answer.marker())
        })
        .await
    };
}

/// The managed policies of a user.
pub(super) async fn attached_to_user(
    client: &AwsClient,
    user: &str,
) -> Result<Vec<AttachedPolicy>, AwsError> {
    use aws_sdk_iam::operation::list_attached_user_policies::ListAttachedUserPoliciesOutput;
    let action = Action::ListAttachedUserPolicies;
    let read = |answer: &ListAttachedUserPoliciesOutput| {
        with_arns(listing::attached_policies(
            action,
            answer.attached_policies(),
        )?)
    };
    listed!(
        client,
        action,
        user,
        list_attached_user_policies.user_name,
        read
    )
}

/// The managed policies of a group.
pub(super) async fn attached_to_group(
    client: &AwsClient,
    group: &str,
) -> Result<Vec<AttachedPolicy>, AwsError> {
    use aws_sdk_iam::operation::list_attached_group_policies::ListAttachedGroupPoliciesOutput;
    let action = Action::ListAttachedGroupPolicies;
    let read = |answer: &ListAttachedGroupPoliciesOutput| {
        with_arns(listing::attached_policies(
            action,
            answer.attached_policies(),
        )?)
    };
    listed!(
        client,
        action,
        group,
        list_attached_group_policies.group_name,
        read
    )
}

/// The names of the inline policies of a user.
pub(super) async fn inline_of_user(
    client: &AwsClient,
    user: &str,
) -> Result<Vec<String>, AwsError> {
    use aws_sdk_iam::operation::list_user_policies::ListUserPoliciesOutput;
    let read = |answer: &ListUserPoliciesOutput| names(answer.policy_names());
    listed!(
        client,
        Action::ListUserPolicies,
        user,
        list_user_policies.user_name,
        read
    )
}

/// The names of the inline policies of a group.
pub(super) async fn inline_of_group(
    client: &AwsClient,
    group: &str,
) -> Result<Vec<String>, AwsError> {
    use aws_sdk_iam::operation::list_group_policies::ListGroupPoliciesOutput;
    let read = |answer: &ListGroupPoliciesOutput| names(answer.policy_names());
    listed!(
        client,
        Action::ListGroupPolicies,
        group,
        list_group_policies.group_name,
        read
    )
}

/// The tags of a user.
pub(super) async fn tags_of_user(client: &AwsClient, user: &str) -> Result<Vec<Tag>, AwsError> {
    use aws_sdk_iam::operation::list_user_tags::ListUserTagsOutput;
    let read = |answer: &ListUserTagsOutput| {
        let tags = answer.tags().iter().map(|tag| Tag {
            key: tag.key().to_owned(),
            value: tag.value().to_owned(),
        });
        let keys = answer.tags().iter().map(|tag| tag.key().to_owned());
        Ok::<_, AwsError>((tags.collect(), keys.collect::<Vec<_>>()))
    };
    listed!(
        client,
        Action::ListUserTags,
        user,
        list_user_tags.user_name,
        read
    )
}

/// Whether a user has a password for the console: AWS knows no login profile of one that has none.
pub(super) async fn console(client: &AwsClient, user: &str) -> Result<ConsoleAccess, AwsError> {
    let request = || client.iam().get_login_profile().user_name(user).send();
    let answer = client
        .call_about(user, Action::GetLoginProfile, request)
        .await;
    let enabled = match answer {
        Ok(_) => true,
        Err(error) if error.class == AwsErrorClass::Gone => false,
        Err(error) => return Err(error),
    };
    Ok(ConsoleAccess {
        enabled,
        password_last_changed: None,
    })
}

/// The answer to what was asked at `as_of`, as a fact; `None` if AWS says that there is nobody of
/// that name.
pub(super) fn fact<T>(
    (action, as_of): (Action, OffsetDateTime),
    answer: Result<T, AwsError>,
) -> Result<Option<Fact<T>>, AwsError> {
    match answer {
        Ok(value) => Ok(Some(Fact::known(value, &asked(action, as_of)))),
        Err(error) if error.class == AwsErrorClass::Gone => Ok(None),
        Err(error) if error.class.ends_the_pass() => Err(error),
        Err(error) => Ok(Some(error.as_unknown())),
    }
}

/// Items of a page, and what tells them apart.
type Items<T> = Result<(Vec<T>, Vec<String>), AwsError>;

fn with_arns(policies: Vec<AttachedPolicy>) -> Items<AttachedPolicy> {
    let arns = policies.iter().map(|policy| policy.arn.clone()).collect();
    Ok((policies, arns))
}

fn names(names: &[String]) -> Items<String> {
    Ok((names.to_vec(), names.to_vec()))
}
