//! The secrets of a sink, which may be replaced while it is in use.

use secrecy::{ExposeSecret, SecretString};

use super::scrub::Scrub;

/// What a sink was given to be let in with, by name.
#[derive(Debug)]
pub(in crate::deliver) struct Secrets {
    current: Vec<(String, SecretString)>,
    /// Knows those that were replaced as well: a late answer may repeat them.
    scrub: Scrub,
}

impl Secrets {
    pub(in crate::deliver) fn new(secrets: Vec<(String, SecretString)>) -> Self {
        let mut this = Self {
            current: Vec::new(),
            scrub: Scrub::default(),
        };
        this.replace(secrets);
        this
    }

    /// Takes `read` in place of what there was. Whether any of it is another.
    pub(in crate::deliver) fn replace(&mut self, read: Vec<(String, SecretString)>) -> bool {
        let before = self
            .current
            .iter()
            .map(|(_, secret)| secret.expose_secret());
        let after = read.iter().map(|(_, secret)| secret.expose_secret());
        if before.eq(after) {
            return false;
        }
        for (name, secret) in &read {
            self.scrub.hide(name, secret);
        }
        self.current = read;
        true
    }

    /// `why` without any secret of now or before.
    pub(in crate::deliver) fn scrub(&self, why: String) -> String {
        self.scrub.scrub(why)
    }
}
