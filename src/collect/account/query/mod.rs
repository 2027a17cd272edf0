//! What a question about one user or about groups reads, beside what a list of users does.

mod credentials;
mod find;
mod group;
mod group_details;
mod groups;
mod own;
mod user;

pub use credentials::credentials;
pub use group::group;
pub use groups::groups;
pub use user::{user, user_named};

use time::OffsetDateTime;

use super::listing::UserIdentity;
use crate::aws::Action;
use crate::model::{Fact, Member, Provenance};

/// Who a question is about, as the reader of answers sees it.
pub trait Wanted {
    /// The name to ask for first, if the question has one.
    fn name(&self) -> Option<&str>;
    /// Whether there is nobody like that where nobody has that name.
    fn is_by_name(&self) -> bool;
    /// Whether the question is about whoever has this name, id and ARN.
    fn is(&self, name: &str, id: &str, arn: &str) -> bool;
}

fn is_wanted(wanted: &impl Wanted, user: &UserIdentity) -> bool {
    wanted.is(&user.name, &user.id, user.arn.as_str())
}

/// The provenance of what `action` has just answered.
fn now(action: Action) -> Provenance {
    asked(action, OffsetDateTime::now_utc())
}

/// The provenance of what `action` answered, if it was asked at `as_of`: what changed since is perhaps
/// not in it, so that a later report has the last word.
fn asked(action: Action, as_of: OffsetDateTime) -> Provenance {
    Provenance {
        source: action.as_str().into(),
        as_of,
    }
}

fn member(user: UserIdentity, password_last_used: Fact<Option<OffsetDateTime>>) -> Member {
    Member {
        name: user.name,
        id: user.id,
        arn: user.arn,
        path: user.path,
        created_at: user.created_at,
        password_last_used,
    }
}
