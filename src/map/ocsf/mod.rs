//! OCSF 1.6.0 class 5003, strictly valid: unknown facts are absent, and named with their reason
//! in `unmapped.aws_iam.unknown`.

mod credentials;
mod marks;
mod unmapped;

use serde::Serialize;

use self::credentials::{Programmatic, programmatic};
use self::unmapped::{Unmapped, unmapped};
use super::user_type::{UserType, risk_level, user_type};
use super::write::Stamped;
use super::{Dialect, EventInput, Identity, Person, canonical};
use crate::model::{self, EventId, Mfa, unix_ms};

#[derive(Serialize)]
pub(super) struct Event<'a> {
    activity_id: u8,
    activity_name: &'static str,
    category_uid: u8,
    category_name: &'static str,
    class_uid: u16,
    class_name: &'static str,
    type_uid: u32,
    type_name: &'static str,
    severity_id: u8,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<i64>,
    message: String,
    metadata: Metadata,
    cloud: Cloud<'a>,
    user: User<'a>,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    profiles: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_uid: Option<String>,
    product: Product,
    loggers: [Logger; 1],
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Logger {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
}

#[derive(Serialize)]
struct Cloud<'a> {
    provider: &'static str,
    cloud_partition: &'a str,
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Organization<'a>>,
}

#[derive(Serialize)]
struct Organization<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ou_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ou_name: Option<&'a str>,
}

#[derive(Serialize)]
struct Account<'a> {
    uid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    type_id: u8,
    r#type: &'static str,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    uid: &'a str,
    uid_alt: &'a str,
    type_id: u8,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_addr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_mfa: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_level_id: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_level: Option<&'static str>,
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<Organization<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<Group<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    programmatic_credentials: Vec<Programmatic<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ldap_person: Option<Person>,
}

#[derive(Serialize)]
struct Group<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    privileges: Option<Vec<&'a str>>,
}

/// The event about one user, without its stamps.
pub(super) fn event<'a>(input: &EventInput<'a>) -> Event<'a> {
    let account = input.account;
    Event {
        activity_id: 2,
        activity_name: "Collect",
        category_uid: 5,
        category_name: "Discovery",
        class_uid: 5003,
        class_name: "User Inventory Info",
        type_uid: 500_302,
        type_name: "User Inventory Info: Collect",
        severity_id: 1,
        severity: "Informational",
        time: None,
        message: message(input),
        metadata: metadata(),
        cloud: Cloud {
            provider: "AWS",
            cloud_partition: &account.partition,
            account: aws_account(account),
            org: organization(account),
        },
        user: user(input),
        unmapped: unmapped(input),
    }
}

/// The event that the user, as last known, was deleted: class 3001, activity Delete.
pub(super) fn deletion<'a>(last_known: &EventInput<'a>) -> Event<'a> {
    let (user, account) = (last_known.user, last_known.account);
    Event {
        activity_id: 6,
        activity_name: "Delete",
        category_uid: 3,
        category_name: "Identity & Access Management",
        class_uid: 3001,
        class_name: "Account Change",
        type_uid: 300_106,
        type_name: "Account Change: Delete",
        message: format!(
            "IAM user {} was deleted from AWS account {}",
            user.name, account.id
        ),
        ..event(last_known)
    }
}

/// The root user is no IAM user.
fn message(input: &EventInput<'_>) -> String {
    let (user, account) = (input.user, input.account);
    if user.is_root() {
        format!("Root user of AWS account {}", account.id)
    } else {
        format!("IAM user {} of AWS account {}", user.name, account.id)
    }
}

impl<'a> Stamped<'a> for Event<'a> {
    fn stamp(&mut self, id: &EventId, input: &EventInput<'a>) {
        self.time = Some(unix_ms::of(input.pass.collected_at));
        self.metadata.uid = Some(id.to_string());
        self.metadata.correlation_uid = Some(input.pass.id.to_string());
        self.metadata.loggers[0].version = Some(env!("CARGO_PKG_VERSION"));
        self.user.programmatic_credentials = programmatic(input.user, true);
        self.unmapped.stamp(input);
    }

    fn cut_tags(&mut self) -> bool {
        self.unmapped.cut_tags()
    }
}

fn metadata() -> Metadata {
    Metadata {
        version: "1.6.0",
        profiles: ["cloud"],
        uid: None,
        correlation_uid: None,
        product: Product {
            name: "AWS IAM",
            vendor_name: "AWS",
            // The version of IAM's API, which is the product's only one.
            version: "2010-05-08",
        },
        loggers: [Logger {
            name: "rollcall",
            version: None,
        }],
    }
}

fn aws_account(account: &model::Account) -> Account<'_> {
    Account {
        uid: &account.id,
        name: account.name.as_deref(),
        type_id: 10,
        r#type: "AWS Account",
    }
}

fn organization(account: &model::Account) -> Option<Organization<'_>> {
    let membership = account.organization.as_ref()?;
    let unit = membership.unit.as_ref();
    Some(Organization {
        uid: &membership.organization_id,
        ou_uid: unit.map(|unit| unit.id.as_str()),
        ou_name: unit.map(|unit| unit.name.as_str()),
    })
}

fn user<'a>(input: &EventInput<'a>) -> User<'a> {
    let user = input.user;
    let identity = Identity::of(user, &input.rules.tag_names);
    let (type_id, r#type) = match user_type(Dialect::Ocsf, input) {
        UserType::Admin => (2, "Admin"),
        UserType::Service => (4, "Service"),
        UserType::User => (1, "User"),
        UserType::Unknown => (0, "Unknown"),
    };
    let risk = risk_level(input).filter(|_| input.rules.has_risk);
    User {
        name: &user.name,
        uid: user.arn.as_str(),
        uid_alt: &user.id,
        type_id,
        r#type,
        full_name: identity.full_name,
        email_addr: identity.email_addr,
        has_mfa: user.mfa.value().map(Mfa::is_active),
        risk_level_id: risk.map(|(id, _)| id),
        risk_level: risk.map(|(_, caption)| caption),
        account: aws_account(input.account),
        org: organization(input.account),
        groups: canonical::groups(user).map(|groups| groups.into_iter().map(group).collect()),
        programmatic_credentials: programmatic(user, input.rules.is_last_use_content),
        ldap_person: identity.person,
    }
}

/// Managed policies by ARN and inline ones by name; absent unless the managed ones are known.
fn group(group: &model::Group) -> Group<'_> {
    let attached = group
        .attached_policies
        .value()
        .map(|all| canonical::policies(all));
    let inline = group
        .inline_policies
        .value()
        .map(|all| canonical::names(all));
    Group {
        name: &group.name,
        uid: group.arn.as_deref(),
        privileges: attached.map(|attached| {
            let arns = attached.into_iter().map(|policy| policy.arn.as_str());
            arns.chain(inline.into_iter().flatten()).collect()
        }),
    }
}
