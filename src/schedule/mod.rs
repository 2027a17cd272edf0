//! When passes begin.
//!
//! Architecture invariant: pure. No clock is read and nothing is waited for here: the time is an
//! argument, so that a year of passes is tested in a moment.

mod agenda;
mod cron;
mod timetable;
mod zone;

pub use agenda::{Agenda, Round, RoundEnd};
pub use cron::{CronError, CronExpression};
pub use timetable::{Times, Timetable, jitter_of};
pub use zone::{Zone, ZoneError};
