//! `rollcall run`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::signal::unix::{SignalKind, signal};

use super::platform::{self, Origin};
use super::{exposed, lock, setup, sinks, with_causes};
use crate::cli::{GlobalArgs, RunArgs};
use crate::config::Config;
use crate::control::ControlServer;
use crate::observe::{PlatformPort, Progress, StatusError, StatusServer};
use crate::run::{self, ExitStatus, Listeners, Load, Outside, Work};
use crate::sekoia::Ports;
use crate::store::Store;

/// `run` with its options.
pub(super) async fn started(
    global: &GlobalArgs,
    args: &RunArgs,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    match &args.sekoia_config {
        Some(dir) => platform::connector(global, dir.clone()).await,
        None => run(global, &Origin::Own(global.clone()), progress).await,
    }
}

/// Passes on schedule until a signal ends it, which is how a daemon is meant to end.
pub(super) async fn run(
    global: &GlobalArgs,
    origin: &Origin,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
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
    let held = Held {
        listen: config.status.listen,
        ports: origin.ports()?,
    };
    let status = held.bind(token, config.status.hide_names).await?;
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
        load: load_again((global.clone(), origin.clone()), &store, held),
        cancel,
        shown: sinks::unless_between(progress, &config),
    };
    run::daemon(&store, work, outside).await?;
    Ok(ExitStatus::Done)
}

/// What a reload does: all that a start does but what the daemon holds already.
fn load_again((global, origin): (GlobalArgs, Origin), store: &Store, held: Held) -> Load {
    let (dir, id) = (store.dir().to_owned(), *store.installation_id());
    let load = move || {
        let config = origin.config()?;
        held.is_kept_by(&config, &dir, origin.ports()?)?;
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

/// The addresses that a daemon holds as long as it runs.
#[derive(Clone, Copy)]
struct Held {
    listen: Option<SocketAddr>,
    ports: Option<Ports>,
}

impl Held {
    async fn bind(
        &self,
        token: Option<SecretString>,
        hides_names: bool,
    ) -> Result<Vec<StatusServer>, StatusError> {
        let mut servers = Vec::new();
        if let Some(address) = self.listen {
            servers.push(StatusServer::bind(address, token, hides_names).await?);
        }
        if let Some(Ports { liveness, metrics }) = self.ports {
            for (port, number) in [
                (PlatformPort::Liveness, liveness),
                (PlatformPort::Metrics, metrics),
            ] {
                servers.push(StatusServer::bind_platform(port, number).await?);
            }
        }
        Ok(servers)
    }

    /// Whether `config` leaves what the daemon holds: these, and the state in `dir`.
    fn is_kept_by(&self, config: &Config, dir: &Path, ports: Option<Ports>) -> anyhow::Result<()> {
        let changed = if config.agent.resolved_state_dir()? != dir {
            "agent.state_dir"
        } else if config.status.listen != self.listen {
            "status.listen"
        } else if ports != self.ports {
            "liveness_port or metrics_port"
        } else {
            return Ok(());
        };
        let why =
            format!("{changed} is another one, which a reload does not change: restart for that");
        Err(setup::UsageError(why).into())
    }
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
