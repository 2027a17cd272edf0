//! Who is an administrator, and by which paths the others can become one.
//!
//! Architecture invariant: paths are data ([`crate::analyze::paths`]); this knows what their words
//! mean, and no path by its name but where an account detail shuts it.

mod actions;
mod asker;
mod attachable;
mod found;
mod graph;
mod limits;
mod own;
mod power;
mod raise;
mod retag;
mod tagging;

pub(super) use asker::Asker;
pub(super) use found::{Found, NodeId, Step};
pub(super) use graph::Graph;
pub(super) use graph::node::Node;
pub(super) use limits::full::everything;
pub(super) use limits::{Limit, LimitKind, Standing, standing};
