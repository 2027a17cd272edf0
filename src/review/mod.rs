//! Two sets of events held against each other, by field over all users.
//!
//! ```text
//! file ─▶ read ─▶ Events ─┐
//! (name, event) pairs ────┴▶ compare ─▶ Comparison ─▶ text, JSON, a page
//! ```
//!
//! What is found of one user ([`Difference`]) is put together with the same difference of others, so
//! that a change of the mapping is read once, and not once a user.
//!
//! Architecture invariant: pure but for [`read`]; text of events is shown as a
//! [`Shown`](crate::foreign::Shown).

mod compare;
mod deletion;
mod difference;
mod events;
mod html;
mod items;
mod rank;
mod read;
mod stamps;
#[cfg(test)]
mod tests;
mod text;

pub use compare::{Comparison, FieldDifferences, SameDifference, Who, compare};
pub use difference::{Change, Difference, differences};
pub use events::Events;
pub use html::Review;
pub use read::{Read, ReviewError, read};
