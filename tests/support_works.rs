//! The support code does what the other tests rely on.

mod accounts;
mod agents;
mod intakes;
mod sim_aws;
mod strict;
