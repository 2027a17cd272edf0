//! A progress line on a terminal; nothing in a pipe.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// The progress of one pass. Clones draw the same line.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A line on standard error, if that is a terminal.
    pub fn on_terminal() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} users, {rate}{msg}") {
            bar.set_style(style.with_key("rate", write_rate));
        }
        Self { bar }
    }

    /// No line.
    pub fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
        }
    }

    /// The work begins: the line appears.
    pub fn begin(&self) {
        self.bar.enable_steady_tick(Duration::from_millis(150));
    }

    /// Users were collected and stored.
    pub fn add_users(&self, count: usize) {
        self.bar.inc(count as u64);
    }

    /// So many batches were delivered since the start.
    pub fn set_batches(&self, batches: u64) {
        self.bar
            .set_message(format!(", {batches} batches delivered"));
    }

    /// The work is over: the line goes.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Runs `work` with the line out of the way.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bar.suspend(work)
    }
}

fn write_rate(state: &ProgressState, to: &mut dyn fmt::Write) {
    // A line that cannot be written is drawn again at the next tick.
    let _ = write!(to, "{:.0}/s", state.per_sec());
}
