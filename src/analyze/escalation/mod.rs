//! Who is an administrator, and by which paths the others can become one.
//!
//! Architecture invariant: paths are data ([`crate::analyze::paths`]); this knows what their words
//! mean, and no path by its name but where an account detail shuts it.

mod actions;
mod asker;
mod cap;
mod closure;
mod deny;
mod entry;
mod found;
mod full;
mod graph;
mod lift;
mod limits;
mod narrow;
mod node;
mod own;
mod power;
mod reach;
mod resources;
mod targets;
mod ways;

pub(super) use asker::Asker;
pub(super) use found::{Found, NodeId};
pub(super) use full::everything;
pub(super) use graph::Graph;
pub(super) use limits::{Limit, LimitKind, Standing, standing};
pub(super) use node::Node;
