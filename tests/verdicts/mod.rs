//! The verdict on users, against a table of labelled cases.

mod account;
mod case;
mod differential;
mod large;
mod oracle;
mod rewritings;
mod statement;
mod table;
