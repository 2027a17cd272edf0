//! The verdict on each user: its tier, and why.

mod counterfactual;
mod judge;
mod privilege;
mod proof;
mod question;
mod steps;
mod verdicts;

pub use judge::judge;
pub use privilege::{
    Change, Evidence, LimitReport, PathReport, Privilege, StatementReport, StepReport, Tier,
};
pub use question::{Answer, Because, Place, Question, answer};
pub use verdicts::Verdicts;
