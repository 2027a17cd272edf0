//! rollcall: AWS IAM users in, OCSF User Inventory events out.
//!
//! ```text
//! AWS accounts ─▶ collect ──▶ analyze ──▶ map ──▶ store ─────────────▶ deliver ──▶ sinks
//!  or saved files   facts      verdict    OCSF    entities, outbox       acknowledgements
//! ```
//!
//! Invariants that every room keeps:
//! - A fact is known, or unknown with its reason ([`model::Fact`]); an error never becomes
//!   `false`, an empty list or "not an administrator".
//! - What a sink holds converges to what is known, and no event is poorer than an earlier one.
//! - No account, sink or entity holds up another, and everything from outside is bounded.
//! - [`map`], [`analyze`], [`access`], [`audit`], [`queries`], [`schedule`] and [`validate`] are pure: time
//!   and settings are arguments.
//! - [`collect`] knows no OCSF, [`deliver`] sees only ids and bytes, [`store`] knows neither AWS
//!   nor HTTP.
//! - An event and its delivery state are one transaction, durable before anything is sent; an
//!   event leaves the outbox only when its sink acknowledged it.
//!
//! `docs/ARCHITECTURE.md` has the rooms, a walkthrough and a glossary.

pub mod access;
pub mod analyze;
pub mod audit;
pub mod aws;
mod backoff;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod config;
pub mod control;
pub mod deliver;
mod file;
pub mod foreign;
pub mod lifecycle;
mod lines;
pub mod map;
pub mod metrics;
pub mod model;
pub mod observe;
pub mod output;
pub mod process;
pub mod proxy;
pub mod queries;
pub mod review;
pub mod run;
pub mod schedule;
pub mod sekoia;
pub mod steps;
pub mod store;
pub mod table;
pub mod trust;
pub mod validate;
