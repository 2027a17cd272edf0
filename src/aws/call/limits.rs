//! What the calls of one client share: their gates, what was given up, and their counts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::given_up::GivenUp;
use super::page_sizes::PageSizes;
use super::retry_log::RetryLog;
use super::throttle::{Ceilings, Throttle};
use crate::aws::{Action, AwsErrorClass};
use crate::config::AwsSettings;

/// Calls sent, by action, retries included.
pub type CallCounts = BTreeMap<Action, u64>;
/// Calls that were answered or given up, by action and by the class of the error; `None` is none.
pub type CallOutcomes = BTreeMap<(Action, Option<AwsErrorClass>), u64>;

/// The limits and counts of one account, for one pass.
#[derive(Debug)]
pub(in crate::aws) struct Limits {
    pub(in crate::aws) throttle: Arc<Throttle>,
    pub(in crate::aws) given_up: GivenUp,
    pub(in crate::aws) page_sizes: PageSizes,
    pub(super) retry_log: RetryLog,
    calls: Mutex<CallCounts>,
    outcomes: Mutex<CallOutcomes>,
    /// When AWS last answered any call.
    answered_at: Mutex<Option<Instant>>,
}

impl Limits {
    pub(in crate::aws) fn new(settings: &AwsSettings) -> Self {
        let ceilings = Ceilings {
            requests: settings.requests_per_second,
            assume_role: settings.assume_role_per_second,
        };
        Self::over(Arc::new(Throttle::new(ceilings)))
    }

    /// The same gates; of nothing else anything is known.
    pub(in crate::aws) fn with_same_gates(&self) -> Self {
        Self::over(Arc::clone(&self.throttle))
    }

    fn over(throttle: Arc<Throttle>) -> Self {
        Self {
            throttle,
            given_up: GivenUp::new(),
            page_sizes: PageSizes::default(),
            retry_log: RetryLog::default(),
            calls: Mutex::default(),
            outcomes: Mutex::default(),
            answered_at: Mutex::default(),
        }
    }

    pub(super) fn count(&self, action: Action) {
        *self.counted().entry(action).or_default() += 1;
    }

    /// A call of `action` ended with an error of this class, or without one.
    pub(super) fn note_outcome(&self, action: Action, error: Option<AwsErrorClass>) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        *outcomes.entry((action, error)).or_default() += 1;
    }

    /// What became of the calls so far.
    pub(in crate::aws) fn outcomes(&self) -> CallOutcomes {
        let outcomes = self.outcomes.lock();
        outcomes.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// AWS answered a call.
    pub(super) fn note_answer(&self) {
        *self
            .answered_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// When AWS last answered any call.
    pub(super) fn answered_at(&self) -> Option<Instant> {
        *self
            .answered_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How many calls were sent so far.
    pub(in crate::aws) fn calls(&self) -> CallCounts {
        self.counted().clone()
    }

    fn counted(&self) -> MutexGuard<'_, CallCounts> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
