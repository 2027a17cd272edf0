//! Tags among the condition keys: of the resource, and of the request.
//!
//! Source: service authorization reference, "Condition keys for AWS Identity and Access Management";
//! IAM User Guide, "Controlling access to and for IAM users and roles using tags".

use std::borrow::Cow;

use super::context::{Value, known};
use super::request::Request;
use crate::model::Tag;

/// What of IAM's own may be tagged as it is created.
const TAGGED: [&str; 8] = [
    "createinstanceprofile",
    "createopenidconnectprovider",
    "createpolicy",
    "createrole",
    "createsamlprovider",
    "createuser",
    "createvirtualmfadevice",
    "uploadservercertificate",
];

/// The tag that a key of a resource's tag names.
pub fn resource_tag(key: &str) -> Option<&str> {
    let of_any = key.strip_prefix("aws:resourcetag/");
    of_any.or_else(|| key.strip_prefix("iam:resourcetag/"))
}

/// What is known of the tag `key`, in lower case, among `tags`.
pub(super) fn tag_value<'a>(tags: Option<&'a [Tag]>, key: &str) -> Value<'a> {
    let Some(tags) = tags else {
        return Value::Unknown;
    };
    let tag = tags.iter().find(|tag| tag.key.to_lowercase() == key);
    tag.map_or(Value::Absent, |tag| known(&tag.value))
}

/// The tags that `request` sets, where they are known: most calls of IAM set none.
pub(super) fn of_request<'a>(request: &Request<'a>) -> Option<&'a [Tag]> {
    let operation = request.operation();
    let sets_tags = TAGGED.contains(&operation) || operation.starts_with("tag");
    match request.service() == "iam" && !sets_tags {
        true => Some(&[]),
        false => request.context.request_tags.as_deref(),
    }
}

/// The keys of the tags that `request` sets or removes.
pub(super) fn keys<'a>(request: &Request<'a>) -> Value<'a> {
    let is_removal = request.service() == "iam" && request.operation().starts_with("untag");
    let tags = match is_removal {
        true => request.context.request_tags.as_deref(),
        false => of_request(request),
    };
    match tags {
        None => Value::Unknown,
        Some([]) => Value::Absent,
        Some(tags) => Value::Known(
            tags.iter()
                .map(|tag| Cow::Borrowed(tag.key.as_str()))
                .collect(),
        ),
    }
}
