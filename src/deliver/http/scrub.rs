//! A server may repeat the key that it refuses; nobody else shall read it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// Stands where a server's words were cut.
pub(super) const CUT: char = '…';
/// So many characters of a secret at a cut are a part of it, and not chance.
const PART_LEN_MIN: usize = 4;

/// The secrets of a sink, each with the name that is shown in its place.
#[derive(Debug, Default)]
pub(super) struct Scrub(Vec<(String, SecretString)>);

impl Scrub {
    /// From now on `secret` is shown as `name`, in the encodings in which a server may repeat
    /// it. Of a secret in several words, such as a scheme and a token, the last one is a secret
    /// as well.
    pub(super) fn hide(&mut self, name: &str, secret: &SecretString) {
        let whole = secret.expose_secret();
        let last = whole.rsplit_once(' ').map(|(_, last)| last);
        for text in std::iter::once(whole).chain(last) {
            let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            for form in [text.to_owned(), percent, BASE64_STANDARD.encode(text)] {
                self.0.push((format!("[{name}]"), form.into()));
            }
        }
    }

    /// `why` without the secrets.
    pub(super) fn scrub(&self, why: String) -> String {
        self.0
            .iter()
            .fold(why, |why, (name, secret)| match secret.expose_secret() {
                "" => why,
                secret => without_part(why.replace(secret, name), secret, name),
            })
    }
}

/// `why` without the part of `secret` before a cut, of which the rest is gone.
fn without_part(why: String, secret: &str, name: &str) -> String {
    let Some(at) = why.find(CUT) else {
        return why;
    };
    let (before, after) = why.split_at(at);
    let part = (PART_LEN_MIN..secret.len())
        .rev()
        .find_map(|end| before.strip_suffix(secret.get(..end)?));
    match part {
        Some(rest) => format!("{rest}{name}{after}"),
        None => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(why: &str) -> String {
        let mut scrub = Scrub::default();
        scrub.hide("Authorization", &"Bearer abc/def".to_owned().into());
        scrub.scrub(why.to_owned())
    }

    #[test]
    fn a_secret_is_shown_by_its_name_whole_or_without_its_scheme() {
        assert_eq!(shown("bad: Bearer abc/def"), "bad: [Authorization]");
        assert_eq!(shown("no abc/def here"), "no [Authorization] here");
    }

    #[test]
    fn a_secret_is_hidden_in_other_encodings_too() {
        assert_eq!(shown("?key=abc%2Fdef"), "?key=[Authorization]");
        let encoded = BASE64_STANDARD.encode("abc/def");
        assert_eq!(shown(&encoded), "[Authorization]");
    }

    #[test]
    fn a_secret_that_was_cut_is_hidden_as_well() {
        assert_eq!(shown("no abc/d… (E1)"), "no [Authorization]… (E1)");
        assert_eq!(shown("no ab… (E1)"), "no ab… (E1)");
    }
}
