//! rollcall: AWS IAM users in, OCSF User Inventory events out.
//!
//! ```text
//! AWS accounts ─▶ collect ──▶ analyze ──▶ map ──▶ store (digest + outbox) ──▶ deliver ──▶ sinks
//!  or saved files   facts      verdict    OCSF     one transaction, durable     acknowledged
//! ```
//!
//! Invariants that every room keeps:
//! - A fact is known, or unknown with its reason ([`model::Fact`]); an error never becomes
//!   `false`, an empty list or "not an administrator".
//! - [`map`], [`analyze`] and [`access`] are pure: time and settings are arguments.
//! - [`collect`] knows no OCSF, [`deliver`] sees only ids and bytes, [`store`] knows neither AWS
//!   nor HTTP.
//! - A user's digest and its outbox entry are one transaction, durable before anything is sent;
//!   an entry leaves the outbox only when its sink acknowledged it.

pub mod access;
pub mod analyze;
pub mod aws;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod config;
pub mod deliver;
pub mod map;
pub mod model;
pub mod observe;
pub mod output;
pub mod run;
pub mod steps;
pub mod store;
pub mod trust;
