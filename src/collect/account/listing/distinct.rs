//! The users of one listing, each once: pages may repeat a user.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::identity::{RefusedUser, UserIdentity, quoted};
use crate::aws::{Action, AwsError};

/// The users that the pages of one listing have held so far, by UserId.
#[derive(Debug)]
pub(in crate::collect) struct DistinctUsers {
    action: Action,
    page: u32,
    seen: HashMap<String, Seen>,
}

/// What an entry of a listing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect) enum Admitted {
    /// A user that no entry was about so far.
    New,
    /// A user that an earlier page had by another name: it was renamed between both.
    Renamed,
    /// Nothing new.
    Repeated,
}

#[derive(Debug)]
struct Seen {
    name: String,
    created_at: OffsetDateTime,
    page: u32,
    is_refused: bool,
}

impl DistinctUsers {
    /// Those of a listing by `action`.
    pub(in crate::collect) fn of(action: Action) -> Self {
        Self {
            action,
            page: 0,
            seen: HashMap::new(),
        }
    }

    /// Begins the next page.
    pub(in crate::collect) fn begin_page(&mut self) {
        self.page += 1;
    }

    /// Takes `user` of the present page. One answer that has two names for one UserId contradicts
    /// itself, and so do two CreateDates in any answers: two users under one id, an error, once.
    pub(in crate::collect) fn admit(
        &mut self,
        user: &UserIdentity,
    ) -> Result<Admitted, RefusedUser> {
        let page = self.page;
        let Some(seen) = self.seen.get_mut(&user.id) else {
            let seen = Seen {
                name: user.name.clone(),
                created_at: user.created_at,
                page,
                is_refused: false,
            };
            self.seen.insert(user.id.clone(), seen);
            return Ok(Admitted::New);
        };
        let is_renamed = seen.name != user.name;
        let is_other = seen.created_at != user.created_at || (is_renamed && seen.page == page);
        if seen.is_refused {
            return Ok(Admitted::Repeated);
        }
        if is_other {
            seen.is_refused = true;
            let (id, before, now) = (quoted(&user.id), quoted(&seen.name), quoted(&user.name));
            let message = format!("UserId {id} is that of two users, {before} and {now}");
            return Err(RefusedUser {
                id: Some(user.id.clone()),
                error: AwsError::malformed(self.action, message),
            });
        }
        seen.name.clone_from(&user.name);
        seen.page = page;
        Ok(match is_renamed {
            true => Admitted::Renamed,
            false => Admitted::Repeated,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Arn;
    use time::Duration;

    fn user(id: &str, name: &str, days: i64) -> UserIdentity {
        UserIdentity {
            name: name.to_owned(),
            arn: Arn::parse(format!("arn:aws:iam::111122223333:user/{name}")).unwrap(),
            id: id.to_owned(),
            path: "/".to_owned(),
            created_at: OffsetDateTime::UNIX_EPOCH + Duration::days(20_000 + days),
        }
    }

    #[test]
    fn user_is_new_once_and_renamed_by_another_name_on_a_later_page() {
        let mut users = DistinctUsers::of(Action::ListUsers);
        users.begin_page();
        let mut admit = |id, name| users.admit(&user(id, name, 1)).unwrap();
        assert_eq!(admit("A", "anna"), Admitted::New);
        assert_eq!(admit("A", "anna"), Admitted::Repeated);
        assert_eq!(admit("B", "berta"), Admitted::New);
        users.begin_page();
        let mut admit = |id, name| users.admit(&user(id, name, 1)).unwrap();
        assert_eq!(admit("B", "berta"), Admitted::Repeated);
        assert_eq!(admit("A", "zoe"), Admitted::Renamed);
    }

    #[test]
    fn two_users_under_one_id_are_malformed_and_said_once() {
        for (other, next_page) in [
            (user("A", "berta", 1), false),
            (user("A", "berta", 2), true),
            (user("A", "anna", 2), true),
        ] {
            let mut users = DistinctUsers::of(Action::ListUsers);
            users.begin_page();
            assert_eq!(users.admit(&user("A", "anna", 1)).unwrap(), Admitted::New);
            if next_page {
                users.begin_page();
            }
            let refused = users.admit(&other).unwrap_err();
            assert_eq!(refused.id.as_deref(), Some("A"));
            let message = refused.error.to_string();
            assert!(message.contains("is that of two users"), "{message}");
            assert_eq!(users.admit(&other).unwrap(), Admitted::Repeated);
        }
    }
}
