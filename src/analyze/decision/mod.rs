//! The decision on one request, as AWS makes it, of three values.
//!
//! Architecture invariant: nothing here knows of tiers or of escalation paths.

mod authorizer;
mod compare;
mod conditions;
mod context;
mod evaluator;
mod principal;
mod request;
mod tags;
#[cfg(test)]
mod tests;
mod trust;
mod truth;

pub use authorizer::{Authorizer, Decision, Layer, Response, StatementRef};
pub use context::{Context, Given, Session, Value};
pub use evaluator::{applies as statement_applies, resolve_own, resolve_text, value_for};
pub use principal::{AppliedPolicy, Boundary, Holder, PolicySource, Principal, PrincipalKind};
pub use request::Request;
pub use tags::resource_tag;
pub use trust::{trusts_provider, trusts_service};
pub use truth::{Residual, Truth};
