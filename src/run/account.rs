//! One pass over the account that the credentials belong to.

use time::OffsetDateTime;

use super::delivery::Delivery;
use super::once::Agent;
use super::pass::Pass;
use super::report::PassReport;
use crate::aws::{Action, AwsClient, AwsError, LearntRates};
use crate::collect::AccountSource;
use crate::model::PassStamp;
use crate::observe::Progress;
use crate::steps::{self, Step};
use crate::store::{PassMemory, Store, StoreError};

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
    let client = AwsClient::connect(&agent.aws).await;
    let account = match client.account().await {
        Ok(account) => account,
        Err(error) => return Ok(AccountEnd::Refused(error)),
    };
    steps::reach(Step::AccountKnown);
    client.adopt_rates(&learnt_rates(store, &account.id).await?);
    let stamp = PassStamp::new(OffsetDateTime::now_utc());
    tracing::info!(account = account.id, pass = %stamp.id, "collecting users");
    let pass = Pass {
        account: &account,
        stamp,
        mapping: &agent.mapping,
        targets: &agent.targets,
        is_full,
        deletions: agent.deletions,
        aws: Some(&client),
        store,
        progress,
    };
    let source = AccountSource::new(client.clone(), agent.aws.clone());
    let batches = delivery.batch_counter();
    let staged = || {
        delivery.wake();
        progress.set_batches(batches());
    };
    let mut report = pass.run(&source, staged).await?;
    report.calls = client.calls();
    report.learnt_rates = client.learnt_rates();
    remember(store, &client, &account.id).await?;
    steps::reach(Step::PassRemembered);
    Ok(AccountEnd::Passed(Box::new(report)))
}

/// The rates at which an earlier pass over the account was let through.
async fn learnt_rates(store: &Store, account_id: &str) -> Result<LearntRates, StoreError> {
    let account_id = account_id.to_owned();
    let memory = store.run(move |store| store.memory(&account_id)).await?;
    let rates = memory.rates_per_second.into_iter();
    Ok(rates
        .filter_map(|(action, rate)| Some((Action::parse(&action)?, rate)))
        .collect())
}

/// Keeps what the pass learnt for the next one, if it is anything new.
async fn remember(store: &Store, client: &AwsClient, account_id: &str) -> Result<(), StoreError> {
    let rates = client.learnt_rates().into_iter();
    let memory = PassMemory {
        rates_per_second: rates
            .map(|(action, rate)| (action.to_string(), rate))
            .collect(),
        denied: client.denied().iter().map(ToString::to_string).collect(),
    };
    let account_id = account_id.to_owned();
    let remember = move |store: &Store| match store.memory(&account_id)? == memory {
        true => Ok(()),
        false => store.remember(&account_id, &memory),
    };
    store.run(remember).await
}
