//! What keeps failing, and is tried again.

use std::time::Duration;

use tokio::time::sleep;

use crate::backoff::Backoff;
use crate::foreign::Shown;

/// What fails is tried again after so long, and later.
const PAUSE_FIRST: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(5 * 60);

/// What keeps failing: said once, and again when it is another thing.
pub(in crate::run) struct Trouble {
    backoff: Backoff,
    said: Option<Shown>,
}

impl Default for Trouble {
    fn default() -> Self {
        Self {
            backoff: Backoff::new(PAUSE_FIRST, PAUSE_MAX),
            said: None,
        }
    }
}

impl Trouble {
    /// Waits after `error`, a while longer each time.
    pub(in crate::run) async fn pause(&mut self, what: &str, error: &impl std::error::Error) {
        let error = Shown::of(error);
        if self.said.as_ref() != Some(&error) {
            tracing::error!(what, %error, "records cannot be read from there; trying again, nothing is lost");
            self.said = Some(error);
        }
        sleep(self.backoff.next()).await;
    }

    pub(in crate::run) fn is_over(&mut self, what: &str) {
        self.backoff.reset();
        if self.said.take().is_some() {
            tracing::info!(what, "records are read from there again");
        }
    }
}
