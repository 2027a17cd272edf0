//! Administrator, program or plain user: `user.type_id`, and the risk that it is.

mod risk;
mod service_accounts;

use serde::Deserialize;

use super::{Dialect, EventInput};
use crate::analyze::{AdminVerdict, Privilege, Tier};

pub(super) use risk::risk_level;
pub use service_accounts::ServiceAccounts;

/// By what `user.type_id` says that a user is an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdminBy {
    /// By names in dialect `sekoia`, as documented there; by what is allowed in `ocsf`.
    #[default]
    Auto,
    /// By what the policies allow; by names where their documents are not known.
    Effective,
    /// By the names of the policies of groups.
    Names,
}

/// `user.type_id`, as far as rollcall tells users apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserType {
    Unknown,
    User,
    Service,
    Admin,
}

/// The type of the user in `dialect`. A program that is an administrator is an administrator.
pub(super) fn user_type(dialect: Dialect, input: &EventInput<'_>) -> UserType {
    match by_power(dialect, input) {
        UserType::User => match input.rules.service_accounts.includes(input.user) {
            Some(true) => UserType::Service,
            Some(false) => UserType::User,
            None => UserType::Unknown,
        },
        decided => decided,
    }
}

fn by_power(dialect: Dialect, input: &EventInput<'_>) -> UserType {
    match is_admin(effective_tier(dialect, input), input.admin) {
        Some(true) => UserType::Admin,
        Some(false) => UserType::User,
        None => UserType::Unknown,
    }
}

/// Whether somebody is an administrator: by its tier, where that is known and asked for, else by
/// the names of policies. `None` if neither says.
pub fn is_admin(tier: Option<Tier>, by_names: &AdminVerdict) -> Option<bool> {
    match (tier, by_names) {
        (Some(Tier::Admin | Tier::AdminWithMfa), _) => Some(true),
        (None | Some(Tier::Unknown), AdminVerdict::Admin(_)) => Some(true),
        (None | Some(Tier::Unknown), AdminVerdict::Unknown) => None,
        (_, _) => Some(false),
    }
}

/// The tier, where it decides the type: where it is known, and asked for.
pub(super) fn effective_tier(dialect: Dialect, input: &EventInput<'_>) -> Option<Tier> {
    let is_asked = match (input.rules.admin_by, dialect) {
        (AdminBy::Names, _) | (AdminBy::Auto, Dialect::Sekoia) => false,
        (AdminBy::Effective, _) | (AdminBy::Auto, Dialect::Ocsf) => true,
    };
    let tier = privilege(input).tier;
    (is_asked && tier != Tier::Unknown).then_some(tier)
}

/// The verdict on the user; one without documents where none was made.
pub(super) fn privilege<'a>(input: &EventInput<'a>) -> &'a Privilege {
    input
        .privilege
        .unwrap_or_else(|| Privilege::without_documents(input.user))
}
