//! `rollcall status`: from a running daemon, else from the store.

use std::net::SocketAddr;
use std::path::Path;

use super::{setup, sinks, stored};
use crate::cli::{GlobalArgs, OutputFormat, StatusArgs};
use crate::config::Config;
use crate::control::{self, Query, Request};
use crate::observe::{self, AskError, StatusReport};
use crate::output;
use crate::run::ExitStatus;
use crate::store::StoreError;

/// Shows how accounts and sinks are doing.
pub(super) async fn status(global: &GlobalArgs, args: &StatusArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    if args.check {
        return check(&config).await;
    }
    let request = Request {
        query: Query::Status,
        output: args.output,
        width: output::width(),
    };
    let dir = config.agent.resolved_state_dir()?;
    let page = match (control::ask(&dir, &request).await?, config.status.listen) {
        (Some(answer), _) => answer.stdout,
        // A daemon whose state is elsewhere, or that could not make its socket.
        (None, Some(address)) => match report_at(address, &config).await? {
            Ok(report) => control::status_page(&report, &request),
            Err(unasked) => match stored::ask(&config, request).await {
                // Somebody holds the state who does not answer: that is the news.
                Err(error) if is_locked(&error) => return Err(unasked.into()),
                answer => {
                    warn_of(&unasked, &dir);
                    answer?.stdout
                }
            },
        },
        (None, None) => stored::ask(&config, request).await?.stdout,
    };
    output::write(&page)?;
    Ok(ExitStatus::Done)
}

/// Whether a daemon runs and is ready. The state is not opened: a daemon may be about to.
async fn check(config: &Config) -> anyhow::Result<ExitStatus> {
    let request = Request {
        query: Query::Ready,
        output: OutputFormat::Table,
        width: output::width(),
    };
    let dir = config.agent.resolved_state_dir()?;
    let answer = match (control::ask(&dir, &request).await?, config.status.listen) {
        (Some(answer), _) => answer,
        (None, Some(address)) => match observe::ask_readiness(reachable(address)).await {
            Ok(why_not) => control::readiness(why_not.as_deref()),
            Err(error) => control::readiness(Some(&error.to_string())),
        },
        (None, None) => {
            let why = format!("no rollcall run holds the state in {}", dir.display());
            control::readiness(Some(&why))
        }
    };
    output::write(&answer.stdout)?;
    Ok(answer.status)
}

/// The status of the daemon that listens at `address`, as `config` names it.
async fn report_at(
    address: SocketAddr,
    config: &Config,
) -> anyhow::Result<Result<StatusReport, AskError>> {
    let token = config.status.secret().map_err(sinks::unread)?;
    Ok(StatusReport::ask(reachable(address), token.as_ref()).await)
}

/// Says that what is shown is the state of this command's own, where somebody listens at the
/// daemon's address and tells no status.
fn warn_of(unasked: &AskError, dir: &Path) {
    if !unasked.is_nobody {
        tracing::warn!(
            address = %unasked.address, error = %unasked.why, state = %dir.display(),
            "what listens at status.listen told no status: what follows is read from the state, \
             and not from a daemon; is it a rollcall, and of this version?"
        );
    }
}

fn is_locked(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Locked(_)))
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
