//! Who a user is, as an answer says it: checked before anything of the answer is believed.

use aws_sdk_iam::primitives::DateTime;
use time::OffsetDateTime;

use super::convert::moment;
use crate::aws::{Action, AwsError};
use crate::model::{Account, Arn};

/// The account that every answer must be about.
#[derive(Debug, Clone)]
pub(in crate::collect) struct AccountScope {
    id: String,
    partition: String,
}

/// Who a user is. Two answers with one `id` are about one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::collect) struct UserIdentity {
    pub(in crate::collect) name: String,
    pub(in crate::collect) arn: Arn,
    pub(in crate::collect) id: String,
    pub(in crate::collect) path: String,
    pub(in crate::collect) created_at: OffsetDateTime,
}

/// The parts of an identity as an answer holds them.
#[derive(Debug, Clone, Copy)]
pub(in crate::collect) struct IdentityParts<'a> {
    pub(in crate::collect) name: &'a str,
    pub(in crate::collect) arn: &'a str,
    pub(in crate::collect) id: &'a str,
    pub(in crate::collect) path: &'a str,
    pub(in crate::collect) created_at: Option<&'a DateTime>,
}

/// A user that a listing holds and that is left out, since what it says makes no sense.
#[derive(Debug, Clone)]
pub(in crate::collect) struct RefusedUser {
    /// The UserId, where the answer holds one.
    pub(in crate::collect) id: Option<String>,
    pub(in crate::collect) error: AwsError,
}

impl AccountScope {
    pub(in crate::collect) fn of(account: &Account) -> Self {
        Self {
            id: account.id.clone(),
            partition: account.partition.clone(),
        }
    }

    /// The identity that an answer of `action` holds as `parts`. The SDK fills a missing name or id with an
    /// empty string: that is a malformed answer, never a user.
    pub(in crate::collect) fn user(
        &self,
        action: Action,
        parts: IdentityParts<'_>,
    ) -> Result<UserIdentity, RefusedUser> {
        self.checked(parts).map_err(|what| {
            let IdentityParts { name, id, .. } = parts;
            let message = format!("user {} ({}) {what}", quoted(name), quoted(id));
            RefusedUser {
                id: (!id.is_empty()).then(|| id.to_owned()),
                error: AwsError::malformed(action, message),
            }
        })
    }

    fn checked(&self, parts: IdentityParts<'_>) -> Result<UserIdentity, String> {
        if parts.name.is_empty() || parts.id.is_empty() {
            return Err("has no name or no id".to_owned());
        }
        if !is_user_id(parts.id) {
            return Err("has a UserId that AWS gives to nobody".to_owned());
        }
        if parts.name.len() > NAME_BYTES_MAX || parts.arn.len() > ARN_BYTES_MAX {
            return Err("has a name or an ARN that is longer than AWS allows".to_owned());
        }
        if [parts.name, parts.path]
            .iter()
            .any(|it| it.contains(char::is_control))
        {
            return Err("has control characters in its name or path".to_owned());
        }
        let arn = Arn::parse(parts.arn).map_err(|_| format!("has {}", self.not_own(parts.arn)))?;
        if !self.is_own_user(&arn) {
            return Err(format!("has {}", self.not_own(parts.arn)));
        }
        let created_at = parts.created_at.and_then(moment);
        Ok(UserIdentity {
            name: parts.name.to_owned(),
            arn,
            id: parts.id.to_owned(),
            path: parts.path.to_owned(),
            created_at: created_at.ok_or("has no plausible CreateDate")?,
        })
    }

    fn not_own(&self, arn: &str) -> String {
        let Self { id, partition } = self;
        format!(
            "the ARN {}, which is none of a user arn:{partition}:iam::{id}:user/...",
            quoted(arn)
        )
    }

    /// The account's id.
    pub(in crate::collect) fn account_id(&self) -> &str {
        &self.id
    }

    /// Whether `arn` is that of an IAM user of this account.
    pub(in crate::collect) fn is_own_user(&self, arn: &Arn) -> bool {
        self.rest(arn)
            .and_then(|resource| resource.strip_prefix("user/"))
            .is_some_and(|name| !name.is_empty())
    }

    /// Whether `arn` is that of this account's root user.
    pub(in crate::collect) fn is_own_root(&self, arn: &Arn) -> bool {
        self.rest(arn) == Some("root")
    }

