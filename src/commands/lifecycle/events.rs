//! What was done, for the sinks.

use time::OffsetDateTime;

use crate::commands::{lock, setup};
use crate::config::Config;
use crate::lifecycle::Executor;
use crate::run::stage_deeds;
use crate::steps::{self, Step};
use crate::store::Store;

/// Gives the events of what was done to the outbox of every sink of strict events, from which the
/// next pass, or a daemon, sends them. While another process has the state, they are kept.
pub(super) async fn hand_over(config: &Config, executor: &Executor) -> anyhow::Result<()> {
    let events = executor.intents().recorded()?;
    if events.is_empty() {
        return Ok(());
    }
    let count = events.len();
    let receivers = setup::receivers(config);
    let account = executor.caller().account.id.clone();
    let store = match lock::open_store(&config.agent.resolved_state_dir()?).await {
        Ok(store) => store,
        Err(error) => {
            tracing::warn!(
                "{count} events of what was done are kept until the next pass, which another \
                 process makes: {error}"
            );
            return Ok(());
        }
    };
    let stage = move |store: &Store| {
        let ids: Vec<String> = receivers.iter().map(|it| it.id.clone()).collect();
        store.adopt_receivers(&ids, OffsetDateTime::now_utc())?;
        stage_deeds(store, &account, &receivers, &events)
    };
    store.run(stage).await?;
    steps::reach(Step::DeedsStaged);
    executor.intents().forget_recorded()?;
    Ok(())
}
