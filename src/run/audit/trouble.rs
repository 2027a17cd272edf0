//! What keeps failing, and is tried again.

use std::time::Duration;

use tokio::time::sleep;

use crate::backoff::Backoff;
use crate::foreign::Shown;
use crate::metrics::Metrics;

/// What fails is tried again after so long, and later.
const PAUSE_FIRST: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(5 * 60);

/// What may fail.
#[derive(Debug, Clone, Copy)]
pub(in crate::run) enum Work {
    /// Finding out which accounts there are.
    Accounts,
    /// Reading records of CloudTrail.
    Records,
    /// Receiving from the queue.
    Queue,
    /// Reading users again.
    Refresh,
}

/// What keeps failing at a place: said once, and again when it is another thing. Metrics and the status
/// tell it as long as it does.
pub(in crate::run) struct Trouble {
    work: Work,
    place: String,
    metrics: Metrics,
    backoff: Backoff,
    said: Option<Shown>,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Records => "records",
            Self::Queue => "queue",
            Self::Refresh => "refresh",
        }
    }

    /// What is wrong, in words that the place follows.
    fn failing(self) -> &'static str {
        match self {
            Self::Accounts => "it is not known which accounts are to be followed",
            Self::Records => "records of CloudTrail cannot be read in",
            Self::Queue => "messages cannot be received from",
            Self::Refresh => "users who changed cannot be read again in",
        }
    }
}

impl Trouble {
    /// Nothing fails yet.
    pub(in crate::run) fn new(work: Work, place: &str, metrics: &Metrics) -> Self {
        Self {
            work,
            place: place.to_owned(),
            metrics: metrics.clone(),
            backoff: Backoff::new(PAUSE_FIRST, PAUSE_MAX),
            said: None,
        }
    }

    /// Takes note of `error`; how long to wait then, a while longer each time.
    pub(in crate::run) fn note(&mut self, error: &impl std::error::Error) -> Duration {
        let error = Shown::of(error);
        let (work, place) = (self.work.name(), self.place.as_str());
        self.metrics
            .audit()
            .fails(work, self.work.failing(), place, &error);
        if self.said.as_ref() != Some(&error) {
            match self.work {
                Work::Refresh => tracing::error!(
                    account = place, %error,
                    "users who changed cannot be read again; trying again, nothing is lost"
                ),
                _ => tracing::error!(
                    what = format!("{work} {place}").trim_end(), %error,
                    "records cannot be read from there; trying again, nothing is lost"
                ),
            }
            self.said = Some(error);
        }
        self.backoff.next()
    }

    /// Waits after `error`.
    pub(in crate::run) async fn pause(&mut self, error: &impl std::error::Error) {
        sleep(self.note(error)).await;
    }

    pub(in crate::run) fn is_over(&mut self) {
        self.backoff.reset();
        if self.said.take().is_none() {
            return;
        }
        let (work, place) = (self.work.name(), self.place.as_str());
        self.metrics.audit().works(work, place);
        match self.work {
            Work::Refresh => tracing::info!(account = place, "users who changed are read again"),
            _ => tracing::info!(
                what = format!("{work} {place}").trim_end(),
                "records are read from there again"
            ),
        }
    }
}

/// What is not done any more does not fail.
impl Drop for Trouble {
    fn drop(&mut self) {
        if self.said.is_some() {
            self.metrics.audit().works(self.work.name(), &self.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_told_by_metrics_until_it_is_over_or_given_up() {
        let metrics = Metrics::new().unwrap();
        let failing = || {
            let failing = metrics.audit().failing().into_iter();
            failing.map(|it| it.place).collect::<Vec<_>>()
        };
        let mut trouble = Trouble::new(Work::Queue, "here", &metrics);
        assert_eq!(failing(), [""; 0]);
        trouble.note(&std::fmt::Error);
        assert_eq!(failing(), ["here"]);
        trouble.is_over();
        assert_eq!(failing(), [""; 0]);
        trouble.note(&std::fmt::Error);
        drop(trouble);
        assert_eq!(failing(), [""; 0]);
    }
}
