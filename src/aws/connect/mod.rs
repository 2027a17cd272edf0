//! The SDK's clients: credential chain, region, endpoint, timeouts, TLS, whole answers.

mod bounded_answer;
mod endpoint;
mod of_profile;
mod sdk_config;
mod services;
mod whole_answer;

pub(in crate::aws) use bounded_answer::TooLarge;
pub use endpoint::Endpoint;
#[cfg(feature = "sso")]
pub(in crate::aws) use sdk_config::sign_in_provider;
pub(in crate::aws) use services::{Services, connect};
pub(in crate::aws) use whole_answer::{NotWhole, OwnEntities};
