//! What was begun, kept until it has ended, and finished by a later run where it did not.

mod finish;
mod intent;
mod journal;

pub use finish::Finished;
pub use intent::{Intended, Intent, IntentError, Intents};
