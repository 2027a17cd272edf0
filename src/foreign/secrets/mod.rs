//! The secrets that this process knows, and texts without them.

mod environment;
mod escapes;
mod forms;
mod index;
mod known;
mod lists;
mod reading;
mod url;
mod windows;

use std::sync::{LazyLock, PoisonError, RwLock, RwLockWriteGuard};

use secrecy::{ExposeSecret, SecretString};

use self::known::Known;

pub use environment::hide_environment;
pub use url::hide_url;

/// Every secret that this process knows. Those who read a text wait for nobody but a new secret.
static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// While this lives, a secret is hidden.
#[derive(Debug)]
#[must_use = "the secret is hidden as long as this lives"]
pub struct Hidden(u64);

/// From now on `secret` is shown as `[name]` in all that is foreign, in whichever encoding. Of
/// several words, such as a scheme and a token, the last one is a secret as well.
pub fn hide(name: &str, secret: &SecretString) {
    for part in parts(secret.expose_secret()) {
        known().add_for_good(name, &part);
    }
}

/// As [`hide`], as long as what this returns lives: for secrets that are soon of no use.
pub fn hide_while(name: &str, secret: &str) -> Hidden {
    Hidden(known().add(name, secret))
}

impl Drop for Hidden {
    fn drop(&mut self) {
        known().remove(self.0);
    }
}

/// `text` with the names of secrets in their places, before its form is changed in any way.
pub(crate) fn without_secrets(text: &str) -> String {
    found_out(text).unwrap_or_else(|| text.to_owned())
}

/// The same, if any secret is in `text`.
pub(super) fn found_out(text: &str) -> Option<String> {
    windows::taken_out_of(text, |window, start, found| {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        known.find(window, start, found);
    })
}

fn known() -> RwLockWriteGuard<'static, Known> {
    KNOWN.write().unwrap_or_else(PoisonError::into_inner)
}

/// What of `secret` is a secret by itself: all of it, its last word, and the password of a Basic
/// authorization.
fn parts(secret: &str) -> Vec<String> {
    let mut parts = vec![secret.to_owned()];
    if let Some((scheme, last)) = secret.rsplit_once(' ') {
        parts.push(last.to_owned());
        if scheme.trim().eq_ignore_ascii_case("basic") {
            parts.extend(url::password_of_basic(last));
        }
    }
    parts
}

#[cfg(test)]
mod tests;
