//! The account as a whole.

use super::super::answer::Answer;
use super::super::faults::Twist;
use super::super::xml::Xml;
use super::Ctx;

pub(super) fn get_account_summary(ctx: &Ctx<'_>) -> Answer {
    let account = ctx.account;
    let off = match ctx.twist {
        Some(Twist::WrongCount(off)) => off,
        _ => 0,
    };
    let devices: usize = account.users.values().map(|user| user.mfa.len()).sum();
    let devices = devices + usize::from(account.root_mfa);
    let own = account
        .policies
        .values()
        .filter(|policy| !policy.is_of_aws());
    let count = |number: usize| i64::try_from(number).expect("fewer than 2^63");
    let counts = [
        ("AccountMFAEnabled", i64::from(account.root_mfa)),
        ("Groups", count(account.groups.len())),
        ("GroupsQuota", 300),
        ("MFADevices", count(devices + account.spare_mfa.len())),
        ("MFADevicesInUse", count(devices)),
        ("Policies", count(own.count())),
        ("Users", count(account.users.len()) + off),
        ("UsersQuota", 5000),
    ];
    let mut xml = Xml::default();
    xml.element("SummaryMap", |xml| {
        for (key, value) in counts {
            xml.element("entry", |xml| {
                xml.text("key", key);
                xml.number("value", value);
            });
        }
    });
    Ok(xml)
}

pub(super) fn list_account_aliases(ctx: &Ctx<'_>) -> Answer {
    let mut xml = Xml::default();
    xml.element("AccountAliases", |xml| {
        if let Some(alias) = &ctx.account.alias {
            xml.text("member", alias);
        }
    });
    xml.flag("IsTruncated", false);
    Ok(xml)
}
