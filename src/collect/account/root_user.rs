//! The root user of a live account, whom the credential report has.

use super::listing::{self, AccountScope};
use super::summary::{self, AccountSummary};
use super::whole::AccountWide;
use crate::aws::{Action, AwsError};
use crate::collect::root;
use crate::model::{Fact, Mfa, User};

/// The root user, where the report has it. One of another account is an error.
pub(super) fn find(
    scope: &AccountScope,
    wide: &AccountWide,
    summary: Option<&AccountSummary>,
) -> Result<Option<User>, AwsError> {
    let Some(row) = wide.report.value().and_then(|report| report.root.as_ref()) else {
        return Ok(None);
    };
    let malformed = |what: String| AwsError::malformed(Action::GetCredentialReport, what);
    if !scope.is_own_root(&row.arn) {
        let arn = listing::quoted(row.arn.as_str());
        return Err(malformed(format!(
            "the root user has the ARN {arn}, which is not that of this account's"
        )));
    }
    let devices = wide.virtual_mfa.value().and_then(|it| it.of_root(&row.arn));
    let mfa = match (devices.or(summary::root_mfa(summary)), row.mfa_active) {
        (Some(live), _) => live,
        (None, Some(active)) => Fact::known(Mfa::Active(active), &row.source),
        (None, None) => Fact::not_collected(row.source.source.clone()),
    };
    let root = root::user(row, mfa);
    match root {
        None if row.has_malformed_creation() => Err(malformed(
            "the root user has no plausible user_creation_time".to_owned(),
        )),
        None => {
            tracing::warn!("the root user is left out: the report has no user_creation_time");
            Ok(None)
        }
        root => Ok(root),
    }
}
