//! Policy documents: everything that AWS's grammar allows, and nothing else.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages on its elements.

mod condition;
mod error;
mod json;
mod operator;
mod parse;
mod pattern;
mod policy;
#[cfg(test)]
mod tests;
mod text;
mod witness;

pub use condition::Condition;
pub use error::DocumentError;
pub use operator::{Comparison, Operator, Order, Quantifier};
pub use parse::Use;
pub use pattern::Pattern;
pub use policy::{
    ActionElement, Effect, Policy, PrincipalElement, PrincipalName, ResourceElement, Statement,
};
pub use text::{Resolved, Text, Variable};
pub use witness::{with_wildcards, witness};
