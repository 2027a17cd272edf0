//! Whom a question is about: a name, an ARN, an id, or an id with a name.

use std::str::FromStr;

use crate::collect::Wanted;
use crate::model::Arn;

/// Whom a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    asked: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A name, in any case, or an id.
    NameOrId,
    Arn(Arn),
    IdAndName {
        id: String,
        name: String,
    },
}

/// Why a text names nobody.
#[derive(Debug, thiserror::Error)]
pub enum WhoError {
    /// AWS would take an empty name for the caller's own.
    #[error("it is empty: give a name, an ARN, an id, or ID:NAME")]
    Empty,
    /// It begins as an ARN does.
    #[error("it is no ARN of an IAM user or group, arn:aws:iam::ACCOUNT:user/NAME")]
    NoArn,
}

/// How ids of IAM begin: of users, of groups.
const ID_PREFIXES: [&str; 2] = ["AIDA", "AGPA"];
/// An id has so many characters at least.
const ID_LEN_MIN: usize = 16;

impl Who {
    /// As it was asked.
    pub fn asked(&self) -> &str {
        &self.asked
    }

    /// The account that an ARN names.
    pub fn account(&self) -> Option<&str> {
        match &self.kind {
            Kind::Arn(arn) => Some(arn.account_id()),
            Kind::NameOrId | Kind::IdAndName { .. } => None,
        }
    }

    /// The true spelling, where `name` was asked for by another.
    pub fn respelled<'a>(&self, name: &'a str) -> Option<&'a str> {
        let asked = self.name_asked()?;
        (asked != name && is_same(asked, name)).then_some(name)
    }

    fn name_asked(&self) -> Option<&str> {
        match &self.kind {
            Kind::NameOrId => Some(&self.asked),
            Kind::Arn(arn) => arn.resource().rsplit('/').next(),
            Kind::IdAndName { name, .. } => Some(name),
        }
    }

    fn looks_like_an_id(&self) -> bool {
        let has_prefix = ID_PREFIXES.iter().any(|it| self.asked.starts_with(it));
        let mut chars = self.asked.chars();
        has_prefix
            && self.asked.len() >= ID_LEN_MIN
            && chars.all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
    }
}

impl Wanted for Who {
    fn name(&self) -> Option<&str> {
        let is_id = self.kind == Kind::NameOrId && self.looks_like_an_id();
        self.name_asked().filter(|_| !is_id)
    }

    fn is_by_name(&self) -> bool {
        !matches!(self.kind, Kind::IdAndName { .. })
    }

    fn is(&self, name: &str, id: &str, arn: &str) -> bool {
        match &self.kind {
            Kind::NameOrId => is_same(name, &self.asked) || id == self.asked,
            Kind::Arn(asked) => is_same(arn, asked.as_str()),
            // The id survives a rename.
            Kind::IdAndName { id: asked, .. } => id == asked,
        }
    }
}

/// Names of one account differ by more than their case.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

impl FromStr for Who {
    type Err = WhoError;

    fn from_str(text: &str) -> Result<Self, WhoError> {
        let asked = text.trim().to_owned();
        let kind = if asked.starts_with("arn:") {
            let arn = Arn::parse(asked.clone()).map_err(|_| WhoError::NoArn)?;
            let is_named = ["user/", "group/"].iter().any(|kind| {
                let name = arn.resource().strip_prefix(kind);
                name.is_some_and(|name| !name.is_empty() && !name.ends_with('/'))
            });
            match arn.is_of_iam() && is_named {
                true => Kind::Arn(arn),
                false => return Err(WhoError::NoArn),
            }
        } else {
            match asked.split_once(':') {
                Some((id, name)) if !id.is_empty() && !name.is_empty() => Kind::IdAndName {
                    id: id.to_owned(),
                    name: name.to_owned(),
                },
                _ if asked.is_empty() => return Err(WhoError::Empty),
                _ => Kind::NameOrId,
            }
        };
        Ok(Self { asked, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:iam::111122223333:user/sales/Anna";
    const ID: &str = "AIDAEXAMPLEANNA000001";

    fn who(text: &str) -> Who {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_found_in_any_case_and_its_true_spelling_is_told() {
        let asked = who("ANNA");
        assert!(asked.is("Anna", ID, ARN));
        assert_eq!(asked.name(), Some("ANNA"));
        assert_eq!(asked.respelled("Anna"), Some("Anna"));
        assert_eq!(who("Anna").respelled("Anna"), None);
        assert!(!asked.is("Anna2", ID, ARN));
    }

    #[test]
    fn an_id_is_exact_and_no_name_is_asked_for_by_it() {
        assert!(who(ID).is("Anna", ID, ARN));
        assert_eq!(who(ID).name(), None);
        assert!(!who(&ID.to_lowercase()).is("Anna", ID, ARN));
    }

    #[test]
    fn an_id_with_a_name_is_about_the_id() {
        let asked = who(&format!("{ID}:anna"));
        assert_eq!(asked.name(), Some("anna"));
        assert!(asked.is("renamed", ID, "arn"));
        assert!(!asked.is("anna", "AIDAOTHER", ARN));
    }

    #[test]
    fn an_arn_names_its_account_and_its_whole_path() {
        let asked = who(ARN);
        assert_eq!(
            (asked.account(), asked.name()),
            (Some("111122223333"), Some("Anna"))
        );
        assert!(asked.is("Anna", ID, ARN));
        assert!(!asked.is("Anna", ID, "arn:aws:iam::111122223333:user/Anna"));
    }

    #[test]
    fn nobody_is_asked_for_by_an_empty_name() {
        for text in [
            "",
            "  ",
            "arn:aws:iam::111122223333:user/",
            "arn:x",
            "arn:aws:iam::1:root",
        ] {
            assert!(text.parse::<Who>().is_err(), "{text:?}");
        }
    }
}
