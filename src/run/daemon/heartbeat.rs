//! That the daemon's own task turns: whoever watches learns it from one place.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::service_manager;

/// How often it beats at most.
const BEAT_EVERY: Duration = Duration::from_secs(5);
/// It beats more than once in the time that a watchdog gives.
const BEATS_PER_WATCHDOG: u32 = 3;

/// A task that was silent for longer does not turn any more.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// When the daemon's task last turned. Copies share it.
#[derive(Debug, Clone)]
pub struct Heartbeat(Arc<Mutex<Instant>>);

impl Default for Heartbeat {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }
}

impl Heartbeat {
    /// How long it was silent, if that is too long.
    pub fn silence(&self) -> Option<Duration> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let silence = last.elapsed();
        (silence > SILENCE_MAX).then_some(silence)
    }

    /// Beats for ever, to systemd's watchdog as well, if there is one. It has to be polled by the
    /// task that it stands for.
    pub(super) async fn beat(&self) -> Infallible {
        let watchdog = service_manager::watchdog();
        let every = watchdog.map_or(BEAT_EVERY, |limit| {
            BEAT_EVERY.min(limit / BEATS_PER_WATCHDOG)
        });
        loop {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            if watchdog.is_some() {
                service_manager::keep_alive();
            }
            sleep(every).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_turns_beats_and_one_that_does_not_ages() {
        let heartbeat = Heartbeat::default();
        let minute = Duration::from_secs(60);
        tokio::select! {
            never = heartbeat.beat() => match never {},
            () = sleep(minute) => assert_eq!(heartbeat.silence(), None),
        }
        sleep(minute).await;
        assert!(heartbeat.silence() >= Some(minute));
    }
}
