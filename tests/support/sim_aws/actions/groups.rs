//! Groups.

use super::super::answer::Answer;
use super::super::paging::{Page, past};
use super::super::xml::Xml;
use super::{Ctx, SimAccount, SimGroup};

pub(super) fn list_groups(ctx: &Ctx<'_>) -> Answer {
    let page = Page::of(ctx, |key| past(&ctx.account.groups, key))?;
    Ok(listing(ctx, &page))
}

pub(super) fn list_groups_for_user(ctx: &Ctx<'_>) -> Answer {
    let groups = ctx.account.groups_of(ctx.user()?);
    let page = Page::of(ctx, |key| {
        let key = key.map(str::to_owned);
        groups.filter(move |(name, _)| key.as_ref().is_none_or(|key| *name > key))
    })?;
    Ok(listing(ctx, &page))
}

fn listing(ctx: &Ctx<'_>, page: &Page<&SimGroup>) -> Xml {
    let mut xml = Xml::default();
    xml.list("Groups", &page.items, |xml, group| {
        identity(xml, ctx.account, group)
    });
    page.end(&mut xml);
    xml
}

/// What every answer with a group says about it.
pub(super) fn identity(xml: &mut Xml, account: &SimAccount, group: &SimGroup) {
    xml.text("Path", &group.path);
    xml.text("GroupName", &group.name);
    xml.text("GroupId", &group.id);
    xml.text("Arn", &account.group_arn(group));
    xml.date("CreateDate", group.created_at);
}
