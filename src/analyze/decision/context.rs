//! The condition keys of a request: known, absent, or not known.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; service authorization reference,
//! "Condition keys for AWS Identity and Access Management".

use std::borrow::Cow;

use time::OffsetDateTime;

use super::principal::PrincipalKind;
use super::request::Request;
use super::tags::{self, resource_tag, tag_value};
use crate::model::Tag;

/// The circumstances of a request.
#[derive(Debug, Clone)]
pub struct Context {
    /// The moment of the decision.
    pub now: OffsetDateTime,
    /// With which credentials.
    pub session: Session,
    /// The organization of the account, where it is known.
    pub organization_id: Option<String>,
    /// The tags of the resource, where they are known.
    pub resource_tags: Option<Vec<Tag>>,
    /// The tags that the request sets, where they are known.
    pub request_tags: Option<Vec<Tag>>,
    /// Keys that are given, by their name in lower case; they win over everything else.
    pub keys: Vec<(String, Given)>,
}

/// Credentials of a principal, as far as condition keys tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Session {
    /// A user's long-term access key: keys of MFA and of temporary credentials are absent.
    AccessKey,
    /// A user's console session without MFA.
    Console,
    /// A user's temporary credentials with MFA.
    Mfa,
    /// A session of a role.
    Role,
    /// A session whose kind is not known.
    Unknown,
}

/// A key that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Its values.
    Values(Vec<String>),
    /// The request does not have it.
    Absent,
    /// It is not known.
    Unknown,
}

/// What is known of a key in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Its values.
    Known(Vec<Cow<'a, str>>),
    /// A moment that may lie at `now` or later.
    NotBefore(OffsetDateTime),
    /// The request does not have it.
    Absent,
    /// Not known.
    Unknown,
}

impl Context {
    /// The circumstances at `now` with `session`, and nothing else known.
    pub fn new(now: OffsetDateTime, session: Session) -> Self {
        Self {
            now,
            session,
            organization_id: None,
            resource_tags: None,
            request_tags: None,
            keys: Vec::new(),
        }
    }

    /// The same with a key of one value.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        let values = Given::Values(vec![value.to_owned()]);
        self.keys.push((key.to_ascii_lowercase(), values));
        self
    }

    /// The same with a key that is not known.
    pub fn with_unknown(mut self, key: &str) -> Self {
        self.keys.push((key.to_ascii_lowercase(), Given::Unknown));
        self
    }

    /// The same with a key that the request does not have.
    pub fn without(mut self, key: &str) -> Self {
        self.keys.push((key.to_ascii_lowercase(), Given::Absent));
        self
    }
}

impl<'a> Request<'a> {
    /// What is known of `key`, which is in lower case.
    pub fn value(&self, key: &str) -> Value<'a> {
        let context = self.context;
        if let Some((_, given)) = context.keys.iter().find(|(name, _)| name == key) {
            return match given {
                Given::Absent => Value::Absent,
                Given::Unknown => Value::Unknown,
                Given::Values(values) => {
                    Value::Known(values.iter().map(|it| Cow::Borrowed(it.as_str())).collect())
                }
            };
        }
        if let Some(tag) = resource_tag(key) {
            return tag_value(context.resource_tags.as_deref(), tag);
        }
        match key.split_once(':') {
            Some(("aws", name)) => self.global_value(name),
            Some(("iam", name)) => self.iam_value(name),
            _ => Value::Unknown,
        }
    }

    fn global_value(&self, name: &str) -> Value<'a> {
        let principal = self.principal;
        if let Some(tag) = name.strip_prefix("principaltag/") {
            return tag_value(principal.tags.as_deref(), tag);
        }
        if let Some(tag) = name.strip_prefix("requesttag/") {
            return tag_value(tags::of_request(self), tag);
        }
        let is_user = principal.kind == PrincipalKind::User;
        match name {
            "principalarn" => known(principal.arn.as_str()),
            "principalaccount" => known(principal.arn.account_id()),
            "principaltype" if is_user => known("User"),
            "principaltype" => known("AssumedRole"),
            "username" if is_user => known(&principal.name),
            "userid" if is_user => known(&principal.id),
            "username" => Value::Absent,
            "principalisawsservice" => known("false"),
            "principalservicename"
            | "principalservicenameslist"
            | "sourcearn"
            | "sourceaccount"
            | "sourceorgid"
            | "sourceorgpaths" => Value::Absent,
            "federatedprovider" if is_user => Value::Absent,
            "securetransport" => known("true"),
            "principalorgid" => match &self.context.organization_id {
                Some(id) => known(id),
                None => Value::Unknown,
            },
            "tagkeys" => tags::keys(self),
            "requestedregion" => self.requested_region(),
            "resourceaccount" => match self.resource.split(':').nth(4) {
                Some(id) if crate::model::is_account_id(id) => known(id),
                _ if self.service() == "iam" => known(principal.arn.account_id()),
                _ => Value::Unknown,
            },
            "currenttime" | "epochtime" => Value::NotBefore(self.context.now),
            "multifactorauthpresent" | "multifactorauthage" | "tokenissuetime" => {
                self.session_value(name)
            }
            _ => Value::Unknown,
        }
    }

    fn session_value(&self, name: &str) -> Value<'a> {
        match (self.context.session, name) {
            (Session::Unknown, _) => Value::Unknown,
            (Session::AccessKey, _) => Value::Absent,
            (_, "tokenissuetime") => Value::NotBefore(self.context.now),
            (Session::Role, _) => Value::Unknown,
            (Session::Mfa, "multifactorauthpresent") => known("true"),
            (_, "multifactorauthpresent") => known("false"),
            // Whoever has the device can use it just before the request.
            (Session::Mfa, _) => known("1"),
            (Session::Console, _) => Value::Absent,
        }
    }

    /// IAM has one region a partition; elsewhere the caller has the choice.
    fn requested_region(&self) -> Value<'a> {
        match (self.service(), self.principal.arn.partition()) {
            ("iam", "aws") => known("us-east-1"),
            ("iam", "aws-cn") => known("cn-north-1"),
            ("iam", "aws-us-gov") => known("us-gov-west-1"),
            _ => Value::Unknown,
        }
    }

    /// Keys of IAM's own that a call does not carry are absent from it.
    fn iam_value(&self, name: &str) -> Value<'a> {
        let operation = self.operation();
        let is_carried = match name {
            "passedtoservice" | "associatedresourcearn" => operation == "passrole",
            "policyarn" => operation.starts_with("attach") || operation.starts_with("detach"),
            "permissionsboundary" => {
                operation.ends_with("permissionsboundary")
                    || matches!(operation, "createuser" | "createrole")
                    || (operation.ends_with("policy")
                        && ["attach", "detach", "put", "delete"]
                            .iter()
                            .any(|verb| operation.starts_with(verb))
                        && (operation.contains("user") || operation.contains("role")))
            }
            "awsservicename" => operation.ends_with("servicelinkedrole"),
            "organizationspolicyid" => operation.ends_with("organizationsaccessreport"),
            _ => true,
        };
        match is_carried {
            true => Value::Unknown,
            false => Value::Absent,
        }
    }
}

pub(super) fn known(text: &str) -> Value<'_> {
    Value::Known(vec![Cow::Borrowed(text)])
}
