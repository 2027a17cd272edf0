//! The token that lets somebody in.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Request;
use hyper::header::AUTHORIZATION;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A token, as its digest: a comparison takes as long whatever is given, and however long it is.
#[derive(Clone)]
pub(super) struct Token([u8; 32]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    pub(super) fn new(secret: &SecretString) -> Self {
        Self(Sha256::digest(secret.expose_secret()).into())
    }

    /// Whether `request` carries the token: as `Bearer`, or as the password of any user, which is
    /// what browsers ask a person for.
    pub(super) fn is_given<B>(&self, request: &Request<B>) -> bool {
        let given = request.headers().get(AUTHORIZATION);
        let given = given.and_then(|value| value.to_str().ok()?.split_once(' '));
        let Some((scheme, value)) = given else {
            return false;
        };
        if scheme.eq_ignore_ascii_case("bearer") {
            return self.is(value.trim().as_bytes());
        }
        let decoded = STANDARD.decode(value.trim()).unwrap_or_default();
        let end_of_user = decoded.iter().position(|byte| *byte == b':');
        scheme.eq_ignore_ascii_case("basic")
            && end_of_user.is_some_and(|end| self.is(&decoded[end + 1..]))
    }

    fn is(&self, given: &[u8]) -> bool {
        let digest: [u8; 32] = Sha256::digest(given).into();
        self.0.ct_eq(&digest).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_lets_in_as_bearer_or_as_a_password() {
        let token = Token::new(&"s3cret:t".into());
        let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for (header, expected) in [
            ("Bearer s3cret:t".to_owned(), true),
            ("bearer  s3cret:t ".to_owned(), true),
            (basic("anna:s3cret:t"), true),
            (basic(":s3cret:t"), true),
            ("Bearer s3cret".to_owned(), false),
            ("Bearer ".to_owned(), false),
            ("Basic s3cret:t".to_owned(), false),
            (basic("s3cret"), false),
            ("s3cret:t".to_owned(), false),
            ("Digest s3cret:t".to_owned(), false),
        ] {
            let request = Request::builder().header(AUTHORIZATION, &header);
            let request = request.body(()).unwrap();
            assert_eq!(token.is_given(&request), expected, "{header}");
        }
        let without = Request::builder().body(()).unwrap();
        assert!(!token.is_given(&without));
    }
}
