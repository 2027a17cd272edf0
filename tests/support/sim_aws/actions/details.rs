//! GetAccountAuthorizationDetails: users, groups and policies in one listing.

use super::super::answer::Answer;
use super::super::paging::{Page, past};
use super::super::xml::Xml;
use super::{Ctx, SimAccount, SimGroup, SimUser, groups, policies, users};
use crate_policy::SimPolicy;

use super::super::policy as crate_policy;

/// The parts of the listing, in the order in which they come: each letter begins its keys.
const FILTERS: [(&str, &str); 4] = [
    ("User", "u"),
    ("Group", "v"),
    ("LocalManagedPolicy", "w"),
    ("AWSManagedPolicy", "x"),
];

#[derive(Clone, Copy, Debug)]
enum Item<'a> {
    User(&'a SimUser),
    Group(&'a SimGroup),
    Policy(&'a SimPolicy),
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
    let mut xml = Xml::default();
    let items = || page.items.iter().copied();
    let users = items().filter_map(|item| {
        if let Item::User(user) = item {
            Some(user)
        } else {
            None
        }
    });
    xml.list("UserDetailList", users, |xml, user| {
        user_detail(xml, ctx.account, user)
    });
    let groups = items().filter_map(|item| {
        if let Item::Group(group) = item {
            Some(group)
        } else {
            None
        }
    });
    xml.list("GroupDetailList", groups, |xml, group| {
        group_detail(xml, ctx.account, group)
    });
    xml.list("RoleDetailList", [], |_, ()| ());
    let managed = items().filter_map(|item| {
        if let Item::Policy(policy) = item {
            Some(policy)
        } else {
            None
        }
    });
    xml.list("Policies", managed, |xml, policy| {
        policy_detail(xml, ctx.account, policy)
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

fn policy_detail(xml: &mut Xml, account: &SimAccount, policy: &SimPolicy) {
    let version = |index: usize| format!("v{}", index + 1);
    let last = policy.versions.len().saturating_sub(1);
    let holders = account.users.values().map(|user| &user.attached);
    let holders = holders.chain(account.groups.values().map(|group| &group.attached));
    let attachments = holders
        .filter(|attached| attached.contains(&policy.arn))
        .count();
    xml.text("PolicyName", policy.name());
    xml.text("PolicyId", &policy.id);
    xml.text("Arn", &policy.arn);
    xml.text("Path", policy.path());
    xml.text("DefaultVersionId", &version(last));
    xml.number(
        "AttachmentCount",
        i64::try_from(attachments).expect("few holders"),
    );
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
