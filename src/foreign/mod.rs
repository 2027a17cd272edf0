//! Text of others (AWS's, a receiver's, a file's, the environment's), made fit to show. The one
//! door: secrets are taken out, in whichever encoding; what is not seen is spelled out; and only
//! then long text is cut.
//!
//! Architecture invariant: foreign text is shown, logged, kept or served as a [`Shown`], which
//! goes through the door however it is made. What leaves the process goes through it once more,
//! whatever it was made of: [`Page`] is all that `output`, the control socket and the status page
//! take, and `observe` makes a [`Shown`] of every field that is logged. No other place may write:
//! clippy refuses `std::io::stdout` and `std::io::stderr` there. Events are data, and stay as
//! they are.

mod json;
mod page;
mod secrets;
mod shown;
mod unseen;

#[cfg(test)]
mod tests;

pub use page::Page;
pub(crate) use secrets::without_secrets;
pub use secrets::{Hidden, hide, hide_environment, hide_url, hide_while};
pub use shown::Shown;
