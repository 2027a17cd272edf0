//! In which order users come.

use std::cmp::Ordering;
use std::str::FromStr;

use super::answer::FoundUser;
use super::user_json::last_seen;

/// By what users come, and whether the last one is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    by: By,
    is_reversed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Name,
    CreatedAt,
    LastUsed,
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, is_reversed) = match text.split_once(':') {
            None => (text, false),
            Some((name, "asc")) => (name, false),
            Some((name, "desc")) => (name, true),
            Some((name, _)) => return Err(format!("give {name}:asc or {name}:desc")),
        };
        let by = match name {
            "name" => By::Name,
            "created_at" => By::CreatedAt,
            "last_used" => By::LastUsed,
            _ => {
                let why = "give name, created_at or last_used, with :desc for the last one first";
                return Err(why.to_owned());
            }
        };
        Ok(Self { by, is_reversed })
    }
}

impl Order {
    /// Puts `users` in this order; those that are equal stay as they are. When something was used last
    /// may not be known: then the user is at the end, in either direction.
    pub fn sort(self, users: &mut [FoundUser]) {
        match self.by {
            By::Name => users.sort_by(|a, b| self.turned(a.user.name.cmp(&b.user.name))),
            By::CreatedAt => {
                users.sort_by(|a, b| self.turned(a.user.created_at.cmp(&b.user.created_at)));
            }
            By::LastUsed => users.sort_by(|a, b| match (last_used(a), last_used(b)) {
                (Some(a), Some(b)) => self.turned(a.cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }),
        }
    }

    fn turned(self, order: Ordering) -> Ordering {
        match self.is_reversed {
            true => order.reverse(),
            false => order,
        }
    }
}

/// What was once so may not be by now.
fn last_used(found: &FoundUser) -> Option<Option<time::OffsetDateTime>> {
    let is_known = !found.is_stale(&["access_keys", "password_last_used"]);
    last_seen(&found.user).filter(|_| is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_or_says_what_to_give() {
        let by = |by, is_reversed| Ok(Order { by, is_reversed });
        assert_eq!("name".parse(), by(By::Name, false));
        assert_eq!("last_used:desc".parse(), by(By::LastUsed, true));
        assert_eq!("created_at:asc".parse(), by(By::CreatedAt, false));
        for text in ["", "age", "name:up", ":desc"] {
            let why = text.parse::<Order>().unwrap_err();
            assert!(why.starts_with("give "), "{text}: {why}");
        }
    }
}
