//! The table of the mapping: every field of an event, what it says, and what tells it.
//!
//! It is what `docs/mapping.md`, `map --explain-fields` and `explain --fields` show, and tests hold
//! events and schemas against it. A path has `[]` for any item of a list; one of an object or list
//! stands for everything inside.

mod credentials;
mod envelope;
mod identity;
mod marks;
mod power;
mod values;

use super::Dialect;

pub use values::values;

/// One fact, and where events have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The fact in AWS's terms.
    pub iam: &'static str,
    /// Where events of dialect `ocsf` have it; nowhere where empty.
    pub ocsf: &'static [&'static str],
    /// Where events of dialect `sekoia` have it.
    pub sekoia: &'static [&'static str],
    /// The type in JSON, with its unit.
    pub kind: &'static str,
    /// What it says.
    pub meaning: &'static str,
    /// A value.
    pub example: &'static str,
    /// The calls that tell it, the first that answers wins.
    pub calls: &'static str,
    /// What it is made from.
    pub origin: Origin,
}

/// What a field is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Facts of the user, by the names of `User::origins`, and `privilege`.
    Facts(&'static [&'static str]),
    /// What every listing of users has.
    Listing,
    /// What is known of the account.
    Account,
    /// Our own, the same in every event or stamped on it.
    Rollcall,
}

impl Field {
    /// The paths in events of `dialect`.
    pub fn paths(&self, dialect: Dialect) -> &'static [&'static str] {
        match dialect {
            Dialect::Ocsf => self.ocsf,
            Dialect::Sekoia => self.sekoia,
        }
    }
}

/// The whole table, in the order of an event.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    let parts: [&[Field]; 5] = [
        &envelope::FIELDS,
        &identity::FIELDS,
        &power::FIELDS,
        &credentials::FIELDS,
        &marks::FIELDS,
    ];
    parts.into_iter().flatten()
}
