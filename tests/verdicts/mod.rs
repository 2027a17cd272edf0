//! The verdict on users, against a table of labelled cases.

mod account;
mod case;
mod statement;
mod table;
