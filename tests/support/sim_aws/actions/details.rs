//! GetAccountAuthorizationDetails: users, groups and policies in one listing.

use std::collections::HashMap;

use super::super::answer::Answer;
use super::super::faults::Twist;
use super::super::paging::{Page, past};
use super::super::xml::Xml;
use super::super::{SimPolicy, SimRole};
use super::{Ctx, SimAccount, SimGroup, SimUser, groups, policies, users};

/// The parts of the listing, in the order in which they come: each letter begins its keys.
const FILTERS: [(&str, &str); 5] = [
    ("User", "u"),
    ("Group", "v"),
    ("LocalManagedPolicy", "w"),
    ("AWSManagedPolicy", "x"),
    ("Role", "y"),
];

#[derive(Clone, Copy, Debug)]
enum Item<'a> {
    User(&'a SimUser),
    Group(&'a SimGroup),
    Policy(&'a SimPolicy),
    Role(&'a SimRole),
}

pub(super) fn get_account_authorization_details(ctx: &Ctx<'_>) -> Answer {
    let wanted: Vec<&str> = ctx.call.members("Filter").collect();
    let page = Page::of(ctx, |key| {
        let key = key.map(str::to_owned);
        let parts = FILTERS
            .into_iter()
            .filter(move |(filter, _)| wanted.is_empty() || wanted.contains(filter));
        parts.flat_map(move |(_, part)| items(ctx.account, part, key.as_deref()))
    })?;
    let (mut users, mut groups, mut managed) = (Vec::new(), Vec::new(), Vec::new());
    let mut roles = Vec::new();
    for item in &page.items {
        match item {
            Item::User(user) => users.push(*user),
            Item::Group(group) => groups.push(*group),
            Item::Policy(policy) => managed.push(*policy),
            Item::Role(role) => roles.push(*role),
        }
    }
    let account = ctx.account;
    let attachments = if managed.is_empty() {
        HashMap::new()
    } else {
        attachments(account)
    };
    let mut xml = Xml::default();
    let users = Twist::users(ctx.twist, users);
    xml.list("UserDetailList", users, |xml, user| {
        user_detail(xml, account, user)
    });
    xml.list("GroupDetailList", groups, |xml, group| {
        group_detail(xml, account, group)
    });
    xml.list("RoleDetailList", roles, |xml, role| {
        role_detail(xml, account, role)
    });
    xml.list("Policies", managed, |xml, policy| {
        let holders = attachments.get(&*policy.arn).copied();
        policy_detail(xml, policy, holders.unwrap_or_default());
    });
    page.end(&mut xml);
    Ok(xml)
}

/// The items of one part, past `key`; none if `key` is in a later part.
fn items<'a>(
    account: &'a SimAccount,
    part: &'static str,
    key: Option<&str>,
) -> Box<dyn Iterator<Item = (String, Item<'a>)> + 'a> {
    let past_key = match key {
        Some(key) if key[..1] > *part => return Box::new(std::iter::empty()),
        Some(key) => key.strip_prefix(part),
        None => None,
    };
    let keyed = move |(name, item): (&str, Item<'a>)| (format!("{part}{name}"), item);
    match part {
        "u" => {
            let users = past(&account.users, past_key);
            Box::new(
                users
                    .map(|(name, user)| (name, Item::User(user)))
                    .map(keyed),
            )
        }
        "v" => {
            let groups = past(&account.groups, past_key);
            Box::new(
                groups
                    .map(|(name, group)| (name, Item::Group(group)))
                    .map(keyed),
            )
        }
        "y" => {
            let roles = past(&account.roles, past_key);
            Box::new(
                roles
                    .map(|(name, role)| (name, Item::Role(role)))
                    .map(keyed),
            )
        }
        _ => {
            let of_aws = part == "x";
            let policies = past(&account.policies, past_key);
            let policies = policies.filter(move |(_, policy)| policy.is_of_aws() == of_aws);
            Box::new(
                policies
                    .map(|(arn, policy)| (arn, Item::Policy(policy)))
                    .map(keyed),
            )
        }
    }
}

/// How many users and groups hold each policy: counted once, not for each policy.
fn attachments(account: &SimAccount) -> HashMap<&str, i64> {
    let of_users = account.users.values().map(|user| &user.attached);
    let of_groups = account.groups.values().map(|group| &group.attached);
    let mut attachments = HashMap::new();
    for arn in of_users.chain(of_groups).flatten() {
        *attachments.entry(arn.as_str()).or_default() += 1;
    }
    attachments
}

/// The groups by name only, and no use of the password.
fn user_detail(xml: &mut Xml, account: &SimAccount, user: &SimUser) {
    xml.text("Path", &user.path);
    xml.text("UserName", &user.name);
    xml.text("UserId", &user.id);
    xml.text("Arn", &account.user_arn(user));
    xml.date("CreateDate", user.created_at);
    if !user.inline.is_empty() {
        xml.list("UserPolicyList", &user.inline, policies::document);
    }
    xml.element("GroupList", |xml| {
        for (name, _) in account.groups_of(user) {
            xml.text("member", name);
        }
    });
    xml.list("AttachedManagedPolicies", &user.attached, |xml, arn| {
        policies::reference(xml, arn);
    });
    users::boundary(xml, user);
    xml.list("Tags", &user.tags, users::tag);
}

fn group_detail(xml: &mut Xml, account: &SimAccount, group: &SimGroup) {
    groups::identity(xml, account, group);
    xml.list("GroupPolicyList", &group.inline, policies::document);
    xml.list("AttachedManagedPolicies", &group.attached, |xml, arn| {
        policies::reference(xml, arn);
    });
}

fn role_detail(xml: &mut Xml, account: &SimAccount, role: &SimRole) {
    xml.text("Path", "/");
    xml.text("RoleName", &role.name);
    xml.text("RoleId", &role.id);
    xml.text("Arn", &account.role_arn(role));
    xml.date("CreateDate", account.created_at);
    xml.text("AssumeRolePolicyDocument", &role.trust.encoded);
    xml.list("InstanceProfileList", [], |_, ()| ());
    xml.list("RolePolicyList", &role.inline, policies::document);
    xml.list("AttachedManagedPolicies", &role.attached, |xml, arn| {
        policies::reference(xml, arn);
    });
}

fn policy_detail(xml: &mut Xml, policy: &SimPolicy, attachments: i64) {
    let version = |index: usize| format!("v{}", index + 1);
    let last = policy.versions.len().saturating_sub(1);
    xml.text("PolicyName", policy.name());
    xml.text("PolicyId", &policy.id);
    xml.text("Arn", &policy.arn);
    xml.text("Path", policy.path());
    xml.text("DefaultVersionId", &version(last));
    xml.number("AttachmentCount", attachments);
    xml.flag("IsAttachable", true);
    xml.date("CreateDate", policy.created_at);
    xml.date("UpdateDate", policy.created_at);
    xml.list(
        "PolicyVersionList",
        policy.versions.iter().enumerate(),
        |xml, (index, document)| {
            xml.text("Document", &document.encoded);
            xml.text("VersionId", &version(index));
            xml.flag("IsDefaultVersion", index == last);
            xml.date("CreateDate", policy.created_at);
        },
    );
}
