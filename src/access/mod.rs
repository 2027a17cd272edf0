//! Which permissions a configuration needs, what each brings, and how a policy of them is written.
//!
//! Architecture invariant: pure. Nothing here asks AWS, reads a file or draws a random number.

mod cloudformation;
mod eks;
mod grant;
mod lifecycle;
mod need;
mod partition;
mod policy;
mod role;
mod terraform;
mod trust;

pub use cloudformation::cloudformation;
pub use eks::{EksPods, NoPods};
pub use grant::{Holder, policy};
pub use lifecycle::lifecycle_policy;
pub use need::{Need, Weight, to_follow, to_list, to_query, to_read, units};
pub use partition::partition;
pub use policy::{Condition, Policy, Resource, Statement};
pub use role::RoleName;
pub use terraform::terraform;
pub use trust::{NoPrincipal, Principal, Trust, Trusted};
