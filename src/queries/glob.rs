//! Patterns of names: `*` stands for any characters, `?` for one.

use std::convert::Infallible;
use std::str::FromStr;

/// A pattern of names, without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<char>);

impl Glob {
    /// Whether `name` is such a name. Takes time in proportion to both lengths, multiplied.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (&self.0, lower(name));
        let (mut at, mut in_name) = (0, 0);
        // Where the last star stands, and how far it reaches.
        let mut star: Option<(usize, usize)> = None;
        while in_name < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, in_name));
                    at += 1;
                }
                Some(&wanted) if wanted == '?' || wanted == name[in_name] => {
                    at += 1;
                    in_name += 1;
                }
                _ => {
                    let Some((star_at, reach)) = star else {
                        return false;
                    };
                    star = Some((star_at, reach + 1));
                    at = star_at + 1;
                    in_name = reach + 1;
                }
            }
        }
        pattern[at..].iter().all(|&it| it == '*')
    }
}

impl FromStr for Glob {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(lower(text)))
    }
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, name: &str) -> bool {
        pattern.parse::<Glob>().unwrap().matches(name)
    }

    #[test]
    fn a_star_is_any_characters_and_a_question_mark_is_one() {
        assert!(matches("svc-*", "SVC-backup"));
        assert!(matches("*@example.com", "anna@example.com"));
        assert!(matches("a*b*c", "aXbYbZc"));
        assert!(matches("ann?", "anna"));
        assert!(matches("*", ""));
        assert!(!matches("ann?", "ann"));
        assert!(!matches("svc", "svc-backup"));
        assert!(!matches("a*b", "ac"));
    }

    /// What a pattern means, by its definition.
    fn by_definition(pattern: &[char], name: &[char]) -> bool {
        match (pattern.first(), name.first()) {
            (None, _) => name.is_empty(),
            (Some('*'), _) => {
                by_definition(&pattern[1..], name)
                    || (!name.is_empty() && by_definition(pattern, &name[1..]))
            }
            (Some(_), None) => false,
            (Some(wanted), Some(found)) => {
                (*wanted == '?' || wanted == found) && by_definition(&pattern[1..], &name[1..])
            }
        }
    }

    proptest! {
        #[test]
        fn a_name_matches_as_the_definition_says(pattern in "[ab*?]{0,8}", name in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = by_definition(&chars(&pattern), &chars(&name));
            prop_assert_eq!(matches(&pattern, &name), expected);
        }
    }
}
