//! Services that speak JSON, each for a few actions: CloudTrail, SQS, DynamoDB, Parameter Store.
//!
//! A generated client of each would cost more to build than all the rest of AWS together. Signing,
//! connecting and timing are the SDK's own, as for every other call.

mod call;
mod error;
mod service;

pub use service::JsonService;
