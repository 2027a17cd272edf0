//! Facts into events: snapshots, schemas, an independent OCSF model, and properties.

mod as_case;
mod bounded;
pub(crate) mod catalogue;
mod changes;
mod cross_check;
mod digests;
mod field_changes;
mod fields;
mod fixture;
mod fixture_credentials;
mod generate;
pub(crate) mod pretty;
mod properties;
mod refusals;
pub(crate) mod schema;
mod snapshots;
mod stale;
mod unknowns;
mod walkthrough;
