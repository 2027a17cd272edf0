//! A server may repeat the key that it refuses; nobody else shall read it.

use secrecy::{ExposeSecret, SecretString};

/// The secrets of a sink, each with the name that is shown in its place.
#[derive(Debug, Default)]
pub(super) struct Scrub(Vec<(String, SecretString)>);

impl Scrub {
    /// From now on `secret` is shown as `name`. Of a secret in several words, such as a scheme
    /// and a token, the last one is a secret as well.
    pub(super) fn hide(&mut self, name: &str, secret: &SecretString) {
        let mut hide = |secret: SecretString| self.0.push((format!("[{name}]"), secret));
        hide(secret.clone());
        if let Some((_, last)) = secret.expose_secret().rsplit_once(' ') {
            hide(last.to_owned().into());
        }
    }

    /// `why` without the secrets.
    pub(super) fn scrub(&self, why: String) -> String {
        self.0
            .iter()
            .fold(why, |why, (name, secret)| match secret.expose_secret() {
                "" => why,
                secret => why.replace(secret, name),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_by_its_name_whole_or_without_its_scheme() {
        let mut scrub = Scrub::default();
        scrub.hide("Authorization", &"Bearer abc".to_owned().into());
        let shown = |why: &str| scrub.scrub(why.to_owned());
        assert_eq!(shown("bad: Bearer abc"), "bad: [Authorization]");
        assert_eq!(shown("no abc here"), "no [Authorization] here");
    }
}
