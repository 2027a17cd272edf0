//! Collection as a library, against the simulated AWS.

mod collected;
mod drawn;
mod judge;
mod oracle;
mod property;
mod troubles;
