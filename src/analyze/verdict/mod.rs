//! The verdict on each user: its tier, and why.

mod counterfactual;
mod judge;
mod privilege;
mod proof;

pub use judge::judge;
pub use privilege::{
    Change, Evidence, LimitReport, PathReport, Privilege, StatementReport, StepReport, Tier,
};
