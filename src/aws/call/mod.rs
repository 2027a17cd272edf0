//! One call: admitted by its gate, sent, counted, and sent again where that helps.

mod apart;
mod attempts;
mod gate;
mod given_up;
mod limiter;
mod limits;
mod meter;
mod page_sizes;
mod retry_log;
mod throttle;
#[cfg(test)]
mod throttle_simulation;

pub(in crate::aws) use limits::Limits;
pub use limits::{CallCounts, CallOutcomes};
pub use throttle::LearntRates;
