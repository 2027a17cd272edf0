//! A path that a principal can take.

use crate::analyze::decision::{Session, Truth};
use crate::analyze::paths::Path;

/// A path that is open, or may be.
#[derive(Debug, Clone)]
pub(in crate::analyze) struct Found {
    pub(in crate::analyze) path: &'static Path,
    /// Whether every need is allowed, and the target is what it has to be.
    pub(in crate::analyze) truth: Truth,
    /// The credentials that it takes.
    pub(in crate::analyze) session: Session,
    /// The target in the account, which has to be followed where it is no administrator itself.
    pub(in crate::analyze) target: Option<NodeId>,
    /// What is done, in order.
    pub(in crate::analyze) steps: Vec<Step>,
    /// What has to be so besides, of other paths on the way.
    pub(in crate::analyze) assumes: Vec<String>,
}

/// A principal of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::analyze) enum NodeId {
    /// By its position among the users.
    User(usize),
    /// By its position among the roles.
    Role(usize),
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::analyze) struct Step {
    /// The action, as AWS spells it.
    pub(in crate::analyze) action: String,
    /// The ARN.
    pub(in crate::analyze) on: String,
}

impl Step {
    pub(super) fn new(action: &str, on: &str) -> Self {
        Self {
            action: action.to_owned(),
            on: on.to_owned(),
        }
    }
}
