//! Collection as a library, against the simulated AWS.

mod bounds;
mod collected;
mod confirmation;
mod drawn;
mod failures;
mod identity;
mod judge;
mod new_users;
mod oracle;
mod overlap;
mod property;
mod renamed;
mod service_credentials;
mod troubles;
