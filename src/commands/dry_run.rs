//! `rollcall collect --dry-run`.

use time::OffsetDateTime;

use super::setup;
use crate::cli::CollectArgs;
use crate::collect::{AccountSource, Enumeration};
use crate::config::Config;
use crate::map::Dialect;
use crate::model::PassStamp;
use crate::observe::{Phase, Progress};
use crate::run::{self, AccountError, ExitStatus, Fleet, MappingPlan, Member, incomplete};

/// Events of every account to standard output, one account after the other.
pub(super) async fn dry_run(
    config: &Config,
    args: &CollectArgs,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    progress.begin(Phase::Users);
    let fleet = Fleet::find(&setup::aws(config)?, &args.accounts).await?;
    let mut statuses = Vec::new();
    if let Some(error) = &fleet.failure {
        tracing::error!(%error, "the organization may have more accounts than were listed");
        statuses.push(ExitStatus::Partial);
    }
    let is_alone = fleet.members.len() == 1;
    progress.add_parts("accounts", fleet.members.len());
    for member in &fleet.members {
        let account = member.id.as_deref().unwrap_or_default();
        let ended = of_account(config, &fleet, member, args.verify, progress).await?;
        progress.end_part();
        match ended {
            Ok(status) => statuses.push(status),
            Err(error) if is_alone => return Err(error.into()),
            Err(error) => {
                tracing::error!(account, %error, "the account was not collected");
                statuses.push(error.status());
            }
        }
    }
    let all = |status| statuses.iter().all(|&it| it == status);
    Ok(if all(ExitStatus::Done) {
        ExitStatus::Done
    } else if all(ExitStatus::AwsRefused) {
        ExitStatus::AwsRefused
    } else {
        ExitStatus::Partial
    })
}

/// Events of one account. The outer error is that of standard output.
async fn of_account(
    config: &Config,
    fleet: &Fleet,
    member: &Member,
    verifies: bool,
    progress: &Progress,
) -> std::io::Result<Result<ExitStatus, AccountError>> {
    let (client, mut account) = match fleet.session(member).await {
        Ok(session) => session,
        Err(error) => return Ok(Err(error)),
    };
    if account.name.is_none() {
        account.name = client.account_alias().await.unwrap_or_default();
    }
    let dialect = config
        .sinks
        .first()
        .map_or(Dialect::Ocsf, |sink| sink.dialect);
    let stamp = PassStamp::new(OffsetDateTime::now_utc());
    let mapping = MappingPlan {
        verifies,
        ..setup::mapping(&config.mapping)
    };
    let source = AccountSource::new(client, &config.aws, &account);
    let source = source
        .counting_users(progress.total())
        .with_policies(mapping.needs_policies([dialect]))
        .with_service_control(fleet.service_control(&mapping));
    let printed = run::print_events(
        &source,
        |_| account.clone(),
        |_| None,
        &mapping,
        dialect,
        stamp,
        progress,
    )
    .await?;
    let id = account.id.as_str();
    for ((fact, why), users) in &printed.unknown_facts {
        tracing::warn!(account = id, fact, %why, users, "a fact is unknown");
    }
    let Enumeration {
        users,
        failure,
        completeness,
        ..
    } = printed.ended;
    let why = incomplete(failure.as_ref(), Some(&completeness));
    if let (0, Some(error)) = (users, failure) {
        return Ok(Err(error.into()));
    }
    if let Some(why) = &why {
        tracing::error!(account = id, users, why, "not every user was collected");
    }
    Ok(Ok(
        match why.is_none() && printed.unknown_facts.is_empty() {
            true => ExitStatus::Done,
            false => ExitStatus::Partial,
        },
    ))
}
