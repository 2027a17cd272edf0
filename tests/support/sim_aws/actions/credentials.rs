//! Service-specific credentials of the whole account or of one user, and SSH public keys.

use rollcall::model::ServiceCredential;

use super::super::answer::Answer;
use super::super::paging::{Page, past};
use super::super::xml::Xml;
use super::{Ctx, SimUser};

/// Of all users with AllUsers, else of the one that is named.
pub(super) fn list_service_specific_credentials(ctx: &Ctx<'_>) -> Answer {
    let users: Vec<&SimUser> = match ctx.call.param("AllUsers") {
        Some("true") => ctx.account.users.values().collect(),
        _ => vec![ctx.user()?],
    };
    let page = Page::of(ctx, |key| {
        let all = users
            .iter()
            .flat_map(|user| user.service_credentials.values().map(|it| (*user, it)));
        let mut all: Vec<(&SimUser, &ServiceCredential)> = all.collect();
        all.retain(|(_, it)| key.is_none_or(|key| it.id.as_str() > key));
        all.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        all.into_iter().map(|one| (one.1.id.clone(), one))
    })?;
    let mut xml = Xml::default();
    xml.list(
        "ServiceSpecificCredentials",
        &page.items,
        |xml, (user, credential)| {
            xml.text("UserName", &user.name);
            xml.text("Status", &credential.status);
            let name = credential.service_user_name.as_deref();
            xml.text("ServiceUserName", name.unwrap_or_default());
            xml.date("CreateDate", credential.created_at);
            if let Some(at) = credential.expires_at {
                xml.date("ExpirationDate", at);
            }
            xml.text("ServiceSpecificCredentialId", &credential.id);
            xml.text("ServiceName", &credential.service_name);
        },
    );
    page.end(&mut xml);
    Ok(xml)
}

pub(super) fn list_ssh_public_keys(ctx: &Ctx<'_>) -> Answer {
    let user = ctx.user()?;
    let page = Page::of(ctx, |key| {
        past(&user.ssh_keys, key).map(|key| (key.0, key.1))
    })?;
    let mut xml = Xml::default();
    xml.list("SSHPublicKeys", &page.items, |xml, key| {
        xml.text("UserName", &user.name);
        xml.text("SSHPublicKeyId", &key.id);
        xml.text("Status", &key.status);
        xml.date("UploadDate", key.uploaded_at);
    });
    page.end(&mut xml);
    Ok(xml)
}
