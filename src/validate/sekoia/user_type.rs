//! The type of a user, which has to follow from what is known of its groups.

use super::super::json::{Json, Object};
use super::super::path::Path;
use super::super::problem::{Code, Problems};

/// Types and their captions.
const TYPES: [(i64, &str); 3] = [(1, "User"), (2, "Admin"), (4, "Service")];

/// Checks `type` and `type_id` of `user` against each other and against the groups.
pub(super) fn check(problems: &mut Problems, user: &Object<'_>, path: Path<'_>) {
    let groups = match user.get("groups") {
        Some(Json::Array(groups)) => Some(groups.as_slice()),
        _ => None,
    };
    match (user.get("type"), user.get("type_id")) {
        (None, None) => untyped(problems, user, groups, path),
        (Some(_), None) => missing(
            problems,
            path.field("type_id"),
            "type: 1 User, 2 Admin or 4 Service",
        ),
        (None, Some(_)) => missing(
            problems,
            path.field("type"),
            "type_id: User, Admin or Service",
        ),
        (Some(caption), Some(id)) => {
            if user.get("groups").is_none() {
                missing(problems, path.field("groups"), "type: a list of objects");
            }
            let caption = caption.str();
            let of_caption = TYPES.iter().find(|(_, other)| Some(*other) == caption);
            let of_id = TYPES.iter().find(|(other, _)| *id == Json::Integer(*other));
            if let (Some(of_caption), Some((id, right))) = (of_caption, of_id)
                && of_caption.0 != *id
            {
                let message = format!("type_id {id} is \"{right}\"");
                problems.add(path.field("type"), Code::SiblingMismatch, message);
            }
            if let (Some(groups), Some((id, _))) = (groups, of_id) {
                typed(problems, user, *id, groups, path);
            }
        }
    }
}

fn missing(problems: &mut Problems, path: Path<'_>, beside: &str) {
    problems.add(
        path,
        Code::RequiredMissing,
        format!("required beside {beside}"),
    );
}

/// Without a type, something that decides about it has to be unknown.
fn untyped(
    problems: &mut Problems,
    user: &Object<'_>,
    groups: Option<&[Json<'_>]>,
    path: Path<'_>,
) {
    let are_known = groups.is_some_and(|groups| groups.iter().all(|it| policies(it).is_some()));
    if are_known && user.get("full_name").is_some() {
        let message = "no type, though tags, groups and their policies are known";
        problems.add(path, Code::ConstraintFailed, message);
    }
}

fn typed(
    problems: &mut Problems,
    user: &Object<'_>,
    type_id: i64,
    groups: &[Json<'_>],
    path: Path<'_>,
) {
    let is_root = user
        .get("uid")
        .and_then(Json::str)
        .is_some_and(|it| it.ends_with(":root"));
    let (is_right, message) = match type_id {
        2 => (
            groups
                .iter()
                .any(|it| policies(it).is_some_and(|it| it > 0))
                || is_root && groups.is_empty(),
            "an administrator, though no group has a policy",
        ),
        _ => (
            groups.iter().all(|it| policies(it).is_some()),
            "no administrator, though the policies of a group are unknown",
        ),
    };
    if !is_right {
        problems.add(path.field("groups"), Code::ConstraintFailed, message);
    }
}

/// How many policies a group has; `None` if they are unknown.
fn policies(group: &Json<'_>) -> Option<usize> {
    match group.object()?.get("privileges")? {
        Json::Array(policies) => Some(policies.len()),
        _ => Some(0),
    }
}
