//! Users from a live AWS account, by the cheapest plan that its permissions allow.
//!
//! | plan | calls |
//! |---|---|
//! | bulk | a page for every 1,000 users, groups and devices, and the credential report |
//! | per user | two for each user, one for each group |
//! | auto | bulk; per user for each fact whose bulk call is denied or fails |
//!
//! `plan` says which calls have which facts, `listing` and `details` list users, `whole` reads what
//! is about the whole account, `per_user` asks about single users, and `join` makes one user of all.
//! `query` reads one user or the groups, for a question.

mod bulk_plan;
mod completeness;
mod details;
mod join;
mod listing;
mod per_user;
mod per_user_plan;
mod plan;
mod provenance;
mod query;
mod renamed;
mod root_user;
mod sending;
mod source;
mod summary;
mod whole;

pub use per_user::{Confirmation, confirm_gone};
pub use plan::{CallPlan, Prediction};
pub use query::{
    Wanted, credentials as query_credentials, group as query_group, groups as query_groups,
    user as query_user, user_named as query_user_named,
};
pub use sending::NewUsers;
pub use source::AccountSource;
pub use summary::{AccountSummary, account_summary};
