//! SIGINT and SIGTERM end the work, not the process: what is under way is brought to an end.
//! SIGHUP ends nothing: a terminal that closes, or a reload, costs no pass.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first SIGINT or SIGTERM cancels.
pub fn on_signal() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        let name = loop {
            tokio::select! {
                _ = interrupt.recv() => break "SIGINT",
                _ = terminate.recv() => break "SIGTERM",
                _ = hangup.recv() => tracing::info!(
                    signal = "SIGHUP",
                    "not ended, and the configuration is not read again: restart for that"
                ),
            }
        };
        tracing::info!(
            signal = name,
            "ending: nothing is lost, the next pass goes on from here"
        );
        cancelled.cancel();
    });
    Ok(token)
}
