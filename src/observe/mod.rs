//! What people and machines see of the work: logs, progress, summaries. Never on standard output.

mod account_table;
mod log_fields;
mod logging;
mod panics;
mod pass_log;
mod pass_text;
mod progress;
mod repeats;
mod status;
mod stderr;
mod summary;
mod tap;

pub use logging::{LogForm, LogFormat, init as init_logging, set_level as set_log_level};
pub use panics::log_panics;
pub use pass_log::{log_accounts, log_pass, log_sinks};
pub use progress::{Phase, Progress};
pub use status::{
    AccountStatus, AskError, DaemonStatus, FailureStatus, PassStatus, PlatformPort, RefusalStatus,
    SinkStatus, StatusError, StatusReport, StatusServer, StatusSource, ask_readiness,
};
pub use summary::{log_shortfall, print_beside, print_summary};
pub use tap::{LogLine, read_log};
