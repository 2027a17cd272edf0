//! Whether an enumeration saw everybody: AWS's own count against the different users seen.

use super::sending::Sending;
use super::summary::{AccountSummary, account_summary};
use crate::aws::{AwsClient, AwsError};
use crate::collect::Completeness;

/// Compares AWS's count with the different users of `sending`, of which the root user is none.
///
/// Users come and go: when the `first` count is neither with nor without those that vanished
/// meanwhile, it is taken once more. Without a first count, AWS is not asked.
pub(super) async fn completeness(
    client: &AwsClient,
    first: Option<Result<AccountSummary, AwsError>>,
    sending: &Sending,
) -> Completeness {
    if let Some(first) = sending.left_out.first() {
        return Completeness::LeftOut {
            users: sending.left_out.len() as u64,
            why: first.to_string(),
        };
    }
    if let Some(error) = &sending.not_confirmed {
        return Completeness::Unproven(error.to_string());
    }
    let seen = sending.sent() + sending.passed_over;
    let summary = match first {
        None => return Completeness::Unproven("users were not counted".to_owned()),
        Some(Ok(summary)) if summary.users == seen + sending.vanished => {
            return Completeness::Proven;
        }
        Some(Ok(_)) => account_summary(client).await,
        Some(Err(error)) => Err(error),
    };
    match summary {
        Ok(summary) if summary.users == seen => Completeness::Proven,
        Ok(summary) => Completeness::Contradicted {
            counted: summary.users,
            seen,
        },
        Err(error) => Completeness::Unproven(error.to_string()),
    }
}
