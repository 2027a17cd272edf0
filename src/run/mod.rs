//! One pass over an account, a run of several, and the daemon that repeats them.
//!
//! Architecture invariant: the only room that knows all others; it decides the order, and each
//! of the others does one thing.

mod account;
mod accounts;
mod beginning;
mod chunk;
mod daemon;
mod deletions;
mod delivery;
mod dry;
mod fleet;
mod kept_user;
mod mapping_plan;
mod once;
mod pass;
mod report;
mod room;
mod shutdown;
mod staging;

pub use daemon::daemon;
pub use deletions::{DeletionPlan, Deletions};
pub use delivery::{Delivery, ReadySink};
pub use dry::{Printed, print_events};
pub use fleet::{AccountError, Fleet, FleetError, Member};
pub use mapping_plan::MappingPlan;
pub use once::{Agent, CollectOptions, once};
pub use pass::{Pass, PassPlan, Target};
pub use report::{AccountReport, ExitStatus, PassReport, RunReport, SinkReport, UnknownCounts};
pub use shutdown::on_signal;
