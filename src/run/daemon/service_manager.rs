//! What systemd is told, if it asks for that (`NOTIFY_SOCKET`): sd_notify(3).

use std::env;
use std::ffi::OsStr;
use std::future::Future;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::pin::pin;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::interval;

/// How much longer the start may take, each time that it is said.
const EXTENSION_US: u32 = 30_000_000;
/// How often that is said.
const EXTEND_EVERY: Duration = Duration::from_secs(5);

/// How long it has to take a message.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for `work`, which belongs to the start, and has systemd wait as long.
pub async fn while_starting<T>(work: impl Future<Output = T>) -> T {
    let (mut work, mut ticks) = (pin!(work), interval(EXTEND_EVERY));
    loop {
        tokio::select! {
            done = &mut work => return done,
            _ = ticks.tick() => tell(&[NotifyState::ExtendTimeoutUsec(EXTENSION_US)]),
        }
    }
}

/// The start, or a reload, is done.
pub(super) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The configuration is read again. Newer versions of systemd want to know since when.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "no monotonic time for systemd"),
    }
}

/// The end has begun.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// What `systemctl status` shows: a line.
pub(super) fn status(line: &str) {
    tell(&[NotifyState::Status(line)]);
}

/// How long systemd's watchdog waits for [`keep_alive`], if there is one.
pub(super) fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero())
}

/// The daemon's task turns.
pub(super) fn keep_alive() {
    tell(&[NotifyState::Watchdog]);
}

fn tell(states: &[NotifyState<'_>]) {
    let Some(path) = env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    if let Err(error) = send(&path, states) {
        tracing::debug!(%error, "systemd was not told");
    }
}

/// Whoever has the socket may have stopped to read it: once its queue is full, that holds nobody up.
fn send(path: &OsStr, states: &[NotifyState<'_>]) -> io::Result<()> {
    let address = match path.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(path)?,
    };
    let message: String = states.iter().map(|state| format!("{state}\n")).collect();
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.send_to_addr(message.as_bytes(), &address)?;
    Ok(())
}
