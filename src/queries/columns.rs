//! The columns of users, by the names that CSV has for them, and which of them are wanted.

use super::answer::FoundUser;
use super::times::rfc3339;
use super::user_json::last_seen;
use super::user_table::{NOT_KNOWN, active_keys, verdict, yes_or_no};
use crate::model::Mfa;

/// The columns of users.
pub(super) const OF_USER: [&str; 13] = [
    "account",
    "user",
    "id",
    "arn",
    "created_at",
    "can_do",
    "mfa",
    "console_access",
    "active_keys",
    "last_used",
    "groups",
    "attached_policies",
    "deleted_at",
];
/// By which facts they are told.
pub(super) const TOLD_BY: [&[&str]; 13] = [
    &[],
    &[],
    &[],
    &[],
    &[],
    &["privilege"],
    &["mfa"],
    &["console_access"],
    &["access_keys"],
    &["access_keys", "password_last_used"],
    &["groups"],
    &["attached_policies"],
    &[],
];
/// By which facts the columns of the table after the user's name are told.
pub(super) fn of_table() -> &'static [&'static [&'static str]] {
    &TOLD_BY[5..11]
}

/// The column of deleted users alone.
const DELETED_AT: usize = 12;

/// The columns that are wanted, in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(pub(super) Vec<usize>);

impl Columns {
    /// Every column of users who are there, or of those who are deleted.
    pub fn every(are_deleted: bool) -> Self {
        let all = 0..OF_USER.len();
        Self(all.filter(|it| are_deleted || *it != DELETED_AT).collect())
    }

    /// Those of these names; an error says which there are.
    pub fn of(names: &[String]) -> Result<Self, String> {
        let column = |name: &String| {
            let column = OF_USER.iter().position(|it| it == name);
            column.ok_or_else(|| {
                let all = OF_USER.join(", ");
                format!("--fields: there is no column {name:?}; the columns are {all}")
            })
        };
        Ok(Self(names.iter().map(column).collect::<Result<_, _>>()?))
    }
}

/// The cells of a user; `None` is what is not known.
pub(super) fn cells(found: &FoundUser) -> [Option<String>; 13] {
    let user = found.user.as_ref();
    let groups = user.groups.value();
    let attached = user.attached_policies.value();
    [
        Some(found.account.id.clone()),
        Some(user.name.clone()),
        Some(user.id.clone()),
        Some(user.arn.to_string()),
        Some(rfc3339(user.created_at)),
        // One that was made may say that it cannot be known.
        Some(verdict(found)).filter(|it| it != NOT_KNOWN),
        user.mfa.value().map(Mfa::is_active).map(yes_or_no),
        user.console.value().map(|it| yes_or_no(it.enabled)),
        active_keys(user).map(|count| count.to_string()),
        last_seen(user).map(|at| at.map_or_else(|| "never".to_owned(), rfc3339)),
        groups.map(|it| joined(it.iter().map(|group| group.name.as_str()))),
        attached.map(|it| joined(it.iter().map(|policy| policy.arn.as_str()))),
        Some(found.deleted_at.map(rfc3339).unwrap_or_default()),
    ]
}

pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_as_they_are_named_and_one_that_there_is_not_says_which_there_are() {
        let of = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
            Columns::of(&names)
        };
        assert_eq!(of(&["mfa", "user"]), Ok(Columns(vec![6, 1])));
        let why = of(&["user", "Mfa"]).unwrap_err();
        assert!(
            why.contains("\"Mfa\"") && why.contains("console_access"),
            "{why}"
        );
        assert_eq!(Columns::every(false).0.len(), OF_USER.len() - 1);
    }
}
