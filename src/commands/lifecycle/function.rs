//! `rollcall lifecycle lambda`: the same runs as a function of AWS Lambda, by a schedule and by the
//! stream of the table.

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{run, settings};
use crate::cli::GlobalArgs;
use crate::commands::setup::{self, UsageError};
use crate::commands::{lock, sinks, with_causes};
use crate::config::Config;
use crate::foreign::Shown;
use crate::lifecycle::is_order;
use crate::run::{ExitStatus, send_waiting};

/// What Lambda sets in a function's environment, without which nobody asks for anything.
const OF_LAMBDA: &str = "AWS_LAMBDA_RUNTIME_API";
/// So long before Lambda ends an invocation, no other user is begun.
const MARGIN: Duration = Duration::from_secs(60);
/// How long sinks are waited for behind a run.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);

/// Answers invocations, one at a time, until Lambda ends the process.
pub(super) async fn serve(global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    if std::env::var_os(OF_LAMBDA).is_none() {
        let why = format!("this is for AWS Lambda, which sets {OF_LAMBDA}: use lifecycle run");
        return Err(UsageError(why).into());
    }
    let config = setup::config(global)?;
    settings(&config)?;
    let config = &config;
    let answer = |event: LambdaEvent<Value>| Box::pin(answer(config, event));
    let ended = lambda_runtime::run(service_fn(answer)).await;
    ended.map_err(|error| anyhow!("{}", Shown::of(&error)))?;
    Ok(ExitStatus::Done)
}

/// One invocation: a run, unless nobody changed a desired user. An error has Lambda repeat it, and
/// counts as one where errors are watched.
async fn answer(config: &Config, event: LambdaEvent<Value>) -> Result<Value, Error> {
    if !is_order(&event.payload) {
        tracing::info!("nobody has changed a desired user: nothing to do");
        return Ok(json!({ "exit_code": ExitStatus::Done as u8 }));
    }
    let cancel = CancellationToken::new();
    let left = event.context.deadline().duration_since(SystemTime::now());
    let time = left.unwrap_or_default().saturating_sub(MARGIN);
    let ended = {
        let mut run = std::pin::pin!(run::once(config, &cancel));
        tokio::select! {
            ended = &mut run => ended,
            () = tokio::time::sleep(time) => {
                cancel.cancel();
                run.await
            }
        }
    };
    // What was done is sent whatever became of the rest.
    if let Err(error) = send(config).await {
        let error = with_causes(&error);
        tracing::warn!("events of what was done wait for the next run: {error}");
    }
    match ended {
        Ok(ExitStatus::Done) => Ok(json!({ "exit_code": ExitStatus::Done as u8 })),
        Ok(status) => Err(format!("the run ended with exit code {}", status as u8).into()),
        Err(error) => Err(Shown::of(with_causes(&error)).to_string().into()),
    }
}

/// Sends what waits for the sinks.
async fn send(config: &Config) -> anyhow::Result<()> {
    let agent = setup::agent(config)?;
    let sinks = sinks::ready(config)?;
    let store = lock::open_store(&config.agent.resolved_state_dir()?).await?;
    let cancel = CancellationToken::new();
    let reports = send_waiting(&agent, &store, sinks, DRAIN_TIMEOUT, &cancel).await?;
    for report in reports.iter().filter(|it| !it.is_done()) {
        let (sink, waiting) = (&report.name, report.waiting);
        tracing::warn!(
            sink,
            waiting,
            "not everything is delivered; the rest is kept"
        );
    }
    Ok(())
}
