//! What an event is about, by its class: the table, and how records tell what the class requires.

mod calls;
mod groups;
mod sign_in;
mod table;
mod users;

use serde::Serialize;
use serde_json::Value;

use super::ocsf::{Class, Endpoint, Group, Policy, Resource, Service, Session, User};
use super::record::Record;
use table::Kind;

/// What an event is about: the attributes that one class has and another has not.
#[derive(Debug, Default, Serialize)]
pub struct About<'a> {
    /// The user acted upon, or who signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User<'a>>,
    /// The user afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_result: Option<User<'a>>,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Group<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<Policy<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    privileges: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Resource<'a>>,
    /// What was acted upon.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Resource<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_mfa: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_protocol_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_protocol: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dst_endpoint: Option<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Service<'a>>,
}

impl About<'_> {
    /// Whether everything that `record` lists as resources is in here.
    pub(super) fn has_all_resources_of(&self, record: &Record) -> bool {
        let listed = record.rest.get("resources").and_then(Value::as_array);
        listed.is_some_and(|listed| {
            let is_here = |it: &Value| {
                let arn = it.get("ARN").and_then(Value::as_str);
                let mut uids = self.resources.iter().map(|it| it.uid);
                arn.is_some() && uids.any(|uid| uid == arn)
            };
            listed.iter().all(is_here)
        })
    }
}

/// The narrowest class whose required object `record` tells, with its `activity_id`.
pub(super) fn about(record: &Record) -> (Class, u8, About<'_>) {
    let kind = table::kind(&record.event_source, &record.event_name);
    let found = kind.and_then(|kind| of_kind(kind, record));
    found.unwrap_or_else(|| {
        let activity = calls::activity(record);
        (Class::ApiActivity, activity, calls::call(record))
    })
}

fn of_kind(kind: Kind, record: &Record) -> Option<(Class, u8, About<'_>)> {
    let (class, activity, about) = match kind {
        Kind::User(id) => (Class::AccountChange, id, users::change(record)),
        Kind::Caller(id) => (Class::AccountChange, id, users::own_change(record)),
        Kind::Group(id) => (Class::GroupManagement, id, groups::change(record)),
        Kind::Member(id) => (Class::GroupManagement, id, groups::membership(record)),
        Kind::GroupPolicy(id) => (Class::GroupManagement, id, groups::policy(record)),
        Kind::Assignment(id) => match record.requested(&["principalType"]) {
            Some("USER") => (Class::UserAccess, id, groups::user_assignment(record)),
            Some("GROUP") => (Class::GroupManagement, id, groups::assignment(record)),
            _ => return None,
        },
        Kind::SignIn(id) => (Class::Authentication, id, sign_in::sign_in(record)),
        Kind::Role => (Class::Authentication, 1, sign_in::role(record)),
    };
    Some((class, activity, about?))
}
