//! `rollcall status`: from a running daemon, else from the store.

use std::net::SocketAddr;

use time::OffsetDateTime;

use super::setup;
use crate::cli::{GlobalArgs, OutputFormat, StatusArgs};
use crate::config::Config;
use crate::observe::{AskError, StatusReport};
use crate::output;
use crate::run::ExitStatus;
use crate::store::StoreError;

/// Shows how accounts and sinks are doing.
pub(super) async fn status(global: &GlobalArgs, args: &StatusArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let report = match asked(&config).await {
        Some(Ok(report)) => report,
        Some(Err(error)) => match read(global, &config).await {
            // Somebody has the state who does not answer: that is the news.
            Err(locked) if is_locked(&locked) => return Err(error.into()),
            report => report?,
        },
        None => read(global, &config).await.map_err(explained)?,
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

/// What the daemon tells, if it has an address.
async fn asked(config: &Config) -> Option<Result<StatusReport, AskError>> {
    let address = reachable(config.status.listen?);
    Some(StatusReport::ask(address).await)
}

/// What the store tells.
async fn read(global: &GlobalArgs, config: &Config) -> anyhow::Result<StatusReport> {
    let sinks: Vec<String> = config.sinks.iter().map(|sink| sink.name.clone()).collect();
    let now = OffsetDateTime::now_utc();
    let Some(store) = setup::look(global).await? else {
        return Ok(StatusReport::of_nothing(&sinks, now));
    };
    Ok(store
        .run(move |store| StatusReport::of(store, &sinks, now))
        .await?)
}

/// Without an address, a daemon that has the state cannot be asked.
fn explained(error: anyhow::Error) -> anyhow::Error {
    if !is_locked(&error) {
        return error;
    }
    let why = "another rollcall has the state, and status.listen is not set: set it, restart the \
               daemon, and its status can be asked for";
    setup::UsageError(why.to_owned()).into()
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
