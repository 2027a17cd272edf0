//! SIGINT and SIGTERM end the work, not the process: what is under way is brought to an end. A
//! second one ends the process. SIGHUP ends nothing: a terminal that closes costs no pass.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::report::ExitStatus;

/// What the end of a pass means.
pub const NOTHING_LOST: &str = "nothing is lost, the next pass goes on from here";

/// A token that the first SIGINT or SIGTERM cancels, which then says what that means; SIGHUP is logged.
pub fn on_signal(means: &'static str) -> io::Result<CancellationToken> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!(
                signal = "SIGHUP",
                "not ended, and the configuration is not read again: this command reads it once"
            );
        }
    });
    end_on_signal(means)
}

/// A token that the first SIGINT or SIGTERM cancels. The second ends the process at once, as if
/// the power were cut: the store is made for that.
pub fn on_end_signal() -> io::Result<CancellationToken> {
    end_on_signal(NOTHING_LOST)
}

fn end_on_signal(means: &'static str) -> io::Result<CancellationToken> {
    let interrupt = signal(SignalKind::interrupt())?;
    let terminate = signal(SignalKind::terminate())?;
    let token = CancellationToken::new();
    tokio::spawn(end(interrupt, terminate, token.clone(), means));
    Ok(token)
}

async fn end(
    mut interrupt: Signal,
    mut terminate: Signal,
    token: CancellationToken,
    means: &'static str,
) {
    let name = next(&mut interrupt, &mut terminate).await;
    tracing::info!(signal = name, "ending: {means}");
    token.cancel();
    let name = next(&mut interrupt, &mut terminate).await;
    tracing::warn!(
        signal = name,
        "ended at once: nothing is lost, what was on its way is sent again by the next pass"
    );
    #[expect(
        clippy::exit,
        reason = "whoever asks twice does not want to wait for anything"
    )]
    std::process::exit(ExitStatus::Interrupted as i32)
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
