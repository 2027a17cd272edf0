//! `rollcall run`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use super::platform::Origin;
use super::{exposed, lock, setup, sinks, with_causes};
use crate::cli::{GlobalArgs, RunArgs};
use crate::config::Config;
use crate::control::ControlServer;
use crate::observe::StatusServer;
use crate::run::{self, ExitStatus, Listeners, Load, Outside, Work};
use crate::store::Store;

/// `run` with its options.
pub(super) async fn started(global: &GlobalArgs, args: &RunArgs) -> anyhow::Result<ExitStatus> {
    let origin = Origin::of(global, args.sekoia_config.clone()).await?;
    run(global, &origin).await
}

/// Passes on schedule until a signal ends it, which is how a daemon is meant to end.
pub(super) async fn run(global: &GlobalArgs, origin: &Origin) -> anyhow::Result<ExitStatus> {
    let hangup = signal(SignalKind::hangup())?;
    let config = origin.config()?;
    let cancel = run::on_end_signal()?;
    // What is wrong with the configuration shows before the state is touched.
    let (agent, sinks) = (setup::agent(&config)?, sinks::ready(&config)?);
    exposed::warn(global, &config);
    let token = config.status.secret().map_err(sinks::unread)?;
    let dir = config.agent.resolved_state_dir()?;
    // First: another daemon that has the state also has the address.
    let store = run::while_starting(lock::open_store(&dir)).await?;
    let status = match config.status.listen {
        Some(address) => {
            let hides_names = config.status.hide_names;
            Some(StatusServer::bind(address, token, hides_names).await?)
        }
        None => None,
    };
    let work = Work {
        agent,
        sinks,
        timetable: config.schedule.timetable(store.installation_id()),
        audit: setup::audit(&config),
        refresh: setup::refresh(&config),
    };
    let outside = Outside {
        listeners: Listeners {
            control: control(&store),
            status,
        },
        hangup,
        load: load_again(
            (global.clone(), origin.clone()),
            &store,
            config.status.listen,
        ),
        cancel,
    };
    run::daemon(&store, work, outside).await?;
    Ok(ExitStatus::Done)
}

/// What a reload does: all that a start does but what the daemon holds already.
fn load_again(
    (global, origin): (GlobalArgs, Origin),
    store: &Store,
    listen: Option<SocketAddr>,
) -> Load {
    let (dir, id) = (store.dir().to_owned(), *store.installation_id());
    let load = move || {
        let config = origin.config()?;
        keeps(&config, &dir, listen)?;
        let work = Work {
            agent: setup::agent(&config)?,
            sinks: sinks::ready(&config)?,
            timetable: config.schedule.timetable(&id),
            audit: setup::audit(&config),
            refresh: setup::refresh(&config),
        };
        exposed::warn(&global, &config);
        Ok(work)
    };
    Arc::new(move || load().map_err(|error: anyhow::Error| with_causes(&error)))
}

/// Whether `config` leaves what the daemon holds: the state in `dir`, and the address `listen`.
fn keeps(config: &Config, dir: &Path, listen: Option<SocketAddr>) -> anyhow::Result<()> {
    let held = |what: &str| {
        let why =
            format!("{what} is another one, which a reload does not change: restart for that");
        Err(setup::UsageError(why).into())
    };
    if config.agent.resolved_state_dir()? != dir {
        return held("agent.state_dir");
    }
    if config.status.listen != listen {
        return held("status.listen");
    }
    Ok(())
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