    /// What an IAM resource of this account is called.
    fn rest<'a>(&self, arn: &'a Arn) -> Option<&'a str> {
        let rest = arn.as_str().strip_prefix("arn:")?;
        let rest = rest.strip_prefix(self.partition.as_str())?;
        let rest = rest.strip_prefix(":iam::")?;
        rest.strip_prefix(self.id.as_str())?.strip_prefix(':')
    }
}

/// AWS's ids are of 16 to 128 letters and digits; simulators have shorter ones.
const ID_BYTES_MAX: usize = 128;
/// AWS allows 64 characters.
const NAME_BYTES_MAX: usize = 256;
/// AWS allows 512 characters of a path, besides the name.
const ARN_BYTES_MAX: usize = 2048;

/// Whether `id` may be a UserId: it is a key of what is kept, and part of every event's id.
fn is_user_id(id: &str) -> bool {
    let mut bytes = id.bytes();
    id.len() <= ID_BYTES_MAX && bytes.all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Foreign text in a message: quoted, of bounded length, without control characters.
pub(in crate::collect) fn quoted(text: &str) -> String {
    const CHARS_MAX: usize = 120;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> AccountScope {
        AccountScope {
            id: "111122223333".to_owned(),
            partition: "aws".to_owned(),
        }
    }

    /// The user anna with this ARN and CreateDate, in seconds.
    fn read(arn: &str, created_at: i64) -> Result<UserIdentity, RefusedUser> {
        let created_at = DateTime::from_secs(created_at);
        let parts = IdentityParts {
            name: "anna",
            arn,
            id: "AIDAANNA",
            path: "/",
            created_at: Some(&created_at),
        };
        scope().user(Action::ListUsers, parts)
    }

    const IN_2021: i64 = 1_614_834_367;

    #[test]
    fn only_an_arn_of_an_iam_user_of_this_account_is_a_user() {
        for arn in [
            "arn:aws:iam::111122223333:user/anna",
            "arn:aws:iam::111122223333:user/division/anna",
        ] {
            assert_eq!(read(arn, IN_2021).unwrap().arn.as_str(), arn);
        }
        for arn in [
            "arn:aws:iam::444455556666:user/anna",
            "arn:aws-cn:iam::111122223333:user/anna",
            "arn:aws:sts::111122223333:user/anna",
            "arn:aws:iam:us-east-1:111122223333:user/anna",
            "arn:aws:iam::111122223333:role/anna",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:root",
            "anna",
            "",
        ] {
            let refused = read(arn, IN_2021).unwrap_err();
            assert_eq!(refused.id.as_deref(), Some("AIDAANNA"), "{arn}");
            let message = refused.error.to_string();
            let expected = format!("user \"anna\" (\"AIDAANNA\") has the ARN {arn:?}");
            assert!(message.contains(&expected), "{message}");
        }
    }

    #[test]
    fn an_id_or_a_name_that_aws_gives_to_nobody_is_malformed() {
        let arn = "arn:aws:iam::111122223333:user/anna";
        let created_at = DateTime::from_secs(IN_2021);
        let read = |name: &str, id: &str| {
            let created_at = Some(&created_at);
            let parts = IdentityParts {
                name,
                arn,
                id,
                path: "/",
                created_at,
            };
            scope().user(Action::ListUsers, parts)
        };
        assert!(read("anna", "AIDA_0").is_ok());
        for (name, id) in [
            ("anna".to_owned(), "AIDA\0X".to_owned()),
            ("anna".to_owned(), "A".repeat(5 << 20)),
            ("anna".to_owned(), "AIDA/..".to_owned()),
            ("an\u{1b}na".to_owned(), "AIDA".to_owned()),
            ("a".repeat(1 << 20), "AIDA".to_owned()),
        ] {
            let message = read(&name, &id).unwrap_err().error.message;
            assert!(message.len() < 700, "{} bytes", message.len());
        }
    }

    #[test]
    fn create_date_before_iam_or_in_the_future_is_malformed() {
        let arn = "arn:aws:iam::111122223333:user/anna";
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let year_2005 = 1_104_600_000;
        for (created_at, is_plausible) in [
            (IN_2021, true),
            (now + 3_600, true),
            (now + 2 * 86_400, false),
            (year_2005, false),
            (0, false),
            (i64::MAX, false),
        ] {
            assert_eq!(read(arn, created_at).is_ok(), is_plausible, "{created_at}");
        }
    }
}
