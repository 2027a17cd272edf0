//! What several targets check.

pub mod events;
pub mod inventory;
pub mod policies;
pub mod records;
pub mod seen;
