//! Collection as a library, against the simulated AWS.

mod collected;
mod drawn;
mod failures;
mod judge;
mod oracle;
mod property;
mod troubles;
