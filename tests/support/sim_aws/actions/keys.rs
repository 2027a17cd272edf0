//! Access keys and their last use.

use super::super::answer::{Answer, Refusal};
use super::super::paging::{Page, past};
use super::super::xml::Xml;
use super::Ctx;

pub(super) fn list_access_keys(ctx: &Ctx<'_>) -> Answer {
    let user = ctx.user()?;
    let page = Page::of(ctx, |key| past(&user.keys, key).map(|key| (key.0, key)))?;
    let mut xml = Xml::default();
    xml.list("AccessKeyMetadata", &page.items, |xml, (id, key)| {
        xml.text("UserName", &user.name);
        xml.text("AccessKeyId", id);
        xml.text("Status", if key.active { "Active" } else { "Inactive" });
        if let Some(at) = key.rotated_at {
            xml.date("CreateDate", at);
        }
    });
    page.end(&mut xml);
    Ok(xml)
}

/// A key that was never used has the service and region N/A, and no date.
pub(super) fn get_access_key_last_used(ctx: &Ctx<'_>) -> Answer {
    let id = ctx.call.param("AccessKeyId").unwrap_or_default();
    let mut owners = ctx.account.users.values();
    let found = owners.find_map(|user| Some((user, user.keys.get(id)?)));
    let (user, key) = found.ok_or_else(|| Refusal::no_such("Access Key", id))?;
    let used = key.last_used.as_ref();
    let or_none = |text: Option<&String>| text.map_or("N/A".to_owned(), Clone::clone);
    let mut xml = Xml::default();
    xml.text("UserName", &user.name);
    xml.element("AccessKeyLastUsed", |xml| {
        if let Some(used) = used {
            xml.date("LastUsedDate", used.at);
        }
        xml.text(
            "ServiceName",
            &or_none(used.and_then(|used| used.service.as_ref())),
        );
        xml.text(
            "Region",
            &or_none(used.and_then(|used| used.region.as_ref())),
        );
    });
    Ok(xml)
}
