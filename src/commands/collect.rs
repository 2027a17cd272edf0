//! `rollcall collect`.

use time::OffsetDateTime;

use super::{setup, sinks};
use crate::aws::AwsClient;
use crate::cli::{CollectArgs, GlobalArgs};
use crate::collect::{AccountSource, Enumeration};
use crate::config::Config;
use crate::model::PassStamp;
use crate::observe::{LogFormat, Progress, incomplete, log_sinks, summarize};
use crate::run::{self, CollectOptions, ExitStatus, RunReport};

/// One pass over the account, delivered, with a summary at the end.
pub(super) async fn collect(
    global: &GlobalArgs,
    args: &CollectArgs,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    if args.dry_run {
        return dry_run(&config).await;
    }
    let cancel = run::on_signal()?;
    let sinks = sinks::ready(&config.sinks)?;
    let store = setup::open_store(&config.agent.resolved_state_dir()?).await?;
    let options = CollectOptions {
        is_full: args.full,
        drain_timeout: args.drain_timeout,
    };
    let mut agent = setup::agent(&config);
    agent.plan.deletions.is_accepted = args.accept_deletions;
    progress.begin();
    let ended = run::once(&agent, &store, sinks, options, progress, &cancel).await;
    progress.end();
    let report = ended?;
    tell(&report, global.log_format);
    Ok(report.status())
}

#[expect(
    clippy::print_stderr,
    reason = "the summary is for the person who ran the command"
)]
fn tell(report: &RunReport, format: LogFormat) {
    if let Some(error) = &report.refused {
        tracing::error!(%error, "nothing was collected");
    }
    match format {
        LogFormat::Text => eprint!("{}", summarize(report)),
        // The pass has its own line already.
        LogFormat::Json => log_sinks(report),
    }
}

async fn dry_run(config: &Config) -> anyhow::Result<ExitStatus> {
    let client = AwsClient::connect(&config.aws).await;
    let account = client.account().await?;
    let source = AccountSource::new(client, config.aws.clone());
    let dialect = config
        .sinks
        .first()
        .map_or(crate::map::Dialect::Ocsf, |sink| sink.dialect);
    let stamp = PassStamp::new(OffsetDateTime::now_utc());
    let mapping = setup::mapping(&config.mapping);
    let printed = run::print_events(&source, |_| account.clone(), &mapping, dialect, stamp).await?;
    for ((fact, why), users) in &printed.unknown_facts {
        tracing::warn!(fact, %why, users, "a fact is unknown");
    }
    let Enumeration {
        users,
        failure,
        completeness,
        ..
    } = printed.ended;
    let why = incomplete(failure.as_ref(), Some(&completeness));
    if let (0, Some(error)) = (users, failure) {
        return Err(error.into());
    }
    if let Some(why) = &why {
        tracing::error!(users, why, "not every user was collected");
    }
    Ok(if why.is_none() && printed.unknown_facts.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Partial
    })
}
