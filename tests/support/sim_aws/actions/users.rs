//! Users, their tags and passwords.

use super::super::answer::{Answer, Refusal};
use super::super::faults::Twist;
use super::super::paging::{Page, past};
use super::super::xml::Xml;
use super::{Ctx, SimAccount, SimUser};

pub(super) fn list_users(ctx: &Ctx<'_>) -> Answer {
    let page = Page::of(ctx, |key| past(&ctx.account.users, key))?;
    let mut xml = Xml::default();
    let users = Twist::users(ctx.twist, page.items.clone());
    xml.list("Users", users, |xml, user| identity(xml, ctx.account, user));
    page.end(&mut xml);
    Ok(xml)
}

/// What GetUser has and ListUsers does not: the boundary and the tags.
pub(super) fn get_user(ctx: &Ctx<'_>) -> Answer {
    let user = ctx.user()?;
    let mut xml = Xml::default();
    xml.element("User", |xml| {
        identity(xml, ctx.account, user);
        boundary(xml, user);
        xml.list("Tags", &user.tags, tag);
    });
    Ok(xml)
}

pub(super) fn list_user_tags(ctx: &Ctx<'_>) -> Answer {
    let user = ctx.user()?;
    let page = Page::of(ctx, |key| past(&user.tags, key).map(|pair| (pair.0, pair)))?;
    let mut xml = Xml::default();
    xml.list("Tags", &page.items, |xml, &(key, value)| {
        xml.text("Key", key);
        xml.text("Value", value);
    });
    page.end(&mut xml);
    Ok(xml)
}

pub(super) fn get_login_profile(ctx: &Ctx<'_>) -> Answer {
    let user = ctx.user()?;
    let name = &user.name;
    let password = user.password.ok_or_else(|| {
        let message = format!("Login Profile for User {name} cannot be found.");
        Refusal::new(404, "NoSuchEntity", message)
    })?;
    let mut xml = Xml::default();
    xml.element("LoginProfile", |xml| {
        xml.text("UserName", name);
        xml.date("CreateDate", password.changed_at);
        xml.flag("PasswordResetRequired", false);
    });
    Ok(xml)
}

/// What every answer with a user says about it.
pub(super) fn identity(xml: &mut Xml, account: &SimAccount, user: &SimUser) {
    xml.text("Path", &user.path);
    xml.text("UserName", &user.name);
    xml.text("UserId", &user.id);
    xml.text("Arn", &account.user_arn(user));
    xml.date("CreateDate", user.created_at);
    if let Some(at) = user.password.and_then(|password| password.last_used) {
        xml.date("PasswordLastUsed", at);
    }
}

pub(super) fn boundary(xml: &mut Xml, user: &SimUser) {
    if let Some(arn) = &user.boundary {
        xml.element("PermissionsBoundary", |xml| {
            xml.text("PermissionsBoundaryType", "Policy");
            xml.text("PermissionsBoundaryArn", arn);
        });
    }
}

pub(super) fn tag(xml: &mut Xml, (key, value): (&String, &String)) {
    xml.text("Key", key);
    xml.text("Value", value);
}
