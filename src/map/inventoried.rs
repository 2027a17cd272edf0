//! Everything an event is made from.

use super::TagNames;
use crate::analyze::AdminVerdict;
use crate::model::{Account, FieldChange, PassStamp, User};

/// One user as one pass saw it: the input of every dialect.
#[derive(Debug, Clone, Copy)]
pub struct Inventoried<'a> {
    /// The account that was read.
    pub account: &'a Account,
    /// The user and its facts.
    pub user: &'a User,
    /// The verdict of [`crate::analyze`].
    pub admin: &'a AdminVerdict,
    /// Which tags hold a person's name and address.
    pub tag_names: &'a TagNames,
    /// Whether last-used times are content, so that a new one alone is a change; else they are
    /// stamped on the event.
    pub is_last_use_content: bool,
    /// What changed since the last pass: stamped on the event, and no part of its content.
    pub changes: &'a [FieldChange],
    /// The pass: stamped on the event, and no part of its content.
    pub pass: PassStamp,
}
