//! One request: who asks to do what, on what, in which circumstances.

use super::context::Context;
use super::principal::Principal;

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The action in lower case, as `iam:putuserpolicy`.
    pub action: &'a str,
    /// The ARN that AWS checks the action against, or `*`.
    pub resource: &'a str,
    /// The circumstances.
    pub context: &'a Context,
}

impl<'a> Request<'a> {
    /// The service of the action.
    pub fn service(&self) -> &'a str {
        self.action.split(':').next().unwrap_or_default()
    }

    /// The action without its service.
    pub fn operation(&self) -> &'a str {
        self.action.split(':').nth(1).unwrap_or_default()
    }
}
