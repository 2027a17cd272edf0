//! `[aws.organization]`: every account of an AWS organization, or some of them.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::config::aws::role::{self, Role, SESSION_NAME};
use crate::model::{Arn, is_account_id};

/// `[aws.organization]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationSettings {
    /// The role to assume in each account, with its path if it has one.
    #[serde(deserialize_with = "role_name")]
    pub role_name: String,
    /// The external id of the roles' trust policy.
    #[serde(default, deserialize_with = "role::external_id")]
    pub external_id: Option<String>,
    /// Which accounts; none named: all of them.
    #[serde(default)]
    pub include: Vec<Selector>,
    /// Which not, even if included.
    #[serde(default)]
    pub exclude: Vec<Selector>,
}

/// What names one or several accounts of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The account of this id.
    Id(String),
    /// Every account below this organizational unit, at any depth.
    Unit(String),
    /// Every account whose name matches: `*` is any text, `?` any character.
    Name(String),
}

impl OrganizationSettings {
    /// The role in the account `id` of `partition`.
    pub fn role(&self, partition: &str, id: &str) -> Role {
        Role {
            arn: Arn::of_iam(partition, id, &format!("role/{}", self.role_name)),
            external_id: self.external_id.clone(),
            session_name: SESSION_NAME.to_owned(),
            duration: None,
        }
    }
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(from)?;
        match value.as_str() {
            Some(text) if is_account_id(text) => Ok(Self::Id(text.to_owned())),
            Some(text) if text.starts_with("ou-") => Ok(Self::Unit(text.to_owned())),
            Some(text) if !text.is_empty() => Ok(Self::Name(text.to_owned())),
            _ => Err(D::Error::custom(
                "accounts are named by texts: an id of 12 digits, an organizational unit \
                 (\"ou-...\") or a name, in which * stands for any text",
            )),
        }
    }
}

fn role_name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    match role::check_name(&text) {
        None => Ok(text.trim_start_matches('/').to_owned()),
        Some(_) if Arn::parse(text.as_str()).is_ok() => Err(D::Error::custom(
            "`role_name` is an ARN; write the role's name alone, with its path if it has one",
        )),
        Some(why) => Err(D::Error::custom(format!("`role_name`: {why}"))),
    }
}
