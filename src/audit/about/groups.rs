//! Groups that records are about: their members, and what these may do.

use super::{About, users};
use crate::audit::ocsf::{Group, Resource, User};
use crate::audit::record::Record;

/// The change of a group; `None` if the record does not tell which.
pub(super) fn change(record: &Record) -> Option<About<'_>> {
    Some(About {
        group: Some(group(record)?),
        ..About::default()
    })
}

/// A user joins or leaves a group; `None` if the record does not tell both.
pub(super) fn membership(record: &Record) -> Option<About<'_>> {
    Some(About {
        user: Some(users::user(record)?),
        ..change(record)?
    })
}

/// A group gets or loses a policy.
pub(super) fn policy(record: &Record) -> Option<About<'_>> {
    let policy = record.requested(&["policyArn"]);
    let policy = policy.or_else(|| record.requested(&["policyName"]));
    Some(About {
        privileges: policy.into_iter().collect(),
        ..change(record)?
    })
}

/// A permission set of a group in an account.
pub(super) fn assignment(record: &Record) -> Option<About<'_>> {
    Some(About {
        group: Some(Group {
            uid: Some(record.requested(&["principalId"])?),
            ..Group::default()
        }),
        privileges: record
            .requested(&["permissionSetArn"])
            .into_iter()
            .collect(),
        resource: account(record),
        ..About::default()
    })
}

/// The same of a user. OCSF wants the privilege.
pub(super) fn user_assignment(record: &Record) -> Option<About<'_>> {
    let user = User {
        uid: Some(record.requested(&["principalId"])?),
        ..User::default()
    };
    Some(About {
        user: Some(user.of_people()),
        privileges: vec![record.requested(&["permissionSetArn"])?],
        resources: account(record).into_iter().collect(),
        ..About::default()
    })
}

fn account(record: &Record) -> Option<Resource<'_>> {
    Some(Resource {
        uid: Some(record.requested(&["targetId"])?),
        r#type: Some("AWS Account"),
        ..Resource::default()
    })
}

/// By name in IAM, whose answer has the ARN, and by id in Identity Center, where names are hidden.
fn group(record: &Record) -> Option<Group<'_>> {
    let (name, uid) = match record.event_source.as_str() {
        "iam.amazonaws.com" => {
            let name = record.requested(&["groupName"]);
            (name, record.answered(&["group", "arn"]))
        }
        _ => {
            let is_of_group = record.event_name.ends_with("Group");
            let id = record.requested(&["groupId"]);
            let id = id.or_else(|| record.answered(&["group", "groupId"]));
            let id = id.or_else(|| record.answered(&["groupId"]));
            let scim = || {
                let asked = record.requested(&["id"]);
                asked.or_else(|| record.answered(&["id"]))
            };
            (None, id.or_else(|| is_of_group.then(scim).flatten()))
        }
    };
    (name.is_some() || uid.is_some()).then_some(Group { name, uid })
}
