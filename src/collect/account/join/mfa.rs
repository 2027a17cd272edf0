//! Whether a user has MFA, from what is known of the whole account; else the user is asked for.

use super::super::listing::UserIdentity;
use super::super::whole::{AccountWide, Bulk};
use crate::collect::report::ReportRow;
use crate::model::{Fact, Mfa, Provenance, REPORT_WITHOUT_VIRTUAL};

/// The answer for `user`, or `None` where only ListMFADevices has it.
///
/// A virtual device in use proves MFA, live. The report proves its absence as of its time, if no
/// virtual device came since. Open are users that the report calls active without a virtual device
/// being known, and those that it does not cover.
pub(super) fn settled(
    user: &UserIdentity,
    wide: &AccountWide,
    row: Option<&ReportRow>,
) -> Option<Fact<Mfa>> {
    let virtual_mfa = wide.virtual_mfa.value()?;
    if let Some(devices) = virtual_mfa.of_user(user) {
        return Some(devices);
    }
    let is_open = virtual_mfa.is_malformed(user);
    let row = row.filter(|row| row.mfa_active == Some(false) && !is_open)?;
    let source = Provenance {
        source: REPORT_WITHOUT_VIRTUAL.into(),
        as_of: row.source.as_of,
    };
    Some(Fact::known(Mfa::Active(false), &source))
}

/// What the report says of `user` where ListMFADevices failed; else `asked`.
///
/// Where the account's virtual devices were listed and none is the user's, an active MFA is of
/// another kind.
pub(super) fn or_reported(
    asked: Fact<Mfa>,
    user: &UserIdentity,
    wide: &AccountWide,
    row: Option<&ReportRow>,
) -> Fact<Mfa> {
    let reported = row.and_then(|row| Some((row.mfa_active?, &row.source)));
    let (Fact::Unknown(_), Some((is_active, provenance))) = (&asked, reported) else {
        return asked;
    };
    let listed = wide.virtual_mfa.value();
    let has_no_virtual_one = listed.is_some_and(|listed| !listed.is_malformed(user));
    let mfa = match has_no_virtual_one {
        true if is_active => Mfa::AtLeast(Vec::new()),
        _ => Mfa::Active(is_active),
    };
    Fact::known(mfa, provenance)
}

/// The answer without asking per user, for a plan that does not: what the report says, or the
/// reason of the bulk call that failed. `None` where neither failed, and where everybody is asked
/// in any case.
pub(super) fn without_asking(
    user: &UserIdentity,
    wide: &AccountWide,
    row: Option<&ReportRow>,
) -> Option<Fact<Mfa>> {
    let error = match &wide.virtual_mfa {
        Bulk::Failed(error) => error,
        Bulk::Read(_) => wide.report.error()?,
        Bulk::NotAsked => return None,
    };
    Some(or_reported(error.as_unknown(), user, wide, row))
}
