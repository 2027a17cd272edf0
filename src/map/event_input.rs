//! Everything an event is made from.

use super::MappingRules;
use crate::analyze::{AdminVerdict, Privilege};
use crate::model::{Account, FieldChange, FormerName, PassStamp, StaleFact, User};

/// One user as it is known: the input of every dialect.
#[derive(Debug, Clone, Copy)]
pub struct EventInput<'a> {
    /// The account that was read.
    pub account: &'a Account,
    /// The user, with last known values in place of what is unknown now.
    pub user: &'a User,
    /// Whether the user is an administrator by the names of policies.
    pub admin: &'a AdminVerdict,
    /// The verdict by policy documents, where those were read.
    pub privilege: Option<&'a Privilege>,
    /// What the operator decides.
    pub rules: &'a MappingRules,
    /// What changed since the last pass: stamped on the event, and no part of its content.
    pub changes: &'a [FieldChange],
    /// The facts that are as last known: stamped on the event, and no part of its content.
    pub stale: &'a [StaleFact],
    /// The names that the user had before.
    pub former_names: &'a [FormerName],
    /// The pass: stamped on the event, and no part of its content.
    pub pass: PassStamp,
}
