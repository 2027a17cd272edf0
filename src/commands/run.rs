//! `rollcall run`.

use super::platform::Origin;
use super::{exposed, lock, setup, sinks};
use crate::cli::{GlobalArgs, RunArgs};
use crate::control::ControlServer;
use crate::observe::StatusServer;
use crate::run::{self, ExitStatus, Listeners};
use crate::store::Store;

/// `run` with its options.
pub(super) async fn started(global: &GlobalArgs, args: &RunArgs) -> anyhow::Result<ExitStatus> {
    let origin = Origin::of(global, args.sekoia_config.clone()).await?;
    run(global, &origin).await
}

/// Passes on schedule until a signal ends it, which is how a daemon is meant to end.
pub(super) async fn run(global: &GlobalArgs, origin: &Origin) -> anyhow::Result<ExitStatus> {
    let config = origin.config()?;
    let cancel = run::on_signal()?;
    let agent = setup::agent(&config)?;
    exposed::warn(global, &config);
    let sinks = sinks::ready(&config)?;
    // First: another daemon that has the state also has the address.
    let store = lock::open_store(&config.agent.resolved_state_dir()?).await?;
    let status = match config.status.listen {
        Some(address) => Some(StatusServer::bind(address).await?),
        None => None,
    };
    let listeners = Listeners {
        control: control(&store),
        status,
    };
    run::daemon(
        &agent,
        &store,
        sinks,
        config.schedule.timetable(store.installation_id()),
        listeners,
        &cancel,
    )
    .await?;
    Ok(ExitStatus::Done)
}

/// The socket that other commands ask; without it, the daemon does its work all the same.
fn control(store: &Store) -> Option<ControlServer> {
    let bound = ControlServer::bind(store.dir());
    bound
        .inspect_err(|error| {
            let dir = store.dir().display();
            tracing::warn!(
                %error, %dir,
                "no control socket in the state directory: other commands end with exit code 6 \
                 while this runs"
            );
        })
        .ok()
}
