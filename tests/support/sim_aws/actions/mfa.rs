//! MFA devices: of one user, or the virtual ones of the account.

use time::OffsetDateTime;

use super::super::answer::Answer;
use super::super::paging::{Page, past};
use super::super::xml::Xml;
use super::{Ctx, SimAccount, SimUser, users};

pub(super) fn list_mfa_devices(ctx: &Ctx<'_>) -> Answer {
    let user = ctx.user()?;
    let page = Page::of(ctx, |key| {
        past(&user.mfa, key).map(|device| (device.0, device))
    })?;
    let mut xml = Xml::default();
    xml.list(
        "MFADevices",
        &page.items,
        |xml, (serial_number, enabled_at)| {
            xml.text("UserName", &user.name);
            xml.text("SerialNumber", serial_number);
            xml.date("EnableDate", **enabled_at);
        },
    );
    page.end(&mut xml);
    Ok(xml)
}

/// A virtual device, and whose it is.
#[derive(Debug)]
struct Virtual<'a> {
    serial_number: String,
    owner: Owner<'a>,
}

#[derive(Debug)]
enum Owner<'a> {
    Nobody,
    Root,
    User(&'a SimUser, OffsetDateTime),
}

pub(super) fn list_virtual_mfa_devices(ctx: &Ctx<'_>) -> Answer {
    let (assigned, unassigned) = match ctx.call.param("AssignmentStatus") {
        Some("Assigned") => (true, false),
        Some("Unassigned") => (false, true),
        _ => (true, true),
    };
    let page = Page::of(ctx, |key| {
        let mut devices = devices(ctx.account);
        devices.retain(|device| match device.owner {
            Owner::Nobody => unassigned,
            _ => assigned,
        });
        devices.retain(|device| key.is_none_or(|key| device.serial_number.as_str() > key));
        devices.sort_by(|a, b| a.serial_number.cmp(&b.serial_number));
        devices
            .into_iter()
            .map(|device| (device.serial_number.clone(), device))
    })?;
    let mut xml = Xml::default();
    xml.list("VirtualMFADevices", &page.items, |xml, device| {
        write(xml, ctx.account, device);
    });
    page.end(&mut xml);
    Ok(xml)
}

fn devices(account: &SimAccount) -> Vec<Virtual<'_>> {
    let device = |serial_number: String, owner| Virtual {
        serial_number,
        owner,
    };
    let spare = account.spare_mfa.iter();
    let spare = spare.map(|name| device(account.virtual_mfa(name), Owner::Nobody));
    let root = account.root_mfa.then_some("root-account-mfa-device");
    let root = root.map(|name| device(account.virtual_mfa(name), Owner::Root));
    let of_users = account.users.values().flat_map(|user| {
        let devices = user
            .mfa
            .iter()
            .filter(|(serial, _)| serial.contains(":mfa/"));
        devices.map(move |(serial, at)| device(serial.clone(), Owner::User(user, *at)))
    });
    spare.chain(root).chain(of_users).collect()
}

fn write(xml: &mut Xml, account: &SimAccount, device: &Virtual<'_>) {
    xml.text("SerialNumber", &device.serial_number);
    match device.owner {
        Owner::Nobody => (),
        // The root user has no name.
        Owner::Root => {
            xml.date("EnableDate", account.created_at);
            xml.element("User", |xml| {
                xml.text("UserId", &account.id);
                xml.text("Arn", &account.arn("root"));
                xml.date("CreateDate", account.created_at);
            });
        }
        Owner::User(user, enabled_at) => {
            xml.date("EnableDate", enabled_at);
            xml.element("User", |xml| users::identity(xml, account, user));
        }
    }
}
