//! `rollcall collect`.

use anyhow::Context;

use super::collect_document::document;
use super::metrics_file::MetricsFile;
use super::setup::UsageError;
use super::{dry_run, exposed, lock, setup, sinks};
use crate::cli::{CollectArgs, GlobalArgs, OutputFormat};
use crate::config::Config;
use crate::foreign::Page;
use crate::observe::{LogForm, Phase, Progress, log_shortfall, log_sinks, print_summary};
use crate::output;
use crate::run::{self, CollectOptions, ExitStatus, RunReport};

/// One pass over every account, delivered, with a summary at the end.
pub(super) async fn collect(
    global: &GlobalArgs,
    args: &CollectArgs,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    if args.dry_run {
        return dry_run::dry_run(&config, args, progress).await;
    }
    if args.output == OutputFormat::Json {
        check_standard_output(&config)?;
    }
    let file = args.metrics_file.as_deref().map(MetricsFile::begin);
    let file = file.transpose()?;
    let cancel = run::on_signal(run::NOTHING_LOST)?;
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
    let progress = sinks::unless_between(progress, &config);
    progress.begin(Phase::Users);
    let ended = run::once(&agent, &store, sinks, options, &progress, &cancel).await;
    progress.end();
    let report = ended?;
    report_end(&report, global, args.output)?;
    if let Some(file) = file {
        let text = agent.metrics.text_of_pass(&store, &agent.receivers)?;
        file.finish(&text).context("cannot write --metrics-file")?;
    }
    Ok(report.status())
}

/// Events and a document would be mixed on standard output.
fn check_standard_output(config: &Config) -> Result<(), UsageError> {
    match sinks::of_standard_output(config) {
        Some(sink) => Err(UsageError(format!(
            "--output json: sink {:?} writes its events to standard output; give it a `path`",
            sink.name
        ))),
        None => Ok(()),
    }
}

fn report_end(
    report: &RunReport,
    global: &GlobalArgs,
    format: OutputFormat,
) -> std::io::Result<()> {
    if let Some(error) = &report.refused {
        tracing::error!(%error, "nothing was collected");
    }
    match global.log_format.resolved() {
        // The pass has its own line already.
        LogForm::Json => {
            log_sinks(report);
            log_shortfall(report);
        }
        LogForm::Text if global.quiet || format == OutputFormat::Json => log_shortfall(report),
        LogForm::Text => print_summary(report),
    }
    if format == OutputFormat::Json {
        output::write(&Page::json(&format!("{}\n", document(report))))?;
    }
    Ok(())
}
