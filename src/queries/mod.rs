//! Questions about users and groups: who is meant, which match, and how answers are written.
//!
//! Architecture invariant: pure. What was read and the time are arguments.

mod answer;
mod columns;
mod csv;
mod filter;
mod glob;
mod group_answer;
mod group_event;
mod group_json;
mod group_text;
mod order;
mod stored_groups;
mod tag_filter;
mod times;
mod user_json;
mod user_table;
mod user_text;
mod who;

pub use answer::{Accounts, AnswerSource, FoundUser, HeadOf};
pub use columns::Columns;
pub use csv::{groups_csv, members_csv, users_csv};
pub use filter::{Match, UserFilter};
pub use glob::Glob;
pub use group_answer::FoundGroup;
pub use group_event::group_event;
pub use group_json::{group_json, member_json};
pub use group_text::{group_text, groups_table, members_table};
pub use order::Order;
pub use stored_groups::groups_of;
pub use tag_filter::TagFilter;
pub use times::{ago, rfc3339};
pub use user_json::{no_such_field, user_json, user_json_of};
pub use user_table::{users_table, users_table_of};
pub use user_text::user_text;
pub use who::{Who, WhoError};
