//! What stands in a configuration is shown where it is a name. Anything else may be a secret that
//! was pasted into the wrong place.

use std::fmt;
use std::path::Path;

/// Stands for what is not shown.
const NO_NAME: &str = "(not shown: it is no name)";
/// A longer word without a break is none that a person made up.
const WORD_LEN_MAX: usize = 20;
/// In a shorter word, nothing is suspicious.
const WORD_LEN_MIN: usize = 10;
/// A year, or a few numbers.
const DIGITS_MAX: usize = 4;
/// An account's id, or a number where one belongs.
const NUMBER_LEN_MAX: usize = 12;
const LEN_MAX: usize = 80;

/// `text` if it is a name, such as that of a variable or a key.
pub(super) fn shown(text: &str) -> &str {
    match is_name(text) {
        true => text,
        false => NO_NAME,
    }
}

/// `text` in quotes if it is a name.
pub(super) fn quoted(text: &str) -> String {
    match is_name(text) {
        true => format!("{text:?}"),
        false => NO_NAME.to_owned(),
    }
}

/// `text` in quotes if it is an ARN of names, or a name where one belongs.
pub(super) fn quoted_arn(text: &str) -> String {
    const ARN_LEN_MAX: usize = 300;
    let is_arn = text.starts_with("arn:") && text.len() < ARN_LEN_MAX;
    match is_arn && text.split([':', '/', '*']).all(is_name) {
        true => format!("{text:?}"),
        false => quoted(text),
    }
}

/// `path` if it is one: its folder is there, or each part of it is a name.
pub(super) fn shown_path(path: &Path) -> impl fmt::Display {
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    let is_there = parent.is_some_and(Path::is_dir);
    let mut parts = path.iter().map(|part| part.to_string_lossy());
    match is_there || parts.all(|part| part == "/" || is_name(&part)) {
        true => path.display().to_string(),
        false => NO_NAME.to_owned(),
    }
}

/// Whether `text` is words of letters and digits, with breaks between, as people write names.
pub(super) fn is_name(text: &str) -> bool {
    let is_break = |char: char| "-_. ".contains(char);
    let is_ordinary = |char: char| char.is_alphanumeric() || is_break(char);
    let mut words = text.split(is_break);
    text.len() <= LEN_MAX && text.chars().all(is_ordinary) && words.all(is_word)
}

fn is_word(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let has = |is: fn(char) -> bool| word.chars().any(is);
    let capitals = word.chars().filter(|char| char.is_uppercase()).count();
    // `camelCase` is a word, `kJ8xQ2` and `wJalrXUtnFEMI` are none.
    let is_mixed = has(char::is_lowercase) && capitals > 0 && (digits > 0 || capitals > 3);
    let is_number = digits == word.len() && digits <= NUMBER_LEN_MAX;
    is_number
        || word.len() < WORD_LEN_MIN
        || (word.len() <= WORD_LEN_MAX && digits <= DIGITS_MAX && !is_mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown() {
        for text in [
            "SIEM_API_KEY",
            "ROLLCALL_NO_SUCH_KEY_2",
            "batchsize",
            "osf",
            "soon",
            "1200",
            "99999999999",
            "requestsPerSecond",
            "x-api-key",
        ] {
            assert_eq!(shown(text), text);
        }
        for path in [
            "/run/secrets/key",
            "keys/siem.key",
            "/tmp/kJ8veryVERYsecret99",
        ] {
            assert_eq!(shown_path(Path::new(path)).to_string(), path);
        }
    }

    #[test]
    fn arns_of_names_are_shown_and_a_key_in_one_is_not() {
        for text in [
            "arn:aws:iam::111122223333:user/anna",
            "arn:aws:iam::aws:policy/AdministratorAccess",
            "arn:aws-us-gov:iam::*:role/audit/hub",
            "audit-role",
        ] {
            assert_eq!(quoted_arn(text), format!("{text:?}"));
        }
        for text in [
            "arn:akJ8/zQ4+mR7x9Tw2==65:role/read",
            "arn:aws:iam::111122223333:role/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "arn:aws:iam::111122223333:role/6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            "kJ8/zQ4+mR7x9Tw2==",
        ] {
            assert_eq!(quoted_arn(text), NO_NAME);
        }
    }

    #[test]
    fn what_may_be_a_secret_is_not() {
        for text in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "AKIAIOSFODNN7EXAMPLE9",
            "4f3a9c0b7d2e4f3a9c0b7d2e4f3a9c0b",
            "kJ8xQ2pL0vVeryLong",
            "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "Bearer abc/def",
            "p@ss",
            "key=value",
        ] {
            assert_eq!(shown(text), NO_NAME, "{text}");
            let path = format!("missing/{text}");
            let hidden = shown_path(Path::new(&path)).to_string();
            assert!(
                text.is_empty() || text.contains(' ') || hidden == NO_NAME,
                "{hidden}"
            );
        }
    }
}
