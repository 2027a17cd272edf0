//! The structure documented for the Sekoia AWS users asset connector, values and types included.
//!
//! It stays as documented where it disagrees with OCSF (`type_uid` 500301 beside `activity_id`
//! 2, `time` in seconds, the user's ARN as account uid), because its receiver expects it. An
//! unknown fact is left out: the receiver has no place for a reason.

use serde::Serialize;

use super::user_type::{UserType, user_type};
use super::write::Stamped;
use super::{Dialect, EventInput, Identity, Person, canonical};
use crate::model::{EventId, Group, Mfa};

#[derive(Serialize)]
pub(super) struct Event<'a> {
    activity_id: u8,
    activity_name: &'static str,
    category_name: &'static str,
    category_uid: u8,
    class_name: &'static str,
    class_uid: u16,
    type_name: &'static str,
    type_uid: u32,
    severity: &'static str,
    severity_id: u8,
    time: i64,
    metadata: Metadata,
    user: User<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enrichments: Vec<Enrichment>,
}

/// What the event says about logons: that there will be none.
#[derive(Serialize)]
struct Enrichment {
    name: &'static str,
    value: &'static str,
    data: Login,
}

#[derive(Serialize)]
struct Login {
    is_enabled: bool,
}

#[derive(Serialize)]
struct Metadata {
    product: Product,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    version: &'static str,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    uid: &'a str,
    uid_alt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    type_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_addr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_mfa: Option<bool>,
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<UserGroup<'a>>>,
    org: Org<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ldap_person: Option<Person>,
}

#[derive(Serialize)]
struct Account<'a> {
    name: &'a str,
    r#type: &'static str,
    type_id: u8,
    uid: &'a str,
    uid_alt: &'a str,
}

#[derive(Serialize)]
struct UserGroup<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privileges: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct Org<'a> {
    name: String,
    uid: &'a str,
}

/// The event about one user, without its stamps.
pub(super) fn event<'a>(input: &EventInput<'a>) -> Event<'a> {
    Event {
        activity_id: 2,
        activity_name: "Collect",
        category_name: "Discovery",
        category_uid: 5,
        class_name: "User Inventory",
        class_uid: 5003,
        type_name: "User Inventory Info: Collect",
        type_uid: 500_301,
        severity: "Informational",
        severity_id: 1,
        time: input.user.created_at.unix_timestamp(),
        metadata: Metadata {
            product: Product {
                name: "AWS IAM Asset Connector",
                vendor_name: "AWS",
                version: None,
            },
            uid: None,
            version: "1.6.0",
        },
        user: user(input),
        enrichments: Vec::new(),
    }
}

/// The event that the user, as last known, was deleted: the receiver has no class for it, and
/// takes a user that cannot log in any more.
pub(super) fn deletion<'a>(last_known: &EventInput<'a>) -> Event<'a> {
    Event {
        enrichments: vec![Enrichment {
            name: "login",
            value: "infos",
            data: Login { is_enabled: false },
        }],
        ..event(last_known)
    }
}

impl<'a> Stamped<'a> for Event<'a> {
    fn stamp(&mut self, id: &EventId, _: &EventInput<'a>) {
        self.metadata.uid = Some(id.to_string());
        self.metadata.product.version = Some(env!("CARGO_PKG_VERSION"));
    }

    fn cut_tags(&mut self) -> bool {
        // It has a person's few tags and no others.
        false
    }
}

fn user<'a>(input: &EventInput<'a>) -> User<'a> {
    let user = input.user;
    let identity = Identity::of(user, &input.rules.tag_names);
    let (r#type, type_id) = match user_type(Dialect::Sekoia, input) {
        UserType::Admin => (Some("Admin"), Some(2)),
        UserType::Service => (Some("Service"), Some(4)),
        UserType::User => (Some("User"), Some(1)),
        UserType::Unknown => (None, None),
    };
    User {
        name: &user.name,
        uid: user.arn.as_str(),
        uid_alt: &user.id,
        r#type,
        type_id,
        full_name: identity.full_name,
        email_addr: identity.email_addr,
        has_mfa: user.mfa.value().map(Mfa::is_active),
        account: Account {
            name: &user.name,
            r#type: "AWS Account",
            type_id: 10,
            uid: user.arn.as_str(),
            uid_alt: &user.id,
        },
        groups: canonical::groups(user).map(|groups| groups.into_iter().map(user_group).collect()),
        org: Org {
            name: format!("AWS Account {}", input.account.id),
            uid: &input.account.id,
        },
        ldap_person: identity.person,
    }
}

fn user_group(group: &Group) -> UserGroup<'_> {
    let policies = group
        .attached_policies
        .value()
        .map(|all| canonical::policies(all));
    UserGroup {
        name: &group.name,
        uid: group.arn.as_deref(),
        privileges: policies
            .map(|all| all.into_iter().map(|policy| policy.name.as_str()).collect()),
    }
}
