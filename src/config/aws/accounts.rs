//! `[[aws.accounts]]`: which accounts to read, and with which roles.

use std::collections::HashSet;
use std::ops::Range;
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::config::AwsSettings;
use crate::config::aws::role::{self, CHAINED_MAX, Role, SESSION_NAME};
use crate::model::{Arn, is_account_id};

/// One of `[[aws.accounts]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table such as {id = \"111122223333\"}"
)]
pub struct AccountSettings {
    /// The 12-digit account id, which the credentials must belong to.
    #[serde(deserialize_with = "account_id")]
    pub id: String,
    /// What events call the account, instead of the organization's name for it or its alias.
    #[serde(default)]
    pub name: Option<String>,
    /// The role to read it as; without one, the credentials themselves.
    #[serde(default, deserialize_with = "role::arn")]
    pub role_arn: Option<Arn>,
    /// The external id of the role's trust policy.
    #[serde(default, deserialize_with = "role::external_id")]
    pub external_id: Option<String>,
    /// What CloudTrail calls the session.
    #[serde(default, deserialize_with = "role::session_name")]
    pub session_name: Option<String>,
    /// How long a session lasts.
    #[serde(default, deserialize_with = "role::duration")]
    pub duration: Option<Duration>,
}

impl AccountSettings {
    /// The role to assume, if any.
    pub fn role(&self) -> Option<Role> {
        Some(Role {
            arn: self.role_arn.clone()?,
            external_id: self.external_id.clone(),
            session_name: self.session_name.as_deref().unwrap_or(SESSION_NAME).into(),
            duration: self.duration,
        })
    }
}

/// What is wrong with the accounts and roles of `aws`, and where.
pub(in crate::config) fn check(aws: &AwsSettings) -> Result<(), (Range<usize>, String)> {
    let mut ids = HashSet::new();
    let mut without_role = None;
    for account in aws.accounts.iter() {
        let at = |message: String| Err((account.span(), message));
        let account = account.get_ref();
        if !ids.insert(account.id.as_str()) {
            return at(format!("account {} is configured twice", account.id));
        }
        if let Some(message) = mismatch(account) {
            return at(message);
        }
        if account.role_arn.is_none()
            && let Some(other) = without_role.replace(&account.id)
        {
            return at(format!(
                "accounts {other} and {} have no `role_arn`: the credentials belong to one \
                 account alone",
                account.id
            ));
        }
        let is_chained = aws.role_arn.is_some() && account.role_arn.is_some();
        if is_chained && account.duration.is_some_and(|it| it > CHAINED_MAX) {
            return at(format!(
                "account {}: `duration` is longer than 1h, the most that AWS gives to a role \
                 assumed from a role, here from `aws.role_arn`",
                account.id
            ));
        }
    }
    Ok(())
}

/// Keys of one account that do not fit each other.
fn mismatch(account: &AccountSettings) -> Option<String> {
    let id = &account.id;
    match &account.role_arn {
        Some(arn) if arn.account_id() != id => Some(format!(
            "account {id} has a role of account {}: correct `id` or `role_arn`",
            arn.account_id()
        )),
        None if account.external_id.is_some()
            || account.session_name.is_some()
            || account.duration.is_some() =>
        {
            Some(format!(
                "account {id}: `external_id`, `session_name` and `duration` are of a role; add \
                 `role_arn`"
            ))
        }
        _ => None,
    }
}

/// The accounts, each with its place in the file.
pub(in crate::config) type Accounts = std::sync::Arc<Vec<Spanned<AccountSettings>>>;

fn account_id<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let value = toml::Value::deserialize(from)?;
    match value.as_str() {
        Some(id) if is_account_id(id) => Ok(id.to_owned()),
        // As a number, an id would lose the zeros that it begins with.
        _ => Err(D::Error::custom(
            "an account's `id` is a text of 12 digits; write \"111122223333\"",
        )),
    }
}
