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
        let User {
            user_id, user_name, ..
        } = self.create_or_adopt(user).await?;
        Ok(UserRef {
            id: user_id,
            name: user_name,
        })
    }

    pub(super) async fn create_or_adopt(&self, user: &NewUser<'_>) -> Result<User, ActionError> {
        let action = Action::CreateUser;
        let others = user.tags.iter().filter(|tag| tag.key != OWNER_TAG);
        let mut all: Vec<Tag> = others.cloned().collect();
        all.push(Tag {
            key: OWNER_TAG.to_owned(),
            value: OWNER_VALUE.to_owned(),
        });
        let all = sdk_tags(action, &all)?;
        let request = || {
            let create = self.client.iam().create_user().user_name(user.name);
            let create = create.path(user.path).permissions_boundary(user.boundary);
            create.set_tags(Some(all.clone())).send()
        };
        match self.client.call_about(user.name, action, request).await {
            Ok(answer) => {
                let missing = || AwsError::malformed(action, "an answer without a user");
                Ok(answer.user.ok_or_else(missing)?)
            }
            Err(error) if error.code.as_deref() == Some("EntityAlreadyExists") => {
                let found = self.user(user.name).await?.filter(|found| user.is(found));
                Ok(found.ok_or_else(|| Refused::NameTaken(Shown::of(user.name)))?)
            }
            Err(error) => Err(error.into()),
        }
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

/// `tags` as the SDK has them, for `action`.
pub(super) fn sdk_tags(
    action: Action,
    tags: &[Tag],
) -> Result<Vec<aws_sdk_iam::types::Tag>, AwsError> {
    let tag = |tag: &Tag| {
        let built = aws_sdk_iam::types::Tag::builder();
        let built = built.key(&tag.key).value(&tag.value).build();
        built.map_err(|error| AwsError::malformed(action, error.to_string()))
    };
    tags.iter().map(tag).collect()
}
