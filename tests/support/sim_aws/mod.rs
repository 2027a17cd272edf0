//! A simulated AWS: IAM and STS over an account in memory, of any size, and as unruly as asked.
//!
//! It speaks the query protocol to the real SDK, and does what moto cannot: real pagination,
//! throttling, denials, latency, cut connections, nonsense, users that come and go meanwhile.
//! A benchmark runs it in a process of its own, so it stands alone: nothing here uses the rest
//! of the tests' support.

mod account;
mod actions;
mod answer;
mod bucket;
mod call;
mod client;
mod compare;
mod counters;
mod expected;
mod faults;
mod generate;
mod paging;
mod policy;
mod principal;
mod report;
mod script;
mod serve;
mod sim;
mod spoil;
mod user;
mod xml;

pub(crate) use account::SimAccount;
pub(crate) use actions::organizations::UNIT_ID;
pub(crate) use client::any_credentials;
pub(crate) use compare::{Verdict, compare};
pub(crate) use faults::{Denial, Fault, Rule};
pub(crate) use paging::PageShape;
pub(crate) use policy::{Document, SimGroup, SimPolicy, SimRole};
pub(crate) use principal::session_token;
pub(crate) use report::SimReport;
pub(crate) use sim::SimAws;
pub(crate) use user::{SimPassword, SimUser};
