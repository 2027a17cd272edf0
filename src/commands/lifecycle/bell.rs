//! The table of desired users rings when somebody changed it.

use std::time::Duration;

use tokio::time::sleep;

use super::settings;
use crate::aws::{AwsClient, AwsError};
use crate::commands::setup;
use crate::config::{Config, DesiredPlace};
use crate::foreign::Shown;
use crate::lifecycle::TableStream;

/// How often the stream is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Changes that follow each other are waited for so long at most.
const GATHER_MAX: u32 = 12;
/// What failed is tried again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What rings.
pub(super) struct Bell {
    /// Whose stream is followed: that of a table.
    of: Option<(AwsClient, String)>,
    stream: Option<TableStream>,
    /// Whether it was said that there is no stream, or why it cannot be read.
    is_said: bool,
    /// Whether a run is owed, since the last one that it rang for failed.
    is_owed: bool,
}

impl Bell {
    /// The bell of the table in `config`; a file never rings.
    pub(super) async fn of(config: &Config) -> anyhow::Result<Self> {
        let settings = settings(config)?;
        let of = match &settings.desired {
            DesiredPlace::File(_) => None,
            DesiredPlace::Table(name) => {
                let aws = settings.credentials(&setup::aws(config)?);
                Some((AwsClient::connect(&aws).await, name.clone()))
            }
        };
        Ok(Self {
            of,
            stream: None,
            is_said: false,
            is_owed: false,
        })
    }

    /// A run that it rang for has failed, or not.
    pub(super) fn answered(&mut self, has_passed: bool) {
        self.is_owed = !has_passed;
    }

    /// Looks for the stream where it is not followed: what changes from now on rings.
    pub(super) async fn listen(&mut self) {
        let Some((client, table)) = self.of.as_ref().filter(|_| self.stream.is_none()) else {
            return;
        };
        match TableStream::find(client.with_own_limits(), table).await {
            Ok(Some(stream)) => {
                tracing::info!(table, "a change of the table begins a run");
                self.stream = Some(stream);
                self.is_said = false;
            }
            Ok(None) if !self.is_said => {
                self.is_said = true;
                tracing::info!(
                    table,
                    "the table has no stream: changes wait for the next run"
                );
            }
            Ok(None) => {}
            Err(error) => self.lose(&error),
        }
    }

    /// Waits until somebody has changed the table, and for what follows at once.
    pub(super) async fn rung(&mut self) {
        if self.is_owed {
            return sleep(AGAIN_AFTER).await;
        }
        let mut looks_left = GATHER_MAX;
        let mut has_rung = false;
        while looks_left > 0 {
            sleep(LOOK_EVERY).await;
            let Some(stream) = &mut self.stream else {
                // Nothing is listened to until the next run.
                return std::future::pending().await;
            };
            match stream.has_changed().await {
                Ok(true) => has_rung = true,
                Ok(false) if has_rung => return,
                Ok(false) => tracing::debug!("nobody has changed the table"),
                Err(error) => {
                    self.lose(&error);
                    // What was on its way may be lost with it.
                    return sleep(AGAIN_AFTER).await;
                }
            }
            looks_left -= u32::from(has_rung);
        }
    }

    fn lose(&mut self, error: &AwsError) {
        self.stream = None;
        if !std::mem::replace(&mut self.is_said, true) {
            let error = Shown::of(error);
            tracing::warn!(%error, "changes of the table wait for the next run");
        }
    }
}
