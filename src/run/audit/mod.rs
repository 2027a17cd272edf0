//! CloudTrail's records as they appear, of every region that is asked, each once and none missed.

mod follow;
mod found;
mod held;
mod plan;
mod reader;
mod reading;
mod region;
mod service;
mod take;
mod team;
mod teams;
mod trouble;

use std::time::Duration;

pub(super) use follow::Following;
pub use plan::{AuditPlan, RecordListener, audit_regions};
pub use reader::{ReadError, Reader};
pub use region::{Batch, Region, RoundError};
pub(super) use trouble::{Trouble, Work};

/// How often new records are looked up, at most: seven calls of ten that CloudTrail allows.
pub const AUDIT_EVERY: Duration = Duration::from_secs(5);
