//! `rollcall lifecycle plan`.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::{settings, table};
use crate::aws::AwsClient;
use crate::cli::{GlobalArgs, LifecyclePlanArgs, OutputFormat};
use crate::commands::policy::pretty;
use crate::commands::setup::{self, UsageError};
use crate::config::Config;
use crate::foreign::Shown;
use crate::lifecycle::{self, ActionError, Intents, PlanFile};
use crate::output;
use crate::run::{AccountError, ExitStatus};

/// Shows what would be done, and writes it to a file if one is named. Reads only.
pub(super) async fn plan(
    global: &GlobalArgs,
    args: &LifecyclePlanArgs,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let plan = make(&config, args.force.iter().cloned().collect()).await?;
    if let Some(key) = plan.not_forced() {
        let key = Shown::of(key);
        let why = format!(
            "--force {key}: no old key of that id waits only because it is used, so nothing is \
             planned: rollcall lifecycle plan without it says what is held back"
        );
        return Err(UsageError(why).into());
    }
    if let Some(path) = &args.out {
        plan.write(path)?;
    }
    let text = match args.output {
        OutputFormat::Table => table::text(&plan, output::width()),
        OutputFormat::Json => pretty(&plan)?,
    };
    output::write(&args.output.page(&text))?;
    Ok(ExitStatus::Done)
}

/// Reads what is desired and what there is, and plans, with the keys `forced`.
pub(super) async fn make(config: &Config, forced: BTreeSet<String>) -> anyhow::Result<PlanFile> {
    let settings = settings(config)?;
    let aws = settings.credentials(&setup::aws(config)?);
    let client = AwsClient::connect(&aws).await;
    let desired = Box::pin(lifecycle::read_desired(&client, settings)).await?;
    let observed = Box::pin(lifecycle::observe(&client, &aws, settings)).await;
    let observed = observed.map_err(|error| match error {
        ActionError::Aws(error) => AccountError::from(error).into(),
        error => anyhow::Error::from(error),
    })?;
    let state_dir = config.agent.resolved_state_dir()?;
    let begun = Intents::look(&state_dir, &observed.account.id).map_err(ActionError::from)?;
    let now = OffsetDateTime::now_utc();
    let plan = lifecycle::plan(&desired, &observed, settings, &forced, now);
    Ok(PlanFile::of(plan, &desired, &observed, begun, forced, now))
}
