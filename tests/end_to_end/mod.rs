//! The real binary, from AWS (moto) to the intake.

mod accounts;
mod common;
mod daemon;
mod daemon_ends;
mod deleted;
mod delivered;
mod demo;
mod denied;
mod denied_in_auto;
mod expired;
mod first_hour;
mod first_hour_aws;
mod first_hour_docs;
mod first_hour_tls;
mod many_accounts;
mod organization;
mod plan;
mod refused_by_aws;
mod repeated;
mod root_user;
mod saved_files;
mod streamed;
mod throttled;
mod two_sinks;
mod unknown_is_no_change;
mod without_config;
