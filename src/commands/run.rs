//! `rollcall run`.

use super::{setup, sinks};
use crate::cli::GlobalArgs;
use crate::observe::StatusServer;
use crate::run::{self, ExitStatus};

/// Passes on schedule until a signal ends it, which is how a daemon is meant to end.
pub(super) async fn run(global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let cancel = run::on_signal()?;
    let agent = setup::agent(&config)?;
    let sinks = sinks::ready(&config)?;
    let status = match config.status.listen {
        Some(address) => Some(StatusServer::bind(address).await?),
        None => None,
    };
    let store = setup::open_store(&config.agent.resolved_state_dir()?).await?;
    run::daemon(
        &agent,
        &store,
        sinks,
        config.schedule.every,
        status,
        &cancel,
    )
    .await?;
    Ok(ExitStatus::Done)
}
