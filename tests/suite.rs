//! One test binary: every integration test links the SDK only once.
// A collection is a future of many levels.
#![recursion_limit = "256"]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod audit;
mod collection;
mod config;
mod converge;
mod delivery;
mod end_to_end;
mod lifecycle;
mod mapping;
mod proof;
mod support;
mod support_works;
mod validate;
mod verdicts;
