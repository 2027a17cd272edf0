//! One pass over the account that the credentials belong to.

use time::OffsetDateTime;

use super::delivery::Delivery;
use super::once::Agent;
use super::pass::Pass;
use super::report::PassReport;
use crate::aws::{self, AwsError};
use crate::collect::PerUser;
use crate::model::PassStamp;
use crate::observe::Progress;
use crate::store::{Store, StoreError};

/// How a pass over an account went.
pub(super) enum AccountEnd {
    /// It ran, whole or not.
    Passed(Box<PassReport>),
    /// AWS did not even tell whose account it is.
    Refused(AwsError),
}

/// Connects, finds out whose account it is, and passes over it.
pub(super) async fn pass(
    agent: &Agent,
    store: &Store,
    delivery: &Delivery,
    progress: &Progress,
    is_full: bool,
) -> Result<AccountEnd, StoreError> {
    let client = aws::connect(&agent.aws).await;
    let account = match client.account().await {
        Ok(account) => account,
        Err(error) => return Ok(AccountEnd::Refused(error)),
    };
    let stamp = PassStamp::new(OffsetDateTime::now_utc());
    tracing::info!(account = account.id, pass = %stamp.id, "collecting users");
    let pass = Pass {
        account: &account,
        stamp,
        mapping: &agent.mapping,
        targets: &agent.targets,
        is_full,
        store,
        progress,
    };
    let source = PerUser::new(client.clone(), agent.aws.max_in_flight.get());
    let batches = delivery.batch_counter();
    let staged = || {
        delivery.wake();
        progress.set_batches(batches());
    };
    let mut report = pass.run(&source, staged).await?;
    report.calls = client.calls();
    Ok(AccountEnd::Passed(Box::new(report)))
}
