//! Made-up names, ids and tags that keep the form of real ones.

use std::collections::{HashMap, HashSet};
use std::iter::repeat;

use super::forms;

/// The account of every case.
const ACCOUNT: &str = "123456789012";
/// What an id keeps: it says of what it is one (`AIDA` of a user).
const ID_PREFIX_LEN: usize = 4;

/// Replaces words, each by the same one wherever it occurs. Which one is chance: there is no way
/// back.
pub(super) struct MadeUp {
    /// Made-up words by the lower-case real ones.
    words: HashMap<String, String>,
    /// Made-up addresses, UUIDs and dates by the real ones.
    forms: HashMap<String, String>,
    /// The made-up words: no two real ones share one.
    taken: HashSet<String>,
    /// Lower-case parts that stay, since the mapping looks at them.
    kept: Vec<String>,
}

impl MadeUp {
    /// Keeps `kept` within words, whatever their case.
    pub(super) fn new(kept: &[String]) -> Self {
        Self {
            words: HashMap::new(),
            forms: HashMap::new(),
            taken: HashSet::new(),
            kept: kept.iter().map(|part| part.to_lowercase()).collect(),
        }
    }

    /// `text` with made-up words between what separates them. ARNs, addresses, UUIDs and dates in it
    /// stay what they are.
    pub(super) fn text(&mut self, text: &str) -> String {
        let mut made_up = String::new();
        for part in text.split_inclusive(is_between) {
            let token = part.trim_end_matches(is_between);
            match self.formed(token) {
                Some(formed) => made_up.push_str(&formed),
                None => made_up.push_str(&self.words(token)),
            }
            made_up.push_str(&part[token.len()..]);
        }
        made_up
    }

    /// What has a form as a whole; the same wherever it occurs.
    fn formed(&mut self, token: &str) -> Option<String> {
        if token.starts_with("arn:") {
            return self.made_up_arn(token);
        }
        if let Some(known) = self.forms.get(token) {
            return Some(known.clone());
        }
        for _ in 0..TRIES_MAX {
            let other = forms::another(token)?;
            if other != token && self.taken.insert(other.clone()) {
                self.forms.insert(token.to_owned(), other.clone());
                return Some(other);
            }
        }
        None
    }

    fn words(&mut self, text: &str) -> String {
        let mut made_up = String::new();
        let mut word = String::new();
        for char in text.chars().chain([' ']) {
            if char.is_alphanumeric() {
                word.push(char);
                continue;
            }
            if !word.is_empty() {
                made_up.push_str(&self.word(&std::mem::take(&mut word)));
            }
            made_up.push(char);
        }
        made_up.pop();
        made_up
    }

    /// An ARN of another account and name; one of AWS itself stays as it is.
    pub(super) fn arn(&mut self, arn: &str) -> String {
        self.made_up_arn(arn).unwrap_or_else(|| self.words(arn))
    }

    /// The same; `None` if it is no ARN.
    fn made_up_arn(&mut self, arn: &str) -> Option<String> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [prefix, partition, service, region, account, resource] = *parts.as_slice() else {
            return None;
        };
        if account == "aws" {
            return Some(arn.to_owned());
        }
        let account = if account.is_empty() { "" } else { ACCOUNT };
        let is_of_identities = matches!(service, "iam" | "sts");
        let resource = match resource.split_once('/') {
            // Of other services, a name may stand first.
            Some((kind, name)) if is_of_identities => format!("{kind}/{}", self.words(name)),
            None if is_of_identities => resource.to_owned(),
            _ => self.words(resource),
        };
        Some(format!(
            "{prefix}:{partition}:{service}:{region}:{account}:{resource}"
        ))
    }

    /// An id of the same kind; the root user's, which is its account's, becomes the cases' one.
    pub(super) fn id(&mut self, id: &str) -> String {
        if id.len() == ACCOUNT.len() && id.bytes().all(|byte| byte.is_ascii_digit()) {
            return ACCOUNT.to_owned();
        }
        let (prefix, rest) = id.split_at_checked(ID_PREFIX_LEN).unwrap_or(("", id));
        format!("{prefix}{}", self.word(rest))
    }

    fn word(&mut self, word: &str) -> String {
        let lower = word.to_lowercase();
        let (taken, kept) = (&mut self.taken, &self.kept);
        let made_up = self.words.entry(lower.clone());
        let made_up = made_up.or_insert_with(|| invented(&lower, kept, taken));
        let cases = word.chars().map(char::is_uppercase).chain(repeat(false));
        let chars = made_up.chars().zip(cases);
        let chars = chars.map(|(made_up, is_uppercase)| match is_uppercase {
            true => made_up.to_uppercase().next().unwrap_or(made_up),
            false => made_up,
        });
        chars.collect()
    }
}

/// What stands for an accented letter, and for one of another script.
const ACCENTED: [char; 10] = ['à', 'ä', 'ç', 'é', 'è', 'ê', 'ñ', 'ö', 'ô', 'ü'];
const OF_OTHER_SCRIPTS: [char; 10] = ['字', '山', '川', '水', '火', '木', '金', '土', '月', '人'];

