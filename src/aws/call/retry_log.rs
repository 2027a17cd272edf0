//! What the log says of calls that are made again: each action's trouble once, and its end.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::aws::{Action, AwsError, AwsErrorClass};

/// The actions of a pass of which a call was made again.
#[derive(Debug, Default)]
pub(in crate::aws) struct RetryLog(Mutex<BTreeMap<Action, Trouble>>);

/// What was logged of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    Warned,
    Over,
}

impl RetryLog {
    /// The call of `action` is made again after `pause`. The first of the pass is a warning.
    /// Throttling is none: the pass ends with the rate that AWS lets through.
    pub(super) fn again(&self, action: Action, attempt: u32, pause: Duration, error: &AwsError) {
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        // Should the call fail for good, its caller says why.
        let class = error.class;
        let is_throttling = class == AwsErrorClass::Throttled;
        if !is_throttling && !self.actions().contains_key(&action) {
            self.actions().insert(action, Trouble::Warned);
            tracing::warn!(
                %action, %class,
                "AWS did not answer a call; trying again until it does or was asked often enough"
            );
        } else {
            tracing::debug!(
                %action, attempt, pause_ms, %class,
                "AWS did not answer the call; trying again"
            );
        }
    }

    /// A call of `action` was answered. The first after the warning is logged.
    pub(super) fn answered(&self, action: Action) {
        let mut actions = self.actions();
        if let Some(trouble @ Trouble::Warned) = actions.get_mut(&action) {
            *trouble = Trouble::Over;
            tracing::info!(%action, "AWS answers this call again");
        }
    }

    fn actions(&self) -> MutexGuard<'_, BTreeMap<Action, Trouble>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
