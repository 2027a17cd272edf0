//! What people and machines see of the work: logs, progress, summaries. Never on standard output.

mod logging;
mod progress;
mod summary;

pub use logging::{LogFormat, init as init_logging};
pub use progress::Progress;
pub use summary::{log_pass, log_sinks, summarize};
