//! `[mapping]`: how facts become events.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::analyze::AdminRule;
use crate::map::{AdminBy, ServiceAccounts, TagNames};

/// `[mapping]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappingSettings {
    /// Which users are sent.
    pub emit: Emit,
    /// Names of group policies that make an administrator: case-insensitive substrings.
    #[serde(deserialize_with = "admin")]
    pub admin: Vec<String>,
    /// Whether those names give the user's type, or what policies allow does.
    pub admin_by: AdminBy,
    /// Which users are programs, by ARN or tag.
    pub service_accounts: ServiceAccounts,
    /// Whether the organization's service control policies limit verdicts.
    pub scps: bool,
    /// Whether events of dialect `ocsf` have a risk level.
    pub risk: bool,
    /// Whether the account's root user is an inventory entry; only the credential report
    /// holds it.
    pub root_account: bool,
    /// Whether the deletion of a user is reported.
    pub deleted_users: DeletedUsers,
    /// The share of known users, in percent, that may be gone at once; more are held back until
    /// they are accepted.
    pub max_deleted_percent: u8,
    /// Whether a user is sent again when only the time of its password's or a key's last use has
    /// changed.
    pub send_last_used: bool,
    /// Which tags describe the person behind a user.
    pub tags: TagNames,
}

/// Which users are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Emit {
    /// Who is new or has changed.
    Changed,
    /// Who was created since the checkpoint, and nobody a second time: neither a change nor a
    /// deletion is noticed, and no call is made for the others.
    Created,
    /// Everybody, in every pass.
    All,
}

/// Whether the deletion of a user is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletedUsers {
    /// Once it is proven.
    Send,
    /// Never.
    Skip,
}

impl Default for MappingSettings {
    fn default() -> Self {
        Self {
            emit: Emit::Changed,
            admin: AdminRule::DOCUMENTED.map(str::to_owned).to_vec(),
            admin_by: AdminBy::Auto,
            service_accounts: ServiceAccounts::default(),
            scps: false,
            risk: false,
            root_account: true,
            deleted_users: DeletedUsers::Send,
            max_deleted_percent: 20,
            send_last_used: false,
            tags: TagNames::default(),
        }
    }
}

/// Refuses an empty name, which every name contains: everybody would be an administrator.
fn admin<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let names = Vec::<String>::deserialize(from)?;
    match names.iter().any(|name| name.trim().is_empty()) {
        true => Err(D::Error::custom(
            "an empty name is part of every name, so that everybody would be an administrator; \
             leave it out",
        )),
        false => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::{AssetConnectorOverrides, Config};

    #[test]
    fn an_empty_name_among_those_of_administrators_is_refused_and_an_empty_list_is_not() {
        let parse = |names: &str| {
            let text = format!("[mapping]\nadmin = {names}\n");
            Config::parse(
                Path::new("test.toml"),
                &text,
                &AssetConnectorOverrides::default(),
            )
        };
        for names in ["[\"\"]", "[\"AdministratorAccess\", \"  \"]"] {
            let error = parse(names).unwrap_err().to_string();
            assert!(
                error.starts_with("test.toml:2:9: ") && error.contains("everybody"),
                "{error}"
            );
        }
        assert!(parse("[]").is_ok());
    }
}
