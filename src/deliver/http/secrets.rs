//! The secrets of a sink, which may be replaced while it is in use.

use secrecy::{ExposeSecret, SecretString};

use crate::foreign;

/// What a sink was given to be let in with, by name. Everything that it says from then on is
/// without it, and without what was replaced: a late answer may repeat that.
#[derive(Debug)]
pub(in crate::deliver) struct Secrets(Vec<(String, SecretString)>);

impl Secrets {
    pub(in crate::deliver) fn new(secrets: Vec<(String, SecretString)>) -> Self {
        let mut this = Self(Vec::new());
        this.replace(secrets);
        this
    }

    /// Takes `read` in place of what there was. Whether any of it is another.
    pub(in crate::deliver) fn replace(&mut self, read: Vec<(String, SecretString)>) -> bool {
        let before = self.0.iter().map(|(_, secret)| secret.expose_secret());
        let after = read.iter().map(|(_, secret)| secret.expose_secret());
        let is_other = !before.eq(after);
        for (name, secret) in &read {
            foreign::hide(name, secret);
        }
        self.0 = read;
        is_other
    }
}
