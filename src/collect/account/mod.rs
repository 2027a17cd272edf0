//! Users from a live AWS account, by the cheapest plan that its permissions allow.
//!
//! | plan | calls |
//! |---|---|
//! | bulk | a page for every 1,000 users, groups and devices, and the credential report |
//! | per user | two for each user, one for each group |
//! | auto | bulk; per user for each fact whose bulk call is denied or fails |

mod account_source;
mod bulk;
mod convert;
mod credential_report;
mod details;
mod facts;
mod gone;
mod group_cache;
mod halves;
mod in_bulk;
mod join;
mod keys;
mod listing;
mod mfa;
mod pages;
mod predict;
mod reader;
mod run;
mod served;
mod summary;
mod virtual_mfa;

pub use account_source::AccountSource;
pub use gone::is_gone;
pub use predict::Prediction;
pub use summary::{AccountSummary, account_summary};
