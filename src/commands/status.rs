//! `rollcall status`: from a running daemon, else from the store.

use std::net::SocketAddr;

use time::OffsetDateTime;

use super::setup;
use crate::cli::{GlobalArgs, OutputFormat, StatusArgs};
use crate::config::{Config, StatusSettings};
use crate::observe::StatusReport;
use crate::output;
use crate::run::ExitStatus;
use crate::store::{Store, StoreError};

/// Shows how accounts and sinks are doing.
pub(super) async fn status(global: &GlobalArgs, args: &StatusArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let report = match setup::look(global).await {
        Err(error) if is_locked(&error) => from_daemon(&config).await?,
        opened => from_store(&config, opened?).await?,
    };
    let text = match args.output {
        OutputFormat::Table => report.table(),
        OutputFormat::Json => format!("{}\n", serde_json::to_string(&report)?),
    };
    output::write(text.as_bytes())?;
    Ok(ExitStatus::Done)
}

fn is_locked(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Locked(_)))
}

async fn from_store(config: &Config, store: Option<Store>) -> anyhow::Result<StatusReport> {
    let sinks: Vec<String> = config.sinks.iter().map(|sink| sink.name.clone()).collect();
    let now = OffsetDateTime::now_utc();
    let Some(store) = store else {
        return Ok(StatusReport::of_nothing(&sinks, now));
    };
    Ok(store
        .run(move |store| StatusReport::of(store, &sinks, now))
        .await?)
}

async fn from_daemon(config: &Config) -> anyhow::Result<StatusReport> {
    let StatusSettings { listen } = config.status;
    let Some(address) = listen else {
        return Err(setup::UsageError(
            "another rollcall has the state, and status.listen is not set: set it, restart the \
             daemon, and its status can be asked for"
                .to_owned(),
        )
        .into());
    };
    Ok(StatusReport::ask(reachable(address)).await?)
}

/// Where to connect to for a server that listens everywhere.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}
