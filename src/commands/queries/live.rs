//! Answers from AWS, account by account, at the rates that earlier passes learnt.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use time::OffsetDateTime;

use crate::aws::{Action, AwsClient, LearntRates};
use crate::cli::OutputFormat;
use crate::commands::{setup, stored};
use crate::config::Config;
use crate::control::{Query, Request};
use crate::model::Account;
use crate::queries::{Accounts, AnswerSource, HeadOf};
use crate::run::{AccountError, ExitStatus, Fleet};
use crate::table::Width;

/// What accounts answered.
pub(super) struct Asked<T> {
    pub(super) answers: Vec<(HeadOf, T)>,
    /// The exit codes of accounts that did not answer, and of an organization that may have more.
    pub(super) failures: Vec<ExitStatus>,
}

/// The rates of an account, as the state has them.
#[derive(Debug, Deserialize)]
struct KeptRates {
    id: String,
    rates_per_second: BTreeMap<String, f64>,
}

/// Asks each account of the ids `only`, or all of them if that is empty. An error of an account that
/// is alone is returned; else it is logged.
pub(super) async fn ask<T>(
    config: &Config,
    only: &[String],
    question: impl AsyncFn(AwsClient, Arc<Account>, &Fleet) -> Result<T, AccountError>,
) -> anyhow::Result<Asked<T>> {
    let (fleet, rates) = tokio::join!(
        Box::pin(async { Ok::<_, anyhow::Error>(Fleet::find(&setup::aws(config)?, only).await?) }),
        Box::pin(learnt_rates(config)),
    );
    let fleet = fleet?;
    let mut failures = Vec::new();
    if let Some(error) = &fleet.failure {
        tracing::error!(%error, "the organization may have more accounts than were listed");
        failures.push(ExitStatus::Partial);
    }
    let is_alone = fleet.members.len() == 1;
    let answer = async |member| {
        let (client, mut account) = fleet.session(member).await?;
        if let Some(rates) = rates.get(&account.id) {
            client.adopt_rates(rates);
        }
        account.name.clone_from(&member.name);
        let head = HeadOf {
            account: Arc::new(account),
            as_of: OffsetDateTime::now_utc(),
        };
        let answer = question(client, Arc::clone(&head.account), &fleet).await?;
        Ok((head, answer))
    };
    let in_flight = config.aws.accounts_in_flight.get();
    let answers = stream::iter(&fleet.members).map(async |member| (member, answer(member).await));
    let mut asked = std::pin::pin!(answers.buffered(in_flight));
    let mut answers = Vec::new();
    while let Some((member, answer)) = asked.next().await {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(error) if is_alone => return Err(AccountError::into(error)),
            Err(error) => {
                let account = member.id.as_deref().unwrap_or_default();
                tracing::error!(account, %error, "the account did not answer");
                failures.push(error.status());
            }
        }
    }
    Ok(Asked { answers, failures })
}

impl<T> Asked<T> {
    /// The accounts that answered, and what they said.
    pub(super) fn split(self) -> (Accounts, Vec<T>, Option<ExitStatus>) {
        let failure = match (self.answers.is_empty(), self.failures.as_slice()) {
            (_, []) => None,
            (true, all) if all.iter().all(|it| *it == ExitStatus::AwsRefused) => {
                Some(ExitStatus::AwsRefused)
            }
            _ => Some(ExitStatus::Partial),
        };
        let (heads, answers) = self.answers.into_iter().unzip();
        let source = AnswerSource::Live;
        (Accounts { source, heads }, answers, failure)
    }
}

/// The rates at which earlier passes were let through, by account. A state that cannot be asked at
/// once holds up no question.
async fn learnt_rates(config: &Config) -> BTreeMap<String, LearntRates> {
    let request = Request {
        query: Query::Accounts,
        output: OutputFormat::Json,
        width: Width::Pipe,
    };
    let answer = stored::ask_within(config, request, Duration::ZERO).await;
    let kept: anyhow::Result<Vec<KeptRates>> =
        answer.and_then(|answer| Ok(serde_json::from_str(answer.stdout.as_str())?));
    let kept = kept.unwrap_or_else(|error| {
        tracing::debug!(%error, "the rates that earlier passes learnt are not known");
        Vec::new()
    });
    let kept = kept.into_iter().map(|account| {
        let rates = account.rates_per_second.into_iter();
        let rates = rates.filter_map(|(action, rate)| Some((Action::parse(&action)?, rate)));
        (account.id, rates.collect())
    });
    kept.collect()
}