/// How often a word is invented before it is made longer.
const TRIES_MAX: usize = 64;

/// What stands between values of which each may have a form.
fn is_between(char: char) -> bool {
    char.is_whitespace() || ",;=|\"'()[]{}<>".contains(char)
}

/// A word of the form of `lower` that is neither it nor `taken`; a longer one where there is none.
fn invented(lower: &str, kept: &[String], taken: &mut HashSet<String>) -> String {
    let mut form = lower.to_owned();
    for tried in 1.. {
        let made_up: Vec<char> = form.chars().map(another).collect();
        let made_up = keep(&form, &made_up, kept);
        // A word that stays as a whole is what the mapping looks at.
        let is_other = made_up != lower || kept.iter().any(|part| part == lower);
        if is_other && taken.insert(made_up.clone()) {
            return made_up;
        }
        if tried % TRIES_MAX == 0 {
            form.push('x');
        }
    }
    form
}

/// `made_up` with the parts of `lower` that are `kept`.
fn keep(lower: &str, made_up: &[char], kept: &[String]) -> String {
    let mut chars = made_up.to_vec();
    for part in kept.iter().filter(|part| !part.is_empty()) {
        for (at, _) in lower.match_indices(part.as_str()) {
            let from = lower[..at].chars().count();
            let places = chars.iter_mut().skip(from);
            places
                .zip(part.chars())
                .for_each(|(place, char)| *place = char);
        }
    }
    chars.into_iter().collect()
}

/// Another character of the kind: a digit, a letter, an accented letter, one of another script.
fn another(char: char) -> char {
    match char {
        '0'..='9' => fastrand::digit(10),
        'a'..='z' => fastrand::lowercase(),
        _ if char.is_lowercase() => fastrand::choice(ACCENTED).unwrap_or('é'),
        _ => fastrand::choice(OF_OTHER_SCRIPTS).unwrap_or('字'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_form_and_are_the_same_everywhere() {
        let mut made_up = MadeUp::new(&["admin".to_owned()]);
        let name = made_up.text("Anna.Novák-7+x");
        assert_eq!(name.len(), "Anna.Novák-7+x".len());
        let forms: Vec<bool> = name.chars().map(char::is_alphanumeric).collect();
        let real: Vec<bool> = "Anna.Novák-7+x"
            .chars()
            .map(char::is_alphanumeric)
            .collect();
        assert_eq!(forms, real);
        assert!(name.starts_with(|char: char| char.is_ascii_uppercase()));
        assert_eq!(made_up.text("Anna"), name[..4]);
        assert_eq!(made_up.text("anna"), name[..4].to_lowercase());
    }

    #[test]
    fn no_two_names_become_one() {
        let mut made_up = MadeUp::new(&[]);
        let names: Vec<String> = ('a'..='z')
            .map(String::from)
            .chain(["日本".into(), "東京".into()])
            .collect();
        let others: HashSet<String> = names.iter().map(|name| made_up.text(name)).collect();
        assert_eq!(others.len(), names.len());
        assert!(names.iter().all(|name| made_up.text(name) != *name));
    }

    #[test]
    fn arns_addresses_and_dates_in_a_text_keep_their_form() {
        let mut made_up = MadeUp::new(&[]);
        let text =
            made_up.text("Zelda: 10.1.2.3, since=2024-01-31 arn:aws:s3:::contoso-logs/zelda");
        let parts: Vec<&str> = text.split([' ', '=']).collect();
        let [name, address, since, date, arn] = parts.as_slice() else {
            panic!("{text}");
        };
        assert!(
            name.len() == 6 && name.ends_with(':') && since.len() == 5,
            "{text}"
        );
        assert!(
            address.starts_with("10.") && address.ends_with(','),
            "{text}"
        );
        assert!(date.starts_with("20") && date.len() == 10, "{text}");
        let resource = arn.strip_prefix("arn:aws:s3:::").unwrap();
        assert!(
            !resource.contains("contoso") && resource.find('/') == Some(12),
            "{text}"
        );
        assert_eq!(made_up.text("10.1.2.3"), address.trim_end_matches(','));
        let topic = made_up.text("arn:aws:sns:eu-west-1:999999999999:Payroll");
        let topic = topic
            .strip_prefix("arn:aws:sns:eu-west-1:123456789012:")
            .unwrap();
        assert!(topic != "Payroll" && topic.len() == 7, "{topic}");
    }

    #[test]
    fn what_the_mapping_looks_at_stays() {
        let mut made_up = MadeUp::new(&["admin".to_owned()]);
        let policy = made_up.arn("arn:aws:iam::999999999999:policy/team/NetAdminsOfUs");
        assert!(
            policy.starts_with("arn:aws:iam::123456789012:policy/"),
            "{policy}"
        );
        assert_eq!(
            &policy[policy.len() - 10..policy.len() - 5],
            "Admin",
            "{policy}"
        );
        let managed = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        assert_eq!(made_up.arn(managed), managed);
        assert_eq!(made_up.id("999999999999"), "123456789012");
        let id = made_up.id("AIDAIOSFODNN7EXAMPLE");
        assert!(id.starts_with("AIDA") && id.len() == 20, "{id}");
    }
}
