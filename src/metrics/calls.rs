//! Calls to AWS, by what was answered.

use prometheus::IntCounterVec;

use super::MetricsError;
use super::families::Families;
use crate::aws::{AwsErrorClass, CallOutcomes};

/// Calls to AWS, retries included.
#[derive(Debug)]
pub(super) struct Calls {
    calls: IntCounterVec,
    throttles: IntCounterVec,
}

impl Calls {
    pub(super) fn new(families: Families<'_>) -> Result<Self, MetricsError> {
        Ok(Self {
            calls: families.counter(
                "rollcall_aws_calls_total",
                "Calls to AWS, retries included, by what became of them: ok, or the class of the \
                 error. Those of a pass are counted when it has ended.",
                &["action", "outcome"],
            )?,
            throttles: families.counter(
                "rollcall_aws_throttles_total",
                "Calls among them that AWS said came too fast.",
                &["action"],
            )?,
        })
    }

    pub(super) fn add(&self, calls: &CallOutcomes) {
        for ((action, error), count) in calls {
            let action = action.as_str();
            let outcome = outcome(*error);
            let calls = self.calls.with_label_values(&[action, outcome.as_str()]);
            calls.inc_by(*count);
            if *error == Some(AwsErrorClass::Throttled) {
                self.throttles.with_label_values(&[action]).inc_by(*count);
            }
        }
    }
}

/// The class in one word.
fn outcome(error: Option<AwsErrorClass>) -> String {
    match error {
        Some(class) => class.to_string().to_lowercase().replace(' ', "_"),
        None => "ok".to_owned(),
    }
}
