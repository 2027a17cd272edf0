//! Creating a user: in one call, so that it is never without its boundary and never without the
//! tag that says whose it is.

use aws_sdk_iam::types::User;

use super::{ActionError, Executor, OWNER_TAG, OWNER_VALUE, Refused, UserRef};
use crate::aws::{Action, AwsError};
use crate::foreign::Shown;
use crate::model::Tag;

/// A user that is to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser<'a> {
    /// UserName.
    pub name: &'a str,
    /// Path.
    pub path: &'a str,
    /// The ARN of the managed policy that bounds it.
    pub boundary: &'a str,
    /// Tags; that of the owner is set without being named.
    pub tags: &'a [Tag],
}

impl Executor {
    /// Creates `user`. One of the same name is adopted if it is ours by tag, path and boundary, as
    /// one is whose creation was not heard of; otherwise the answer is no.
    pub async fn create(&self, user: &NewUser<'_>) -> Result<UserRef, ActionError> {
        let action = Action::CreateUser;
        let tags = tags(user.tags)?;
        let request = || {
            let create = self.client.iam().create_user().user_name(user.name);
            let create = create.path(user.path).permissions_boundary(user.boundary);
            create.set_tags(Some(tags.clone())).send()
        };
        let found = match self.client.call_about(user.name, action, request).await {
            Ok(answer) => answer.user,
            Err(error) if error.code.as_deref() == Some("EntityAlreadyExists") => {
                let found = self.user(user.name).await?;
                let is_ours = found.as_ref().is_some_and(|found| user.is(found));
                found.filter(|_| is_ours)
            }
            Err(error) => return Err(error.into()),
        };
        let found = found.ok_or_else(|| Refused::NameTaken(Shown::of(user.name)))?;
        Ok(UserRef {
            id: found.user_id,
            name: found.user_name,
        })
    }
}

impl NewUser<'_> {
    /// Whether `found` is this user: names that differ in case alone are one to AWS, and two here.
    fn is(&self, found: &User) -> bool {
        let boundary = found.permissions_boundary();
        let boundary = boundary.and_then(|it| it.permissions_boundary_arn());
        let mut tags = found.tags().iter();
        found.user_name == self.name
            && found.path == self.path
            && boundary == Some(self.boundary)
            && tags.any(|tag| tag.key == OWNER_TAG && tag.value == OWNER_VALUE)
    }
}

/// `tags` with that of the owner, as the SDK has them.
pub(super) fn tags(tags: &[Tag]) -> Result<Vec<aws_sdk_iam::types::Tag>, AwsError> {
    let others = tags.iter().filter(|tag| tag.key != OWNER_TAG);
    let others = others.map(|tag| (tag.key.as_str(), tag.value.as_str()));
    let all = others.chain([(OWNER_TAG, OWNER_VALUE)]);
    all.map(|(key, value)| {
        let tag = aws_sdk_iam::types::Tag::builder().key(key).value(value);
        tag.build()
            .map_err(|error| AwsError::malformed(Action::CreateUser, error.to_string()))
    })
    .collect()
}
