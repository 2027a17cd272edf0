//! What several targets check.

pub mod inventory;
pub mod policies;
pub mod seen;
