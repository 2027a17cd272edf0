//! Facts into events: snapshots, schemas, an independent OCSF model, and properties.

mod catalogue;
mod cross_check;
mod fixture;
mod pretty;
mod refusals;
mod schema;
mod snapshots;
