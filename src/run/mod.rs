//! One pass over an account, a run of several, and the daemon that repeats them.
//!
//! Architecture invariant: the only room that knows all others; it decides the order, and each
//! of the others does one thing.

mod accounts;
mod agent;
mod audit;
mod daemon;
mod deeds;
mod delivery;
mod dry;
mod fleet;
mod mapping;
mod once;
mod pass;
mod query;
mod receivers;
mod refresh;
mod report;
mod retention;
mod shutdown;
mod stage;

pub use agent::{Agent, DeletionPlan, PassPlan, Receiver};
pub use audit::{
    AUDIT_EVERY, AuditPlan, Batch, ReadError, Reader, RecordListener, Region, RoundError,
    audit_regions,
};
pub use daemon::service_manager::while_starting;
pub(crate) use daemon::wall_clock::{SystemClock, Waited, WallClock, wait_until};
pub use daemon::{Heartbeat, Listeners, Load, Outside, Reloads, Work, daemon};
pub use deeds::stage_deeds;
pub use delivery::{Delivery, ReadySink, SinkTrouble};
pub use dry::{Printed, print_events};
pub use fleet::{AccountError, Fleet, FleetError, Member};
pub use mapping::{KnownUser, MappingPlan};
#[cfg(feature = "lambda")]
pub use once::send_waiting;
pub use once::{CollectOptions, once};
pub use pass::{Deletions, Pass, PassReport, UnknownCounts, incomplete};
pub use query::{QueriedUsers, judge_alone, query_users};
pub use receivers::changed_destinations;
pub use refresh::RefreshPlan;
pub use report::{
    AccountReport, ExitStatus, RunReport, SinkReport, how_to_accept_deletions, how_to_stop,
};
pub use shutdown::{NOTHING_LOST, on_end_signal, on_signal};
