//! `rollcall collect`.

use super::{dry_run, exposed, lock, setup, sinks};
use crate::cli::{CollectArgs, GlobalArgs};
use crate::observe::{LogFormat, Progress, log_shortfall, log_sinks, print_summary};
use crate::run::{self, CollectOptions, ExitStatus, RunReport};

/// One pass over every account, delivered, with a summary at the end.
pub(super) async fn collect(
    global: &GlobalArgs,
    args: &CollectArgs,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    if args.dry_run {
        return dry_run::dry_run(&config, args).await;
    }
    let cancel = run::on_signal()?;
    let mut agent = setup::agent(&config)?;
    agent.mapping.verifies = args.verify;
    agent.plan.deletions.is_accepted = args.accept_deletions;
    exposed::warn(global, &config);
    let sinks = sinks::ready(&config)?;
    let store = lock::open_store(&config.agent.resolved_state_dir()?).await?;
    let options = CollectOptions {
        accounts: args.accounts.clone(),
        is_full: args.full,
        drain_timeout: args.drain_timeout,
    };
    progress.begin();
    let ended = run::once(&agent, &store, sinks, options, progress, &cancel).await;
    progress.end();
    let report = ended?;
    report_end(&report, global);
    Ok(report.status())
}

fn report_end(report: &RunReport, global: &GlobalArgs) {
    if let Some(error) = &report.refused {
        tracing::error!(%error, "nothing was collected");
    }
    match global.log_format {
        LogFormat::Text if global.quiet => log_shortfall(report),
        LogFormat::Text => print_summary(report),
        // The pass has its own line already.
        LogFormat::Json => {
            log_sinks(report);
            log_shortfall(report);
        }
    }
}
