//! A progress line on a terminal; nothing in a pipe.

mod line;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::output;
use line::Line;
pub use line::Phase;

/// The spinner, and the space after it.
const SPINNER_COLUMNS: usize = 2;

/// The progress of some work. Clones draw the same line.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
    line: Arc<Mutex<Line>>,
}

impl Progress {
    /// A line on standard error, if that is a terminal.
    pub fn on_terminal() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let line = Arc::new(Mutex::new(Line::new(Phase::Users)));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {line}") {
            let drawn = Arc::clone(&line);
            let write = move |state: &ProgressState, to: &mut dyn fmt::Write| {
                let columns = output::columns_beside().saturating_sub(SPINNER_COLUMNS);
                let text = lock(&drawn).text(state.per_sec(), columns);
                // A line that cannot be written is drawn again at the next tick.
                let _ = to.write_str(&text);
            };
            bar.set_style(style.with_key("line", write));
        }
        // Until the work begins, a line of the log is not followed by one of progress.
        bar.finish_and_clear();
        Self { bar, line }
    }

    /// No line.
    pub fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            line: Arc::new(Mutex::new(Line::new(Phase::Users))),
        }
    }

    /// The work begins with `phase`: the line appears.
    pub fn begin(&self, phase: Phase) {
        self.bar.reset();
        self.enter(phase);
        self.bar.enable_steady_tick(Duration::from_millis(150));
    }

    /// The work is at `phase` now, which begins to count.
    pub fn enter(&self, phase: Phase) {
        *self.line() = Line::new(phase);
        self.bar.set_position(0);
        self.bar.reset_eta();
    }

    /// The work is at `phase` now, of `total` units. Where it is in several parts, the others are at
    /// something else, and nothing is said.
    pub fn enter_of(&self, phase: Phase, total: usize) {
        let is_one_of_many = self.line().parts.is_some_and(|(_, _, of)| of > 1);
        if !is_one_of_many {
            self.enter(phase);
            self.total().store(total as u64, Ordering::Relaxed);
        }
    }

    /// How many units the phase has, for whoever gets to know it.
    pub fn total(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.line().total)
    }

    /// So many units of `phase` more are done. They count while the work is at it.
    pub fn add(&self, phase: Phase, count: usize) {
        {
            let mut line = self.line();
            if line.phase != phase {
                return;
            }
            line.done += count as u64;
        }
        self.bar.inc(count as u64);
    }

    /// So many units are done, of so many.
    pub fn set(&self, done: u64, total: u64) {
        {
            let mut line = self.line();
            line.done = done;
            line.total.store(total, Ordering::Relaxed);
        }
        self.bar.set_position(done);
    }

    /// The units belong to so many more `parts`, as `accounts`.
    pub fn add_parts(&self, parts: &'static str, count: usize) {
        let mut line = self.line();
        let (_, done, of) = line.parts.unwrap_or((parts, 0, 0));
        line.parts = Some((parts, done, of + count as u64));
    }

    /// One of the parts has ended.
    pub fn end_part(&self) {
        if let Some((_, done, _)) = &mut self.line().parts {
            *done += 1;
        }
    }

    /// Sinks took so many events since the work began.
    pub fn set_delivered(&self, events: u64) {
        self.line().delivered = events;
    }

    /// The work is over: the line goes.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Runs `work` with the line out of the way.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.bar.suspend(work)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        lock(&self.line)
    }
}

fn lock(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}
