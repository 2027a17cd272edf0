//! Whether a user has MFA, from what is known of the whole account; else the user is asked for.

use super::bulk::{AccountWide, Bulk};
use super::facts;
use crate::aws::Action;
use crate::collect::report::ReportRow;
use crate::model::{Fact, Mfa};

/// The answer for the user `arn`, or `None` where only ListMFADevices can tell.
///
/// A virtual device in use proves MFA, live. The report proves its absence as of its time, if no
/// virtual device came since. Left open are users whom the report calls active without a virtual
/// device being known, and those it does not cover.
pub(super) fn settled(arn: &str, wide: &AccountWide, row: Option<&ReportRow>) -> Option<Fact<Mfa>> {
    if let Some(devices) = wide.virtual_mfa.value()?.get(arn) {
        let source = facts::now(Action::ListVirtualMfaDevices);
        return Some(Fact::known(Mfa::AtLeast(devices.clone()), &source));
    }
    let row = row.filter(|row| row.mfa_active == Some(false))?;
    Some(Fact::known(Mfa::Active(false), &row.source))
}

/// The report's word for a user about whom ListMFADevices would not tell; else `asked`.
pub(super) fn or_reported(asked: Fact<Mfa>, row: Option<&ReportRow>) -> Fact<Mfa> {
    match (
        &asked,
        row.and_then(|row| Some((row.mfa_active?, &row.source))),
    ) {
        (Fact::Unknown(_), Some((active, source))) => Fact::known(Mfa::Active(active), source),
        _ => asked,
    }
}

/// The answer without asking per user, for a plan that does not: the report's word, or the
/// reason of the bulk call that failed. `None` where neither failed, and where everybody is asked
/// in any case.
pub(super) fn without_asking(wide: &AccountWide, row: Option<&ReportRow>) -> Option<Fact<Mfa>> {
    let error = match &wide.virtual_mfa {
        Bulk::Failed(error) => error,
        Bulk::Read(_) => wide.report.error()?,
        Bulk::NotAsked => return None,
    };
    Some(or_reported(error.as_unknown(), row))
}
