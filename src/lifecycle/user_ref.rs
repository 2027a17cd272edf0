//! A user by both its id and its name: a name alone may belong to somebody else by now.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A user by `UserId:UserName`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRef {
    /// UserId (`AIDA...`).
    pub id: String,
    /// UserName.
    pub name: String,
}

impl FromStr for UserRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let halves = text.split_once(':');
        let (id, name) = halves.unwrap_or(("", ""));
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // The characters of names that are there, by the service model.
        let is_named = |char: char| char.is_alphanumeric() || "_+=,.@-".contains(char);
        let is_name = !name.is_empty() && name.len() <= 128 && name.chars().all(is_named);
        match is_id && is_name {
            true => Ok(Self {
                id: id.to_owned(),
                name: name.to_owned(),
            }),
            false => Err(
                "give both halves, UserId:UserName, such as AIDACKCEVSQ6C2EXAMPLE:anna: \
                          rollcall users get NAME shows them"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for UserRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_needs_both_halves() {
        let user: UserRef = "AIDAX:anna@x,y".parse().unwrap();
        assert_eq!(
            (user.id.as_str(), user.name.as_str()),
            ("AIDAX", "anna@x,y")
        );
        for text in [
            "",
            ":",
            "anna",
            "AIDAX:",
            ":anna",
            "AI/DA:anna",
            "AIDAX:an:na",
            "A:a b",
        ] {
            assert!(
                text.parse::<UserRef>().unwrap_err().contains("both"),
                "{text}"
            );
        }
    }
}
