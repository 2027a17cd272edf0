//! What AWS answered in place of what was asked for, and what to do about it.

mod aws_error;
mod class;
mod not_offered;
mod of_credentials;
mod remedy;

pub use aws_error::AwsError;
pub use class::AwsErrorClass;
