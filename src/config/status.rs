//! `[status]`: where a daemon serves its status.

use std::net::SocketAddr;

use secrecy::SecretString;
use serde::Deserialize;

use super::{SecretRef, UnreadSecret};

/// `[status]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusSettings {
    /// Where `rollcall run` serves its status; nowhere by default. It names accounts and sinks.
    pub listen: Option<SocketAddr>,
    /// What all but probes must know; whoever reaches the address where there is none.
    pub token: Option<SecretRef>,
    /// Whether no user is named there.
    pub hide_names: bool,
}

impl StatusSettings {
    /// Reads the token, if there is one.
    pub fn secret(&self) -> Result<Option<SecretString>, UnreadSecret> {
        let token = self.token.as_ref();
        let read = token.map(|token| token.resolve_as("status.token"));
        Ok(read.transpose()?.map(|(_, token)| token))
    }

    /// What is wrong, if anything is.
    pub(super) fn check(&self) -> Option<String> {
        let address = self.listen.filter(|it| !it.ip().is_loopback())?;
        self.token.is_none().then(|| {
            format!(
                "`listen` in [status] is {address}, which other machines reach, and would tell \
                 them about accounts: set `token` = \"env:NAME\" or \"file:PATH\", or listen on \
                 127.0.0.1"
            )
        })
    }
}
